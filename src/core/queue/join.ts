/** May somebody stand in the line (once more)? */
import { refusal, type Refusal } from '../errors'
import { isOpen, type Entry, type NewEntry, type Want } from './entry'

const keyOf = (want: Want): string =>
  want.kind === 'gpu'
    ? `${want.host} ${want.locationPath}`
    : JSON.stringify([
        want.model?.toLowerCase() ?? null,
        want.freeBytes,
        want.class ?? null,
        want.host ?? null,
      ])

/** Null when the draft may join. Nobody waits twice for the same, nor with more than `most` entries. */
export const refuseJoin = (entries: readonly Entry[], draft: NewEntry, most: number): Refusal | null => {
  const own = entries.filter((entry) => isOpen(entry) && entry.by === draft.by)
  const twin = own.find((entry) => keyOf(entry.want) === keyOf(draft.want))
  if (twin)
    return refusal(
      'not-possible',
      `you wait for that already, as ${twin.id}`,
      '`queue` shows where you stand.',
    )
  if (own.length < most) return null
  return refusal(
    'not-allowed',
    `you wait for ${own.length} GPUs already, and the policy allows ${most}`,
    'Withdraw one of them first; `queue` shows them.',
  )
}
