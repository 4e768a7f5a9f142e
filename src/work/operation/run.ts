/** Takes approved requests, one at a time on each host, checks that nothing it rests on has changed, and runs them; resumes after a restart. */
import { barOf } from '../../core/inventory/bar'
import { messageOf } from '../../core/errors'
import type { HostFacts } from '../../core/inventory/inventory'
import { isExtension } from '../../core/plan/extension'
import { shutdownsRefused } from '../../core/planner/parts/guest'
import { outOfOrder } from '../../core/plan/order'
import { quarantinesIn } from '../../core/plan/quarantined'
import { hostPlansOf, stepsOn, type HostPlan, type Plan } from '../../core/plan/plan'
import type { Readings } from '../../core/operation/progress'
import { lentMsOf } from '../../core/time/until'
import { highestOf } from '../../core/fence'
import { digestNow, explainChange, stableFacts } from '../../core/plan/digest'
import { lapseReasons } from '../../core/request/permission'
import { lapseOf } from '../../core/request/lapse'
import { holdAt, holdName } from '../../core/policy/calendar'
import { isUnsupported, subjectsOf, wishOf } from '../../core/policy/judge'
import { quarantineWords, type Quarantine } from '../../core/inventory/quarantine'
import type { Request, RequestEvent, RequestIn } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { marks, saveFacts } from '../../store/fleet'
import { lockHosts, raiseFence, unlockHosts } from '../../store/journal'
import { selfOf } from '../../store/self'
import { apply, findRequest, requestsIn, requestsToVerify } from '../../store/requests'
import { refreshCard, sayWaiting, waitFor, type Wait } from '../telling/card'
import { consentMissing, untold } from '../changes/request/consent'
import { heldUp, stoppedBetween } from '../snapshot/held-up'
import { drawClaim } from '../context/claim'
import { startLoop, type Loop } from '../context/loop'
import { isOwn, touchingOf } from '../snapshot/holding'
import { extendAsApproved } from '../changes/lease/extension'
import { wantedEnd } from '../changes/lease/heir'
import { lapsedTerms } from '../changes/lease/terms'
import { operate } from './operation'
import type { Context } from '../context/context'
import { readAll } from '../readings/reading'
import { judgedAnew } from '../changes/request/rejudge'
import { verify } from './verify'
import { lapse, settleVoid } from '../changes/request/voided'
import { afterRush } from '../context/yielding'

const RETRY_MS = 5_000

