/** Takes approved requests one host at a time, checks that the ground has not moved, and runs them; resumes after a restart. */
import { messageOf } from '../core/errors'
import type { HostFacts } from '../core/inventory'
import { lentMsOf } from '../core/lease/until'
import { digestNow, explainChange, stableFacts } from '../core/plan/digest'
import { lapses } from '../core/policy/commands'
import { holdAt, holdText } from '../core/policy/calendar'
import { subjectOf, wishOf } from '../core/policy/judge'
import type { Host } from '../core/ports'
import type { Request, RequestEvent, RequestIn } from '../core/request'
import type { Tx } from '../store/database'
import { isPaused } from '../store/fleet'
import { lockHost, unlockHost } from '../store/journal'
import { apply, findRequest, requestsIn, requestsToVerify } from '../store/requests'
import { announce } from './announce'
import { refreshCard, sayWaiting } from './card'
import { startLoop, type Loop } from './loop'
import { isHeldBy } from './holding'
import { lapsedTerms } from './lease/terms'
import { operate } from './operation'
import type { Parts } from './parts'
import { verify } from './verify'
import { afterRush } from './yielding'

const RETRY_MS = 5_000

export const startRunning = (parts: Parts): Loop => {
  const stopping = new AbortController()
  const active = new Map<string, Promise<void>>()

  /** `work` says whether it did anything; if not, the loop is not woken and looks again in its own time. */
  const begin = (id: string, work: () => Promise<boolean>): void => {
    if (active.has(id)) return
    const run = async (): Promise<boolean> => {
      try {
        return await work()
      } catch (error) {
        parts.log.error(
          { request: id, error: messageOf(error) },
          'operation interrupted; it is resumed from its journal',
        )
        return false
      }
    }
    const done = run().then((worked) => {
      active.delete(id)
      if (worked) loop.wake()
    })
    active.set(id, done)
  }

  const turn = async (): Promise<number | null> => {
    try {
      await afterRush(parts, stopping.signal)
      // What runs has its host's lock: taken first, or an older one that waits for that host would be tried for ever.
      const work = [
        ...(await requestsIn(parts.db, ['running'])),
        ...(await requestsIn(parts.db, ['approved'])),
      ]
      for (const request of work) {
        if (hostBusy(active, request)) await sayBusy(parts, request)
        else begin(`${request.plan.host} ${request.id}`, () => runRequest(parts, request, stopping.signal))
      }
      for (const request of await requestsToVerify(parts.db))
        begin(`verify ${request.id}`, () => verify(parts, request, stopping.signal))
    } catch (error) {
      parts.log.error({ error: messageOf(error) }, 'looking for work')
    }
    return RETRY_MS
  }

  const loop = startLoop(parts.clock, turn)
  return {
    wake: loop.wake,
    stop: async () => {
      stopping.abort()
      await loop.stop()
      await Promise.all(active.values())
    },
  }
}

const hostBusy = (active: ReadonlyMap<string, unknown>, request: Request): boolean =>
  [...active.keys()].some((key) => key.startsWith(`${request.plan.host} `))

/** An approved request waits for another one's operation; a running one is that operation. */
const sayBusy = async (parts: Parts, request: Request): Promise<void> => {
  if (request.state === 'approved')
    await sayWaiting(parts, request, `another request is at work on ${request.plan.host}`)
}

/** Locks the host, checks the digest before the first step, and operates. Leaves the request as it is when it cannot begin yet. */
export const runRequest = async (parts: Parts, request: Request, stopping: AbortSignal): Promise<boolean> => {
  const host = parts.hosts.get(request.plan.host)
  if (!host) return false
  if (await isPaused(parts.db, request.plan.host)) {
    await sayWaiting(parts, request, `${request.plan.host} is paused`)
    return false
  }
  const hold = holdOn(parts, request)
  if (hold !== null) {
    await sayWaiting(parts, request, hold)
    return false
  }
  const fence = await parts.db.transaction().execute((tx) => lockHost(tx, request.plan.host, request.id))
  if (fence === null) return false
  const facts = request.state === 'approved' ? await readFacts(parts, host) : null
  if (request.state === 'approved' && facts === null) return giveBack(parts, request)
  const changes = facts && request.state === 'approved' ? await changesIn(parts, request, facts) : []
  const next = await step(parts, request.id, async (tx, now) => {
    const at = parts.clock.now()
    const policy = parts.policy.inForce()
    const lapsed =
      facts && now.state === 'approved' ? await lapsedTerms(tx, policy, { request: now, facts, at }) : []
    const against = [...changes, ...lapsed]
    return against.length > 0 ? { kind: 'void', at, changes: against } : { kind: 'claim', at, fence }
  })
  if (next?.state === 'running') await operate({ parts, host, request: next, stopping })
  return true
}

/** What has begun is brought to its end, whatever the policy's calendar says. */
const holdOn = (parts: Parts, { state, plan }: Request): string | null => {
  const policy = parts.policy.inForce()
  const hold = state === 'approved' ? holdAt(policy, subjectOf(plan), parts.clock.now()) : null
  return hold && holdText(policy, hold)
}

const readFacts = async (parts: Parts, host: Host): Promise<HostFacts | null> => {
  try {
    return await host.inventory()
  } catch (error) {
    parts.log.warn({ host: host.name, error: messageOf(error) }, 'cannot begin yet')
    return null
  }
}

const giveBack = async (parts: Parts, request: Request): Promise<false> => {
  await parts.db.transaction().execute((tx) => unlockHost(tx, request.plan.host, request.id))
  await sayWaiting(parts, request, `${request.plan.host} does not answer`)
  return false
}

/** What the plan rests on, and what the approval rests on: facts, policy and roles as they are now. */
const changesIn = async (
  parts: Parts,
  request: RequestIn<'approved'>,
  facts: HostFacts,
): Promise<string[]> => {
  const { plan, asked } = request
  const policy = parts.policy.inForce()
  const revision = policy.revision
  const own = await isHeldBy(parts.db, policy, plan, asked.by)
  const lentMs = lentMsOf(request.lease ?? null, parts.clock.now())
  const lapsed = lapses(policy, request, wishOf(plan, facts, { own, lentMs }))
  if (digestNow(plan, facts, revision) === plan.digest) return lapsed
  const changes = explainChange(plan.facts, stableFacts(plan, facts, revision))
  return changes.length > 0
    ? [...changes, ...lapsed]
    : ['The plan itself is not the one that was approved.', ...lapsed]
}

/** Quotas are counted in the very transaction that claims: of two that begin at once, the second sees the first. */
const step = (
  parts: Parts,
  id: string,
  eventFor: (tx: Tx, request: Request) => Promise<RequestEvent>,
): Promise<Request | null> =>
  parts.db.transaction().execute(async (tx) => {
    const request = await findRequest(tx, id)
    const next = request && (await apply(tx, request, await eventFor(tx, request)))
    if (!next?.ok) {
      if (request) await unlockHost(tx, request.plan.host, id)
      return null
    }
    if (next.value.state === 'void') await unlockHost(tx, next.value.plan.host, id)
    const at = parts.clock.now()
    await refreshCard(tx, next.value, at)
    if (next.value.state === 'void')
      await announce(parts, tx, [{ kind: 'request', request: next.value }], { at })
    parts.wake.deliver()
    return next.value
  })
