/** One reading of a host: what it shows, what others have changed there, and the leases that ended by that, in one commit. */
import { messageOf } from '../../core/errors'
import type { HostFacts } from '../../core/inventory/inventory'
import type { Host } from '../../core/ports/host'
import type { Readings } from '../../core/operation/progress'
import { standingVersion } from '../../store/drift'
import { saveFacts, saveUnreachable } from '../../store/fleet'
import { noticeDrift } from './drift'
import { noticeFitness } from './fitness'
import { endLost } from '../changes/lease/found'
import type { Context } from '../context/context'
import { noticeHost } from './reachable'
import { noticeTakeover } from './taken-over'

/**
 * An unreachable host keeps its last facts and gets the reason. Never throws for the host's sake. False when it did not
 * answer.
 */
export const refreshHost = async (context: Context, host: Host): Promise<boolean> => {
  const { db, clock } = context
  const version = await standingVersion(db, host.name)
  const reading = await host.inventory().catch((error: unknown) => ({ error: messageOf(error) }))
  await db.transaction().execute(async (tx) => {
    const at = clock.now()
    await noticeHost(context, tx, { host: host.name, why: 'error' in reading ? reading.error : null, at })
    if ('error' in reading) return saveUnreachable(tx, host.name, reading.error)
    // What an operation that ended meanwhile has read and saved is newer.
    if ((await standingVersion(tx, host.name)) !== version) return
    await saveFacts(tx, reading, at)
    await noticeDrift(context, tx, reading, at)
    await noticeTakeover(context, tx, reading, at)
    await noticeFitness(context, tx, reading, at)
    await endLost(context, tx, reading, at)
  })
  context.wake.deliver()
  return !('error' in reading)
}

/** A reading of each of these hosts that answers. */
export const readAll = async (hosts: Iterable<Host>, log: Context['log']): Promise<Readings> => {
  const readings = new Map<string, HostFacts>()
  for (const host of hosts) {
    try {
      readings.set(host.name, await host.inventory())
    } catch (error) {
      log.warn({ host: host.name, error: messageOf(error) }, 'host could not be read')
    }
  }
  return readings
}
