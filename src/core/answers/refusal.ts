/** A refusal, or several at once, as a private answer: each with its reason and with what to do next. */
import type { Refusal } from '../errors'
import { runsOf } from '../grammar/prose'
import type { Notice, Part } from '../notice'

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

const sentence = (text: string): string => {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?:)]$/.test(capital) ? capital : `${capital}.`
}
