/**
 * One approved plan, carried out step by step on its host, or on one host after the other.
 *
 * Who may race: nobody writes this request but its own operation, since the lock of a host is one row and each claim
 * takes a higher fence. Administrators act beside the bot at any moment: every step carries its precondition, which
 * the host checks in the same call. A step whose outcome is not known, or that was refused, is settled by reading
 * the host, never by assuming. Every turn of the loop starts from the journal, so a restart is no special case.
 */
import { isBarring } from '../../core/inventory/bar'
import { isLeftUseless } from '../../core/operation/half-way'
import type { HostFacts } from '../../core/inventory/inventory'
import { hostPlansOf, placedStep, stepsOf, type HostPlan, type Plan } from '../../core/plan/plan'
import { expectationOf, readStep, saysOf, undoOf, type Step } from '../../core/plan/step'
import type { StepResult } from '../../core/ports/host'
import {
  isAsBefore,
  isAsPlanned,
  isGiven,
  isPastReturn,
  isStartOfGiver,
  looksGiven,
  refusedStart,
  unknownProgress,
  type JournalEntry,
  type Progress,
  type Readings,
} from '../../core/operation/progress'
import { firstVerification, type RequestEvent } from '../../core/request/request'
import { attention } from './attention'
import { stoppedBetween } from '../snapshot/held-up'
import { withHeartbeat } from '../context/heartbeat'
import type { Operation } from '../context/context'
import { hostOf, readWithRetry, RETRY_MS } from './retry'
import { record } from './record'
import { progressOf, whyUnknown } from '../snapshot/progress'
import { readAll } from '../readings/reading'

const TRIES = 3

type Direction = Progress['direction']
interface Move {
  readonly n: number
  readonly direction: Direction
  readonly step: Step
  /** Of the host on which it is done. */
  readonly on: HostPlan
}

/** `leave`: the request has ended, or the process stops; not one order more may go to the host. */
type Turn = 'go on' | 'leave'

/** Runs until the request has ended, or the process stops. Throws Fault only when the store fails. */
export const operate = async (operation: Operation): Promise<void> => {
  const { context, request, stopping } = operation
  while (!stopping.aborted) {
    const progress = await progressOf(context.db, request)
    const next = progress ? await turn(operation, progress) : await giveUpUnread(operation)
    if (next === 'leave') return
  }
}

const turn = (operation: Operation, progress: Progress): Promise<Turn> => {
  const { plan } = operation.request
  if (progress.open !== null) return settle(operation, moveAt(plan, progress, progress.open), null)
  const refused = refusedStart(plan, progress)
  if (refused !== null) return giveUpStart(operation, moveAt(plan, progress, refused), progress)
  if (progress.next !== null) return advance(operation, moveAt(plan, progress, progress.next), progress)
  return conclude(operation, progress)
}

const moveAt = (plan: Plan, progress: Progress, n: number): Move => {
  const { step, on } = placedStep(plan, n)
  const { direction } = progress
  return { n, direction, step: direction === 'do' ? step : undoOf(step), on }
}

const advance = async (operation: Operation, move: Move, progress: Progress): Promise<Turn> => {
  const { context, request, stopping } = operation
  const stopped = await stoppedBetween(context.db, request.plan)
  if (stopped !== null) {
    await record(operation, { kind: 'waiting', waiting: stopped })
    await context.clock.sleep(RETRY_MS, stopping)
    return 'go on'
  }
  if (move.direction === 'undo') {
    const facts = await factsOf(operation, move.on)
    if (facts === null) return 'leave'
    // An administrator was faster: this needs no call.
    if (readStep(move.step, facts) === 'done')
      return end(operation, move, { result: 'done', detail: 'was so already' })
  } else {
    const unlike = await unlikePlan(operation, move, progress)
    if (unlike === 'unread') return 'leave'
    if (unlike !== null) return turnRound(operation, unlike.why)
  }
  const expects = expectationOf(move.step)
  await journal(operation, {
    kind: 'started',
    n: move.n,
    direction: move.direction,
    at: context.clock.now(),
    expects,
  })
  const result = await withHeartbeat(
    context,
    { everyMs: context.limits.tickMs },
    () => record(operation, { kind: 'working' }),
    () => hostOf(operation, move.on).run({ step: move.step, expects, fence: operation.fence }),
  )
  return result.kind === 'done' ? end(operation, move, { result: 'done' }) : settle(operation, move, result)
}