export const startRunning = (context: Context): Loop => {
  const stopping = new AbortController()
  const active = new Map<string, Active>()

  /** `work` says whether it did anything; if not, the loop is not woken and looks again in its own time. */
  const begin = (id: string, hosts: readonly string[], work: () => Promise<boolean>): void => {
    if (active.has(id) || stopping.signal.aborted) return
    const run = async (): Promise<boolean> => {
      try {
        return await work()
      } catch (error) {
        context.log.error(
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
    active.set(id, { hosts, done })
  }

  const turn = async (): Promise<number | null> => {
    await afterRush(context, stopping.signal)
    // What runs has its host's lock: taken first, or an older one that waits for that host would be tried for ever.
    const work = [
      ...(await requestsIn(context.db, ['running'])),
      ...(await requestsIn(context.db, ['approved'])),
    ]
    for (const request of work) {
      const busy = busyHost(active, request)
      if (busy !== null) await sayBusy(context, request, busy)
      else begin(request.id, hostsOf(request.plan), () => runRequest(context, request, stopping.signal))
    }
    for (const request of await requestsToVerify(context.db))
      begin(`verify ${request.id}`, [], () => verify(context, request, stopping.signal))
    return RETRY_MS
  }

  const loop = startLoop(context, { doing: 'looking for work', waitsFor: 'nobody' }, turn)
  return {
    ...loop,
    stop: async () => {
      stopping.abort()
      await loop.stop()
      await Promise.all([...active.values()].map(({ done }) => done))
    },
    underWay: () => [...loop.underWay(), ...active.keys()],
  }
}

interface Active {
  /** At which it works. */
  readonly hosts: readonly string[]
  readonly done: Promise<void>
}

/** More time on a lease waits for no host. */
const hostsOf = (plan: Plan): string[] => (isExtension(plan) ? [] : hostPlansOf(plan).map(({ host }) => host))

const busyHost = (active: ReadonlyMap<string, Active>, { plan }: Request): string | null => {
  const busy = new Set([...active.values()].flatMap(({ hosts }) => hosts))
  return hostsOf(plan).find((host) => busy.has(host)) ?? null
}

/** An approved request waits for another one's operation; a running one is that operation. */
const sayBusy = async (context: Context, request: Request, host: string): Promise<void> => {
  if (request.state === 'approved')
    await sayWaiting(context, request, { waiting: `another request is at work on ${host}` })
}

/**
 * Locks its hosts, checks the digest before the first step, and operates. Leaves the request as it is when it cannot
 * begin yet.
 */
export const runRequest = async (
  context: Context,
  request: Request,
  stopping: AbortSignal,
): Promise<boolean> => {
  if (lapseOf(request, context.policy.inForce(), context.clock.now()) !== null)
    return lapse(context, request.id)
  if (isExtension(request.plan)) return extendAsApproved(context, request)
  const names = hostsOf(request.plan)
  const hosts = new Map([...context.hosts].filter(([name]) => names.includes(name)))
  if (hosts.size < names.length) return false
  const held = await (request.state === 'approved' ? heldUp : stoppedBetween)(context.db, request.plan)
  const wait =
    waitFor(held ?? incomplete(context, request)) ??
    holdOn(context, request) ??
    waitFor(await unagreed(context, request))
  if (wait !== null) {
    await sayWaiting(context, request, wait)
    return false
  }
  const locked = await context.db.transaction().execute((tx) => lockHosts(tx, names, request.id))
  if (locked === null) return false
  const readings = await readAll(hosts.values(), context.log)
  const silent = request.state === 'approved' && names.find((name) => !readings.has(name))
  if (silent) return giveBack(context, request, `${silent} does not answer`)
  const barred = await barAmong(context, request, readings)
  if (barred !== null) return giveBack(context, request, barred)
  const changes = request.state === 'approved' ? await changesIn(context, request, readings) : []
  const facts = readings.get(request.plan.host)
  const next = await step(context, request.id, async (tx, now) => {
    const at = context.clock.now()
    const policy = context.policy.inForce()
    const late = lapseOf(now, policy, at)
    if (late !== null) return { kind: 'lapse', at, why: late }
    const lapsed =
      facts && now.state === 'approved' ? await lapsedTerms(tx, policy, { request: now, facts, at }) : []
    const rejudged = now.state === 'approved' ? await judgedAnew(tx, policy, now) : []
    const unasked = now.state === 'approved' ? await untold(tx, policy, now) : []
    const apart =
      now.state === 'approved' ? quarantinesIn(now.plan, readings, await marks(tx)).map(sentenceOf) : []
    const against = [...new Set([...changes, ...lapsed, ...unasked, ...apart, ...rejudged])]
    if (against.length > 0)
      return { kind: rejudged.length === against.length ? 'rejudge' : 'void', at, changes: against }
    return { kind: 'claim', at, fence: await raiseFence(tx, request.id, highestOf(readings)) }
  })
  if (next?.state === 'running') {
    const fence = { number: next.fence, bot: await selfOf(context.db), claim: drawClaim() }
    await operate({ context, hosts, request: next, fence, stopping })
  }
  return true
}

const sentenceOf = (quarantine: Quarantine): string => `${quarantineWords(quarantine)}.`

/** Judged by a policy that does not know yet whom it names, an approved request would be void for nothing. */
const incomplete = ({ policy }: Context, { state }: Request): string | null =>
  state === 'approved' ? policy.incomplete() : null

/** What has begun is brought to its end, whatever the policy's calendar says. */
const holdOn = (context: Context, { state, plan }: Request): Wait | null => {
  const hold =
    state === 'approved' ? holdAt(context.policy.inForce(), subjectsOf(plan), context.clock.now()) : null
  return hold && { waiting: holdName(hold), heldUntil: hold.until }
}

/** What has begun goes on; see docs/decisions/consent.md. */
const unagreed = async ({ db, policy, clock }: Context, request: Request): Promise<string | null> =>
  request.state === 'approved' ? consentMissing(db, policy.inForce(), request, clock.now()) : null

/** What has begun keeps its locks: nobody else may begin where it lies open. */
const giveBack = async (context: Context, request: Request, waiting: string): Promise<false> => {
  if (request.state === 'approved')
    await context.db.transaction().execute((tx) => unlockHosts(tx, request.id))
  await sayWaiting(context, request, { waiting })
  return false
}

/** Kept, so that the next turn knows without asking the hosts. */
const barAmong = async (
  context: Context,
  { state, plan }: Request,
  readings: Readings,
): Promise<string | null> => {
  const self = await selfOf(context.db)
  const barred = [...readings.values()].filter(({ module }) => barOf(module, self))
  if (barred.length === 0) return null
  await context.db.transaction().execute(async (tx) => {
    for (const facts of barred) await saveFacts(tx, facts, context.clock.now())
  })
  return (state === 'approved' ? heldUp : stoppedBetween)(context.db, plan)
}

/** What the plan rests on, and what the approval rests on: facts, policy and roles as they are now. */
const changesIn = async (
  context: Context,
  request: RequestIn<'approved'>,
  readings: Readings,
): Promise<string[]> => {
  const { plan, asked } = request
  const policy = context.policy.inForce()
  const own = await isOwn(context.db, policy, touchingOf(plan, readings), asked.by)
  const lentMs = lentMsOf(await wantedEnd(context.db, request), context.clock.now())
  const facts = readings.get(plan.host)
  const lapsed = facts
    ? lapseReasons(
        policy,
        request,
        wishOf(plan, { own, lentMs, unsupportedPartitioning: isUnsupported(plan, facts) }),
      )
    : []
  const changes = hostPlansOf(plan).flatMap((each) => changesOn(each, readings.get(each.host)))
  const silent = hostPlansOf(plan).flatMap(({ host }) => {
    const now = readings.get(host)
    return now ? shutdownsRefused(stepsOn(plan, host), now) : []
  })
  return [...outOfOrder(plan), ...new Set(changes), ...silent, ...lapsed]
}

const changesOn = (plan: HostPlan, facts: HostFacts | undefined): string[] => {
  if (facts && digestNow(plan, facts) === plan.digest) return []
  const changes = facts ? explainChange(plan.facts, stableFacts(plan, facts)) : []
  return changes.length > 0 ? changes : ['The plan itself is not the one that was approved.']
}

/** Quotas are counted in the very transaction that claims: of two that begin at once, the second sees the first. */
const step = (
  context: Context,
  id: string,
  eventFor: (tx: Tx, request: Request) => Promise<RequestEvent>,
): Promise<Request | null> =>
  context.db.transaction().execute(async (tx) => {
    const request = await findRequest(tx, id)
    const next = request && (await apply(tx, request, await eventFor(tx, request)))
    if (!next?.ok) {
      await unlockHosts(tx, id)
      return null
    }
    const at = context.clock.now()
    if (next.value.state === 'void') await settleVoid(context, tx, next.value, at)
    else await refreshCard(tx, next.value, at)
    context.wake.deliver()
    return next.value
  })
