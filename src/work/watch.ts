/** Time passing: hosts and groups are read again, pending requests expire, old deliveries are forgotten. */
import { messageOf } from '../core/errors'
import type { Host } from '../core/ports'
import { saveFacts, saveUnreachable } from '../store/fleet'
import { forgetOldDeliveries } from '../store/inbox'
import { forgetOldPosts } from '../store/outbox'
import { apply, requestsIn } from '../store/requests'
import { forgetOldSamples } from '../store/samples'
import { forgetOldTellings } from '../store/tellings'
import { announce } from './announce'
import { refreshCard } from './card'
import { noticeHost } from './reachable'
import { sendDigests } from './digest'
import { startLoop, type Loop } from './loop'
import type { Parts } from './parts'
import { remind } from './remind'
import { startSampling } from './sample'

const EXPIRY_CHECK_MS = 1_000
const DIGEST_CHECK_MS = 10_000
const GROUPS_MS = 5 * 60_000

/** Reads one host into the store; an unreachable host keeps its last facts and gets the reason. Never throws for the host's sake. */
export const refreshHost = async (parts: Parts, host: Host): Promise<void> => {
  const { db, clock } = parts
  const reading = await host.inventory().catch((error: unknown) => ({ error: messageOf(error) }))
  await db.transaction().execute(async (tx) => {
    const at = clock.now()
    if ('error' in reading) await saveUnreachable(tx, host.name, reading.error)
    else await saveFacts(tx, reading, at)
    await noticeHost(parts, tx, { host: host.name, why: 'error' in reading ? reading.error : null, at })
  })
  parts.wake.deliver()
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
    guarded(parts, 'reminding of requests', () => remind(parts), EXPIRY_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'sending digests', () => sendDigests(parts), DIGEST_CHECK_MS),
  ),
  startLoop(
    parts.clock,
    guarded(parts, 'reading the groups of the policy', () => parts.policy.refresh(), GROUPS_MS),
  ),
  ...(parts.health ? [startSampling(parts, parts.health)] : []),
  startLoop(
    parts.clock,
    guarded(parts, 'forgetting what is over', () => forget(parts), 3_600_000),
  ),
]

const forget = async ({ db, clock }: Parts): Promise<void> => {
  await forgetOldDeliveries(db, clock.now())
  await forgetOldPosts(db, clock.now())
  await db.transaction().execute(async (tx) => {
    await forgetOldTellings(tx, clock.now())
    await forgetOldSamples(tx, clock.now())
  })
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
      if (!next.ok) return
      await refreshCard(tx, next.value, now)
      await announce(parts, tx, [{ kind: 'request', request: next.value }], { at: now })
    })
    parts.wake.deliver()
  }
}
