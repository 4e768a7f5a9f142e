/** A refusal, or several at once, as a private answer: each with its reason and with what to do next. */
import type { Refusal } from '../errors'
import { runsOf } from '../notice/prose'
import type { Notice, Part } from '../notice/notice'

export const refusalNotice = (refusals: readonly Refusal[]): Notice => {
  const several = refusals.length > 1
  return {
    summary: refusals.map((each) => each.reason).join('; '),
    tone: 'bad',
    parts: [
      ...(several
        ? [{ kind: 'text', runs: [{ strong: `${refusals.length} reasons against it` }] } satisfies Part]
        : []),
      ...refusals.map((each, index): Part => {
        const reason = `${several ? `${index + 1}. ` : ''}${sentence(each.reason)}`
        return {
          kind: 'text',
          runs: [
            ...runsOf(reason),
            ...(each.next === undefined ? [] : ['\n→ ', ...runsOf(sentence(each.next))]),
          ],
        }
      }),
    ],
  }
}

/** Names keep their spelling: only a first word of plain small letters, with a blank after it, gets a capital. */
const sentence = (text: string): string => {
  const capital = text.replace(/^[a-z]+(?=[ ,])/, (word) => word.charAt(0).toUpperCase() + word.slice(1))
  return /[.!?:)]$/.test(capital) ? capital : `${capital}.`
}
