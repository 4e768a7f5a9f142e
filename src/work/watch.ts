/** Time passing: hosts and groups are read again, pending requests expire, leases end, old deliveries are forgotten. */
import { messageOf } from '../core/errors'
import type { Host } from '../core/ports'
import { saveFacts, saveUnreachable } from '../store/fleet'
import { forgetOldDeliveries } from '../store/inbox'
import { forgetOldPosts } from '../store/outbox'
import { apply, lastEvent, requestsIn } from '../store/requests'
import { refreshCard } from './card'
import { endLost } from './lease/found'
import { tendLeases } from './lease/tend'
import { startLoop, type Loop } from './loop'
import type { Parts } from './parts'
import { tendQueue } from './queue/tend'
import { remind } from './remind'

const EXPIRY_CHECK_MS = 1_000
const LEASE_CHECK_MS = 1_000
const QUEUE_CHECK_MS = 2_000
const GROUPS_MS = 5 * 60_000

/** Reads one host into the store; an unreachable host keeps its last facts and gets the reason. Never throws for the host's sake. */
export const refreshHost = async (parts: Parts, host: Host): Promise<void> => {
  try {
    const event = await lastEvent(parts.db)
    const facts = await host.inventory()
    const at = parts.clock.now()
    await parts.db.transaction().execute(async (tx) => {
      await saveFacts(tx, facts, at)
      await endLost(tx, facts, { event, at })
    })
    parts.wake.deliver()
  } catch (error) {
    await saveUnreachable(parts.db, host.name, messageOf(error))
  }
}

export const startWatching = (parts: Parts): Loop[] => [
  ...[...parts.hosts.values()].map((host) =>
    startLoop(
      parts.clock,
      guarded(parts, 'reading a host', () => refreshHost(parts, host), parts.limits.pollMs),
    ),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'expiring requests', () => expire(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'tending leases', () => tendLeases(parts), LEASE_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reminding of requests', () => remind(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'tending the queue', () => tendQueue(parts), QUEUE_CHECK_MS),
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
