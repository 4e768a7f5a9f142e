/** What the holder of a lease is told, where nobody else reads it. */
import { takingNotice } from '../../core/cards/lease'
import type { Lease } from '../../core/lease/lease'
import type { News } from '../../core/news/news'
import type { Notice } from '../../core/notice/notice'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import { holderOf, type Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { openLeasesOn } from '../../store/leases'
import { post } from '../../store/outbox'
import { findRequest } from '../../store/requests'
import { announce } from './announce'
import type { Context } from '../context/context'
import { leasesTaken } from '../snapshot/drafts'

/** By any of their accounts. */
export const isHolder = (policy: Policy, { holder }: Lease, account: string): boolean =>
  isSamePerson(policy, account, holder)

/**
 * Goes out with the commit. Where the chat never said how to reach the person alone, it goes to the request's channel.
 * `asks`: the request or lease that gives them time to answer.
 */
export const tellHolder = async (
  tx: Tx,
  lease: Lease,
  notice: Notice,
  { at, asks = null }: { readonly at: number; readonly asks?: string | null },
): Promise<void> => {
  const request = await findRequest(tx, lease.id)
  if (!request) return
  const { channel } = request
  await post(tx, holderOf(request).privately ?? channel, notice, { at, asks, otherwise: channel })
}

/** Whoever has something of these GPUs, by alias, but for those of whom `notice` is null; who was told. */
export const tellHoldersOf = async (
  tx: Tx,
  gpus: readonly string[],
  notice: (lease: Lease) => Notice | null,
  at: number,
): Promise<string[]> => {
  const told: string[] = []
  for (const gpu of gpus)
    for (const lease of await openLeasesOn(tx, gpu)) {
      const what = notice(lease)
      if (what === null) continue
      await tellHolder(tx, lease, what, { at })
      told.push(lease.holder)
    }
  return told
}

/** Whoever holds what somebody else's request would take from them hears of it before it is decided. */
export const tellThoseWhoLose = async (
  tx: Tx,
  policy: Policy,
  request: Request,
  at: number,
): Promise<void> => {
  const { plan, asked } = request
  if (plan.action !== 'move' && plan.action !== 'release') return
  for (const lease of await leasesTaken(tx, plan))
    if (!isHolder(policy, lease, asked.by) && !isTouched(policy, lease, request))
      await tellHolder(tx, lease, takingNotice(lease, request), { at })
}

/** Asked already, since the VM is stopped, too. */
const isTouched = (policy: Policy, lease: Lease, { touches = [] }: Request): boolean =>
  touches.some(({ holder }) => isHolder(policy, lease, holder))

/** What those who watch the GPU are told of its lease. */
export const tellWatchers = async (
  tx: Tx,
  context: Pick<Context, 'policy' | 'clock'>,
  lease: Lease,
  step: Extract<News, { kind: 'lease' }>['step'],
): Promise<void> => {
  const { id: requestId, gpu, holder, vm } = lease
  const [host = ''] = gpu.alias.split('/')
  const now = context.clock.now()
  const at = step === 'ended' ? now : (lease.endsAt ?? now)
  const place = { host, gpus: [gpu.alias] }
  const news = { kind: 'lease', step, requestId, holder, vm: vm.name, at, ...place } as const
  await announce(context, tx, [news], { at: now })
}