const UNLIKE_PLAN = 'every step was done, but the host does not look as planned'

/** Why a step is not begun although the one before it was done. `unread` when a host was given up, or the process stops. */
const unlikePlan = async (
  operation: Operation,
  move: Move,
  progress: Progress,
): Promise<{ readonly why: string } | 'unread' | null> => {
  const { plan } = operation.request
  if (isFirstStart(plan, move, progress)) {
    const readings = await readingsOf(operation)
    if (readings === null) return 'unread'
    return isGiven(plan, readings) ? null : { why: UNLIKE_PLAN }
  }
  if (move.on !== plan.release || move.step.kind !== 'detachDevice') return null
  const facts = await factsOf(operation, plan)
  if (facts === null) return 'unread'
  return looksGiven(plan, facts)
    ? null
    : { why: `before ${plan.release.gpu.alias} was taken from its VM, ${plan.host} did not look as planned` }
}

/** The last moment at which everything can be undone with every VM off. */
const isFirstStart = (plan: Plan, { step }: Move, progress: Progress): boolean =>
  plan.order !== undefined && step.kind === 'startVm' && !isPastReturn(plan, progress)

const turnRound = async (operation: Operation, why: string): Promise<Turn> => {
  await journal(operation, { kind: 'unwinding', at: operation.context.clock.now(), why })
  return 'go on'
}

/** Decides by the host what became of a step that was refused, or whose outcome nobody knows. */
const settle = async (
  operation: Operation,
  move: Move,
  result: Exclude<StepResult, { kind: 'done' }> | null,
): Promise<Turn> => {
  const facts = await factsOf(operation, move.on)
  if (facts === null) return 'leave'
  const reading = readStep(move.step, facts)
  if (reading === 'done') return end(operation, move, { result: 'done', detail: 'found done on the host' })
  if (result?.kind === 'refused' && isBarring(result.code)) return giveUpHost(operation, move, result)
  const progress = await progressOf(operation.context.db, operation.request)
  const isLastTry = (progress?.steps[move.n]?.tries ?? 0) >= TRIES
  const detail = refusalIn(result, reading)
  if (detail !== null && (isLastTry || !isStartForward(operation.request.plan, move)))
    return end(operation, move, { result: 'refused', detail })
  if (detail !== null) {
    await end(operation, move, { result: 'not-done', detail })
    await operation.context.clock.sleep(RETRY_MS, operation.stopping)
    return 'go on'
  }
  return isLastTry
    ? end(operation, move, { result: 'refused', detail: `no clear outcome in ${TRIES} tries` })
    : end(operation, move, { result: 'not-done' })
}

const refusalIn = (
  result: Exclude<StepResult, { kind: 'done' }> | null,
  reading: ReturnType<typeof readStep>,
): string | null => {
  if (result?.kind === 'refused') return `${result.code}: ${result.message}`
  return reading === 'changed' ? 'PreconditionChanged: the host is not as this step expects it' : null
}

/** Nothing is undone for it: see docs/decisions/order.md. */
const isStartForward = (plan: Plan, { n, direction }: Move): boolean =>
  direction === 'do' && isStartOfGiver(plan, n)

/** It takes no orders of this bot any more, an undo no more than a step: a person decides whose it is. */
const giveUpHost = async (
  operation: Operation,
  move: Move,
  { code, message }: Extract<StepResult, { kind: 'refused' }>,
): Promise<Turn> => {
  await end(operation, move, { result: 'not-done', detail: `${code}: ${message}` })
  const readings = await readAll(operation.hosts.values(), operation.context.log)
  return giveUp(operation, readings, `${saysOf(move.step)}: ${code}: ${message}`)
}

/** Journals the end of a step; a step that failed on the way forward turns the operation round in the same commit. */
const end = async (
  operation: Operation,
  move: Move,
  outcome: { result: 'done' | 'refused' | 'not-done'; detail?: string },
): Promise<Turn> => {
  const at = operation.context.clock.now()
  const entries: JournalEntry[] = [{ kind: 'ended', n: move.n, direction: move.direction, at, ...outcome }]
  const { plan } = operation.request
  if (outcome.result === 'refused' && move.direction === 'do' && !isStartOfGiver(plan, move.n))
    entries.push({ kind: 'unwinding', at, why: `${saysOf(move.step)}: ${outcome.detail ?? 'refused'}` })
  await journal(operation, ...entries)
  return 'go on'
}

