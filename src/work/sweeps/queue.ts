/**
 * What time and the hosts bring about in the queue: GPUs that are free are offered, offers end, places are lost.
 *
 * Who may race: a request for the same GPU is raised, and an offer taken or left, in transactions of their own. Each
 * reads entries and requests inside its transaction, and the store runs one at a time: whoever is second sees the first.
 * What rests on a host is decided on facts that were read just now.
 */
import type { HostName } from '../../core/inventory/inventory'
import { isLimited } from '../../core/lease/quota'
import { changesOf, type Change } from '../../core/queue/changes'
import { isOffered } from '../../core/queue/entry'
import type { Ground } from '../../core/queue/ground'
import type { Tx } from '../../store/database'
import { openWaiters, saveWaiter } from '../../store/queue'
import type { Parts } from '../context/parts'
import { refreshHost } from '../readings/reading'
import { glanceAt, groundOf } from '../snapshot/ground'
import { hurry } from '../changes/queue/hurry'
import { tell, tellNewEnd } from '../telling/waiters'

export const tendQueue = async (parts: Parts): Promise<void> => {
  // Judged by a policy that does not know yet whom it names, all would lose their places.
  if (parts.policy.incomplete() !== null) return
  if ((await openWaiters(parts.db)).length === 0) return
  const glance = await glanceAt(parts.db, parts)
  await moveOn(parts, glance)
  await hurry(parts, glance)
}

const moveOn = async (parts: Parts, glance: Ground): Promise<void> => {
  const expected = await expectedNow(parts, glance)
  if (expected.length === 0) return
  const read = await readAll(parts, new Set(expected.flatMap(({ restsOn }) => restsOn ?? [])))
  await parts.db.transaction().execute(async (tx) => {
    for (const change of changesOf(await groundOf(tx, parts), parts.clock.now()))
      if (change.restsOn === null || read.has(change.restsOn)) await make(parts, tx, change)
  })
  parts.wake.deliver()
}

/** Before any host is asked: whoever is passed over for a quota would have it read again and again. */
const expectedNow = async (parts: Parts, glance: Ground): Promise<readonly Change[]> => {
  const now = parts.clock.now()
  const atFirst = changesOf(glance, now)
  const counts = isLimited(glance.policy.leases.quota)
  const mayEnd = glance.waiters.some(({ entry }) => isOffered(entry))
  return counts && (atFirst.length > 0 || mayEnd) ? changesOf(await groundOf(parts.db, parts), now) : atFirst
}

/** Those that answered. */
const readAll = async (parts: Parts, names: ReadonlySet<HostName>): Promise<ReadonlySet<HostName>> => {
  const answered = await Promise.all(
    [...names].map(async (name) => {
      const host = parts.hosts.get(name)
      return host && (await refreshHost(parts, host)) ? [name] : []
    }),
  )
  return new Set(answered.flat())
}

const make = async (parts: Parts, tx: Tx, { before, after, why }: Change): Promise<void> => {
  const waiter = { ...before, entry: after }
  await saveWaiter(tx, before, waiter)
  if (before.entry.state === 'offered' && after.state === 'offered') await tellNewEnd(parts, tx, waiter)
  else await tell(parts, tx, waiter, why)
  parts.log.info({ entry: after.id, state: after.state }, 'the queue moved')
}
