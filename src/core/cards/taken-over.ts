/** What administrators are told of a host that obeys another bot, or this one again. */
import { barCure, barWords, type Bar } from '../inventory/bar'
import type { Called, Notice, Part } from '../notice/notice'
import { runsOf } from '../notice/prose'

/** `taker` null: it is over. */
export const takenOverNotice = (
  host: string,
  taker: Extract<Bar, { kind: 'other-bot' }> | null,
  whom: readonly Called[],
): Notice => {
  if (taker === null) {
    const text = `${host} takes the orders of this bot again`
    return { summary: text, tone: 'good', parts: [{ kind: 'text', runs: [text, '.'] }] }
  }
  const words = barWords(host, taker)
  const call: Part[] = whom.length === 0 ? [] : [{ kind: 'call', words: 'For', whom: [...whom] }]
  return {
    summary: words,
    tone: 'bad',
    parts: [
      ...call,
      { kind: 'text', runs: [{ strong: `${words}.` }, ' Nothing that is asked for there begins.'] },
      { kind: 'text', runs: runsOf(barCure(host, taker)) },
    ],
  }
}
