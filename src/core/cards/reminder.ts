/** A copy of a request's card that begins with whom it waits for. Once the request changes it is a copy like the others. */
import type { Notice, Run } from '../notice'
import type { Reminded } from '../request'

export const reminderNotice = (card: Notice, people: readonly string[], level: Reminded): Notice => {
  const lead = level === 'escalated' ? 'Nobody has decided this for long' : 'This still waits'
  const whom = people.flatMap((person): Run[] => [' ', { person }])
  return {
    ...card,
    summary: `${lead}: ${card.summary}`,
    parts: [
      { kind: 'text', runs: [{ strong: `${lead}${people.length > 0 ? ':' : '.'}` }, ...whom] },
      ...card.parts,
    ],
  }
}
