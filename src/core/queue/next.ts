/** Whose turn it is for one GPU. Until that person has been asked, it goes past nobody. */
import { againstOf } from './against'
import { candidatesOf } from './candidates'
import { isOffered, type Entry } from './entry'
import type { Snapshot } from './snapshot'
import { nextOffers } from './offers'
import { isSameGpu, type Spot } from './order'
import { fairnessOf } from './waiter'

/** To whom it is on offer, else to whom it would be if it were offered now. In quiet hours too: then they are asked later. */
export const turnFor = (snapshot: Snapshot, spot: Spot, now: number): Entry | null => {
  const entries = snapshot.waiters.map(({ entry }) => entry)
  const offered = entries.find((entry) => isOffered(entry) && isSameGpu(entry.gpu, spot))
  return offered ?? nextFor(snapshot, entries, { spot, now })
}

const nextFor = (
  snapshot: Snapshot,
  entries: readonly Entry[],
  { spot, now }: { readonly spot: Spot; readonly now: number },
): Entry | null => {
  const { policy, views, leases } = snapshot
  const gpu = candidatesOf(policy, views).find((each) => isSameGpu(each, spot))
  if (!gpu) return null
  const against = againstOf(snapshot, now)
  const [next] = nextOffers(
    { entries, leases, free: [gpu] },
    {
      fairness: fairnessOf(policy),
      untilOf: () => now + 1,
      mayHave: (entry, each, all) => against(entry, each, all).length === 0,
    },
    now,
  )
  return entries.find(({ id }) => id === next?.id) ?? null
}
