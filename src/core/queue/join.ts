/** May somebody stand in the line (once more)? */
import { counted } from '../text/figures'
import { refusal, type Refusal } from '../errors'
import { isOpenEntry, type Entry, type NewEntry, type Want } from './entry'

const keyOf = (want: Want): string =>
  want.kind === 'gpu'
    ? `${want.host} ${want.locationPath}`
    : JSON.stringify([
        want.model?.toLowerCase() ?? null,
        want.freeBytes,
        want.class ?? null,
        want.host ?? null,
      ])

/** Null when the draft may join. Nobody waits twice for the same. `asked`: what they have asked for and do not have yet. */
export const refuseJoin = (
  entries: readonly Entry[],
  draft: NewEntry,
  { most, asked }: { readonly most: number; readonly asked: readonly string[] },
): Refusal | null => {
  const own = entries.filter((entry) => isOpenEntry(entry) && entry.by === draft.by)
  const twin = own.find((entry) => keyOf(entry.want) === keyOf(draft.want))
  if (twin)
    return refusal(
      'not-possible',
      `you wait for that already, as ${twin.id}`,
      '`queue` shows where you stand.',
    )
  return refuseMore([...own.map(({ id }) => id), ...asked], most)
}

/** Null when one person may wait for one more; `waits`: their places and requests. */
export const refuseMore = (waits: readonly string[], most: number): Refusal | null =>
  waits.length < most
    ? null
    : refusal(
        'not-allowed',
        `you wait for ${counted(waits.length, 'GPU')} already (${waits.join(', ')}), and the policy allows ${most}`,
        'Give one up first: `leave Q-3` gives up a place, `cancel R-12` a request.',
      )