const journal = (operation: Operation, ...entries: readonly JournalEntry[]): Promise<void> =>
  record(operation, { kind: 'journal', entries })

/** The host as it is, read patiently. Null when the process stops, or when patience ran out and a person was asked for. */
const factsOf = async (operation: Operation, on: HostPlan): Promise<HostFacts | null> => {
  const reading = await readWithRetry(operation, on)
  if (reading.kind === 'out of patience') {
    const others = [...operation.hosts.values()].filter(({ name }) => name !== on.host)
    await giveUp(
      operation,
      await readAll(others, operation.context.log),
      `${operation.request.plan.release ? on.host : 'the host'} could not be read: ${reading.why}`,
    )
  }
  return reading.kind === 'read' ? reading.facts : null
}

/** Null as above. */
const readingsOf = async (operation: Operation): Promise<Readings | null> => {
  const readings = new Map<string, HostFacts>()
  for (const each of hostPlansOf(operation.request.plan)) {
    const facts = await factsOf(operation, each)
    if (facts === null) return null
    readings.set(each.host, facts)
  }
  return readings
}

/** At the end of either direction every host is read once more; its word is final. */
const conclude = async (operation: Operation, progress: Progress): Promise<Turn> => {
  const readings = await readingsOf(operation)
  if (readings === null) return 'leave'
  const { plan } = operation.request
  const at = operation.context.clock.now()
  if (progress.direction === 'do') {
    if (!isAsPlanned(plan, readings))
      return isPastReturn(plan, progress)
        ? giveUp(operation, readings, UNLIKE_PLAN)
        : turnRound(operation, UNLIKE_PLAN)
    return finish(operation, readings, { kind: 'succeed', at, verification: firstVerification(plan) })
  }
  const touched = (n: number): boolean =>
    progress.steps[n]?.state === 'undone' || progress.steps[n]?.state === 'undo-refused'
  const why = progress.why ?? 'a step failed'
  return isAsBefore(plan, readings, touched) && !isAnyLeftUseless(plan, readings)
    ? finish(operation, readings, { kind: 'roll-back', at, why })
    : giveUp(operation, readings, [why, ...refusedUndos(plan, progress)].join('\n'))
}

const isAnyLeftUseless = (plan: Plan, readings: Readings): boolean =>
  hostPlansOf(plan).some((on) => {
    const facts = readings.get(on.host)
    return facts !== undefined && isLeftUseless(on, facts)
  })

const refusedUndos = (plan: Plan, progress: Progress): string[] =>
  stepsOf(plan)
    .flatMap((step, n) => {
      const each = progress.steps[n]
      if (each?.state !== 'undo-refused') return []
      return [`Undoing then failed at: ${saysOf(undoOf(step))}: ${each.detail ?? 'refused'}`]
    })
    .toReversed()

/** Asks for a person; what repairs the hosts goes along. */
const giveUp = async (operation: Operation, readings: Readings, why: string): Promise<Turn> => {
  const { context, request } = operation
  const progress = (await progressOf(context.db, request)) ?? unknownProgress(request.plan)
  const found = attention(request.plan, { progress, readings })
  return finish(operation, readings, { kind: 'need-attention', at: context.clock.now(), why, ...found })
}

const giveUpStart = async (operation: Operation, move: Move, progress: Progress): Promise<Turn> => {
  const detail = progress.steps[move.n]?.detail ?? 'refused'
  return giveUp(
    operation,
    await readAll(operation.hosts.values(), operation.context.log),
    `${saysOf(move.step)}: ${detail}\nEverything else was done, and nothing is undone for it.`,
  )
}

const giveUpUnread = async (operation: Operation): Promise<Turn> =>
  giveUp(
    operation,
    await readAll(operation.hosts.values(), operation.context.log),
    `${await whyUnknown(operation.context.db, operation.request)}, so nobody knows which steps were done`,
  )

const finish = async (operation: Operation, readings: Readings, event: RequestEvent): Promise<Turn> => {
  await record(operation, { kind: 'ended', event, readings })
  return 'leave'
}
