/**
 * What time and the hosts bring about in the queue: GPUs that are free are offered, offers end, places are lost.
 *
 * Who may race: a request for the same GPU is raised, and an offer taken or left, in transactions of their own. Each
 * reads entries and requests inside its transaction, and the store runs one at a time: whoever is second sees the first.
 * What rests on a host is decided on facts that were read just now, and not at all when a request ended meanwhile: the
 * facts may be from before its end.
 */
import { messageOf } from '../../core/errors'
import type { HostFacts, HostName } from '../../core/inventory'
import { changesOf, type Change } from '../../core/queue/changes'
import type { Tx } from '../../store/database'
import { saveFacts } from '../../store/fleet'
import { openWaiters, saveWaiter } from '../../store/queue'
import { lastEvent } from '../../store/requests'
import type { Parts } from '../parts'
import { glanceAt, groundOf } from './ground'
import { tell } from './tell'

export const tendQueue = async (parts: Parts): Promise<void> => {
  if ((await openWaiters(parts.db)).length === 0) return
  const expected = changesOf(await glanceAt(parts.db, parts), parts.clock.now())
  if (expected.length === 0) return
  const event = await lastEvent(parts.db)
  const facts = await readAll(parts, new Set(expected.flatMap(({ restsOn }) => restsOn ?? [])))
  await parts.db.transaction().execute(async (tx) => {
    if ((await lastEvent(tx)) !== event) return
    const at = parts.clock.now()
    for (const each of facts) await saveFacts(tx, each, at)
    const read = new Set(facts.map(({ name }) => name))
    for (const change of changesOf(await groundOf(tx, parts), at))
      if (change.restsOn === null || read.has(change.restsOn)) await make(parts, tx, change)
  })
  parts.wake.deliver()
}

/** A host that does not answer is left out; the poll finds that out as well, and says so everywhere. */
const readAll = async (parts: Parts, names: ReadonlySet<HostName>): Promise<HostFacts[]> => {
  const read = async (name: HostName): Promise<HostFacts[]> => {
    try {
      const facts = await parts.hosts.get(name)?.inventory()
      return facts ? [facts] : []
    } catch (error) {
      parts.log.warn({ host: name, error: messageOf(error) }, 'the queue waits for a host')
      return []
    }
  }
  return (await Promise.all([...names].map(read))).flat()
}

const make = async (parts: Parts, tx: Tx, { before, after, why }: Change): Promise<void> => {
  const waiter = { ...before, entry: after }
  await saveWaiter(tx, before, waiter)
  await tell(parts, tx, waiter, why)
  parts.log.info({ entry: after.id, state: after.state }, 'the queue moved')
}
