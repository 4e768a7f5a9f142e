/**
 * What time and the hosts bring about in the queue: GPUs that are free are offered, offers end, places are lost.
 *
 * Who may race: a request for the same GPU is raised, and an offer taken or left, in transactions of their own. Each
 * reads entries and requests inside its transaction, and the store runs one at a time: whoever is second sees the first.
 * What rests on a host is decided on facts that were read just now.
 */
import type { HostName } from '../../core/inventory/inventory'
import { isLimited } from '../../core/lease/quota'
import { queueChanges, type QueueChange } from '../../core/queue/changes'
import { isOffered } from '../../core/queue/entry'
import type { Snapshot } from '../../core/queue/snapshot'
import type { Tx } from '../../store/database'
import { openWaiters, saveWaiter } from '../../store/queue'
import type { Context } from '../context/context'
import { refreshHost } from '../readings/reading'
import { glanceAt, snapshotOf } from '../snapshot/snapshot'
import { hurryRequests } from '../changes/queue/hurry'
import { tell, tellNewEnd } from '../telling/waiters'

export const sweepQueue = async (context: Context): Promise<void> => {
  // Judged by a policy that does not know yet whom it names, all would lose their places.
  if (context.policy.incomplete() !== null) return
  if ((await openWaiters(context.db)).length === 0) return
  const glance = await glanceAt(context.db, context)
  await moveOn(context, glance)
  await hurryRequests(context, glance)
}

const moveOn = async (context: Context, glance: Snapshot): Promise<void> => {
  const expected = await expectedNow(context, glance)
  if (expected.length === 0) return
  const read = await readAll(context, new Set(expected.flatMap(({ restsOn }) => restsOn ?? [])))
  await context.db.transaction().execute(async (tx) => {
    for (const change of queueChanges(await snapshotOf(tx, context), context.clock.now()))
      if (change.restsOn === null || read.has(change.restsOn)) await make(context, tx, change)
  })
  context.wake.deliver()
}

/** Before any host is asked: whoever is passed over for a quota would have it read again and again. */
const expectedNow = async (context: Context, glance: Snapshot): Promise<readonly QueueChange[]> => {
  const now = context.clock.now()
  const atFirst = queueChanges(glance, now)
  const counts = isLimited(glance.policy.leases.quota)
  const mayEnd = glance.waiters.some(({ entry }) => isOffered(entry))
  return counts && (atFirst.length > 0 || mayEnd)
    ? queueChanges(await snapshotOf(context.db, context), now)
    : atFirst
}

/** Those that answered. */
const readAll = async (context: Context, names: ReadonlySet<HostName>): Promise<ReadonlySet<HostName>> => {
  const answered = await Promise.all(
    [...names].map(async (name) => {
      const host = context.hosts.get(name)
      return host && (await refreshHost(context, host)) ? [name] : []
    }),
  )
  return new Set(answered.flat())
}

const make = async (context: Context, tx: Tx, { before, after, why }: QueueChange): Promise<void> => {
  const waiter = { ...before, entry: after }
  await saveWaiter(tx, before, waiter)
  if (before.entry.state === 'offered' && after.state === 'offered') await tellNewEnd(context, tx, waiter)
  else await tell(context, tx, waiter, why)
  context.log.info({ entry: after.id, state: after.state }, 'the queue moved')
}
