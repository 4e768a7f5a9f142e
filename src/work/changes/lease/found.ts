/** What the host shows wins: a GPU that is not where its lease says ends the lease. */
import { leaseNewsNotice } from '../../../core/cards/lease'
import { gpuByPath, vmById, type HostFacts } from '../../../core/inventory/inventory'
import type { Lease } from '../../../core/lease/lease'
import { partitionsOf } from '../../../core/inventory/partitions'
import { hostPlansOf } from '../../../core/plan/plan'
import type { Tx } from '../../../store/database'
import { changeLease, openLeasesAt } from '../../../store/leases'
import { requestsIn } from '../../../store/requests'
import { refreshLender } from './lend'
import type { Context } from '../../context/context'
import { tellCalledOff } from './others'
import { tellHolder, tellWatchers } from '../../telling/holders'

/** Has the VM what was lent to it? Where the host does not tell whose a partition is, it may be this one. */
export const isStillLent = (facts: HostFacts, { gpu, vm }: Lease): boolean => {
  const holder = vmById(facts, vm.id)
  if (!holder) return false
  if (holder.assigned.includes(gpu.locationPath)) return true
  const device = gpuByPath(facts, gpu.locationPath)
  return (
    holder.partitions.some((each) => each.gpu === null) ||
    (device !== undefined && partitionsOf(facts, holder, device).length > 0)
  )
}

/**
 * Ends the leases of the host that are not true any more, by a reading that no operation has overtaken. While one runs,
 * the reading may show a step half done: the next one decides.
 */
export const endLost = async (
  context: Pick<Context, 'policy' | 'clock'>,
  tx: Tx,
  facts: HostFacts,
  at: number,
): Promise<void> => {
  const lost = (await openLeasesAt(tx, facts.name)).filter((lease) => !isStillLent(facts, lease))
  if (lost.length === 0) return
  const atWork = await requestsIn(tx, ['running', 'needs-attention'])
  if (atWork.some(({ plan }) => hostPlansOf(plan).some(({ host }) => host === facts.name))) return
  for (const lease of lost)
    await endLease(context, tx, lease, {
      at,
      found: 'its VM does not have it',
      news: `the host shows that ${lease.vm.name} does not have it any more, so the lease has ended`,
    })
}

/** `found` is kept with the lease, and `news` is told to its holder. */
export const endLease = async (
  context: Pick<Context, 'policy' | 'clock'>,
  tx: Tx,
  lease: Lease,
  { at, found, news }: { readonly at: number; readonly found: string; readonly news: string },
): Promise<void> => {
  const next = await changeLease(tx, lease, { kind: 'lose', at, found })
  if (!next.ok) return
  await refreshLender(tx, next.value, at)
  await tellCalledOff(tx, context, lease, at)
  await tellHolder(tx, next.value, leaseNewsNotice(next.value, news), { at })
  await tellWatchers(tx, context, next.value, 'ended')
}
