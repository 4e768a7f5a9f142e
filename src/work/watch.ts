/** Time passing: groups are read again (hosts: poll.ts), pending requests expire, old deliveries are forgotten. */
import { messageOf } from '../core/errors'
import type { Host } from '../core/ports'
import { standingVersion } from '../store/drift'
import { saveFacts, saveUnreachable } from '../store/fleet'
import { forgetOldDeliveries } from '../store/inbox'
import { forgetOldPosts } from '../store/outbox'
import { apply, requestsIn } from '../store/requests'
import { refreshCard } from './card'
import { noticeDrift } from './drift'
import { startLoop, type Loop } from './loop'
import type { Parts } from './parts'
import { remind } from './remind'

const EXPIRY_CHECK_MS = 1_000
const GROUPS_MS = 5 * 60_000

/**
 * Reads one host into the store; an unreachable host keeps its last facts and gets the reason. Never throws for the host's
 * sake. False when it did not answer.
 */
export const refreshHost = async (parts: Parts, host: Host): Promise<boolean> => {
  const { db, clock } = parts
  const version = await standingVersion(db, host.name)
  const reading = await host.inventory().catch((error: unknown) => ({ error: messageOf(error) }))
  await db.transaction().execute(async (tx) => {
    const at = clock.now()
    if ('error' in reading) return saveUnreachable(tx, host.name, reading.error)
    // What an operation that ended meanwhile has read and saved is newer.
    if ((await standingVersion(tx, host.name)) !== version) return
    await saveFacts(tx, reading, at)
    await noticeDrift(parts, tx, reading, at)
  })
  parts.wake.deliver()
  return !('error' in reading)
}

export const startWatching = (parts: Parts): Loop[] => [
  startLoop(
    parts.clock,
    guarded(parts, 'expiring requests', () => expire(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reminding of requests', () => remind(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reading the groups of the policy', () => parts.policy.refresh(), GROUPS_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'forgetting what is over', () => forget(parts), 3_600_000),
  ),
]

const forget = async ({ db, clock }: Parts): Promise<void> => {
  await forgetOldDeliveries(db, clock.now())
  await forgetOldPosts(db, clock.now())
}

const guarded =
  (parts: Parts, doing: string, work: () => Promise<void>, everyMs: number) => async (): Promise<number> => {
    try {
      await work()
    } catch (error) {
      parts.log.error({ error: messageOf(error) }, doing)
    }
    return everyMs
  }

export const expire = async (parts: Parts): Promise<void> => {
  const now = parts.clock.now()
  const late = (await requestsIn(parts.db, ['pending'])).filter((request) => now >= request.expiresAt)
  for (const request of late) {
    await parts.db.transaction().execute(async (tx) => {
      const next = await apply(tx, request, { kind: 'expire', at: now })
      if (next.ok) await refreshCard(tx, next.value, now)
    })
    parts.wake.deliver()
  }
}
