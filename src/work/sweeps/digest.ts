/** Digests: made of what is stored, posted in the transaction that sets when the next one is due. */
import { OPEN_STATES } from '../../core/request/request'
import { digestNotice, holderKey, idleKey } from '../../core/answers/digest'
import type { HostView } from '../../core/inventory/inventory'
import { overdueOf } from '../../core/lease/lease'
import { nextDaily } from '../../core/time/daily'
import { unmatchedIn } from '../../core/policy/unmatched'
import type { Notice } from '../../core/notice/notice'
import type { Tx } from '../../store/database'
import { conditions } from '../../store/conditions'
import { dueDigests, saveDigest } from '../../store/digests'
import { hostViews } from '../../store/fleet'
import { openLeases } from '../../store/leases'
import { post } from '../../store/outbox'
import { lineOf, requestsDoneSince, requestsIn } from '../../store/requests'
import { mayBeTold } from '../telling/announce'
import { healthFindings } from '../readings/healthy'
import { idleSince } from '../snapshot/idle'
import type { Context } from '../context/context'

const DAY_MS = 24 * 3_600_000

export const makeDigest = async (context: Context, tx: Tx): Promise<Notice> => {
  const now = context.clock.now()
  const done = await requestsDoneSince(tx, now - DAY_MS)
  const open = await requestsIn(tx, OPEN_STATES)
  const recent = done.flatMap((each) => ('endedAt' in each ? [{ each, endedAt: each.endedAt }] : []))
  const views = await hostViews(tx, [...context.hosts.keys()])
  const leases = await openLeases(tx)
  return digestNotice({
    views,
    idle: await idleOn(context, tx, views),
    now,
    requests: [...open.map((each) => ({ each, endedAt: null })), ...recent].map(({ each, endedAt }) => ({
      ...lineOf(each),
      host: each.plan.host,
      endedAt,
    })),
    holders: new Map(leases.map(({ gpu, vm, holder }) => [holderKey(gpu.alias, vm.id), holder])),
    unmatched: unmatchedIn(context.policy.inForce(), views),
    overdue: leases.filter((lease) => overdueOf(lease) !== null),
    findings: context.health ? healthFindings(views, await conditions(tx)) : new Map(),
  })
}

/** See `idleKey`. */
const idleOn = async (
  context: Context,
  tx: Tx,
  views: readonly HostView[],
): Promise<ReadonlyMap<string, number>> => {
  const idle = new Map<string, number>()
  for (const { name: host, facts } of views)
    for (const { id: vm } of facts?.vms ?? []) {
      const since = await idleSince(context, tx, { host, vm })
      if (since !== null) idle.set(idleKey(host, vm), since)
    }
  return idle
}

/** Those that are due: one each, however many days the bot was away. */
export const sendDigests = async (context: Context): Promise<void> => {
  const now = context.clock.now()
  if ((await dueDigests(context.db, now)).length === 0) return
  await context.db.transaction().execute(async (tx) => {
    const due = await dueDigests(tx, now)
    const notice = await makeDigest(context, tx)
    for (const digest of due) {
      await saveDigest(tx, { ...digest, nextAt: nextDaily(digest.time, digest.zone, now) })
      if (mayBeTold(context, digest)) await post(tx, digest.to, notice, { at: now })
    }
  })
  context.wake.deliver()
}
