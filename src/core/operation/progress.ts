/**
 * The journal of one operation and what it means. Each step is journaled before (`started`) and after (`ended`).
 * A step that started and did not end is open: nobody knows whether it happened, and the host must be read.
 */
import { z } from 'zod'
import type { HostFacts } from '../inventory/inventory'
import { hostPlansOf, placedStep, stepsOf, stepsOn, type HostPlan, type Plan } from '../plan/plan'
import { expectation, readStep, undoOf, type Step } from '../plan/step'

const at = z.number()
const n = z.number().int().nonnegative()
const direction = z.enum(['do', 'undo'])

export const journalEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), n, direction, at, expects: expectation }),
  /** `not-done`: the host was read and the step can be tried again. */
  z.object({
    kind: z.literal('ended'),
    n,
    direction,
    at,
    result: z.enum(['done', 'refused', 'not-done']),
    detail: z.string().optional(),
  }),
  z.object({ kind: z.literal('unwinding'), at, why: z.string() }),
  /** A person wants what was refused tried again, in the direction that it goes in. */
  z.object({ kind: z.literal('again'), at }),
  /** A person had its hosts read, and what they showed: for whoever asks later. */
  z.object({ kind: z.literal('read'), at, by: z.string(), found: z.array(z.string()) }),
])
export type JournalEntry = z.infer<typeof journalEntry>

export interface StepProgress {
  readonly state: 'todo' | 'open' | 'done' | 'refused' | 'undone' | 'undo-refused'
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** How often it was started in the present direction. */
  readonly tries: number
  readonly detail: string | null
}

export interface Progress {
  readonly direction: 'do' | 'undo'
  /** Why it is being undone. */
  readonly why: string | null
  readonly steps: readonly StepProgress[]
  /** The step that started and has not ended. */
  readonly open: number | null
  /** The step to start next, in the present direction; null when that direction is through. */
  readonly next: number | null
}

const fresh: StepProgress = { state: 'todo', startedAt: null, endedAt: null, tries: 0, detail: null }

/** Replays the journal of a plan. The same function serves live runs, restarts and the picture in the channel. */
export const replay = (plan: Plan, entries: readonly JournalEntry[]): Progress =>
  progressIn(entries.reduce((state, each) => taken(plan, state, each), begun(plan)))

/** Why no operation of this plan can have written such a journal; null where one can. */
export const refuseJournal = (plan: Plan, entries: readonly JournalEntry[]): string | null => {
  let state = begun(plan)
  for (const [at, each] of entries.entries()) {
    const why = refuseEntry(state, each)
    if (why !== null) return `entry ${at + 1} of its journal cannot have been: ${why}`
    state = taken(plan, state, each)
  }
  return null
}

type State = Omit<Progress, 'next'>

const begun = (plan: Plan): State => ({
  direction: 'do',
  why: null,
  steps: stepsOf(plan).map(() => fresh),
  open: null,
})

const progressIn = (state: State): Progress => ({
  ...state,
  next: state.open === null ? nextOf(state.direction, state.steps) : null,
})

const taken = (plan: Plan, state: State, each: JournalEntry): State => {
  const { direction: way, steps } = state
  switch (each.kind) {
    case 'unwinding':
      return {
        ...state,
        direction: 'undo',
        why: each.why,
        steps: steps.map((step) => ({ ...step, tries: 0 })),
      }
    case 'again':
      return {
        ...state,
        steps: steps.map((step, n) => (way === 'do' ? doneOnceMore(step) : undoneOnceMore(step, plan, n))),
      }
    case 'read':
      return state
    case 'started':
    case 'ended':
      return {
        ...state,
        open: each.kind === 'started' ? each.n : null,
        steps: steps.map((step, n) => (n === each.n ? after(step, each) : step)),
      }
  }
}

const refuseEntry = (state: State, each: JournalEntry): string | null => {
  const { direction, open } = state
  switch (each.kind) {
    case 'unwinding':
      return direction === 'undo' ? 'it is being undone already' : null
    case 'again':
    case 'read':
      return null
    case 'started':
      return refuseStep(state, each) ?? (open === null ? null : `step ${open + 1} has not ended`)
    case 'ended':
      if (open === each.n) return each.direction === direction ? null : OTHER_WAY
      if (open !== null) return `step ${open + 1} has not ended`
      // Somebody else was faster: an undo that is so already is not begun.
      return direction === 'undo' && each.result === 'done'
        ? refuseStep(state, each)
        : `step ${each.n + 1} was not begun`
  }
}

const OTHER_WAY = 'it goes the other way'

const refuseStep = (state: State, { n, direction }: { readonly n: number; readonly direction: string }) => {
  if (state.steps[n] === undefined) return `the plan has no step ${n + 1}`
  if (direction !== state.direction) return OTHER_WAY
  const next = nextOf(state.direction, state.steps)
  if (next === n) return null
  return `step ${n + 1} is begun, and ${next === null ? 'no step' : `step ${next + 1}`} is next`
}

const after = (
  before: StepProgress,
  entry: Extract<JournalEntry, { kind: 'started' | 'ended' }>,
): StepProgress =>
  entry.kind === 'started'
    ? { ...before, state: 'open', startedAt: entry.at, endedAt: null, tries: before.tries + 1 }
    : {
        ...before,
        state: ENDS[entry.direction][entry.result],
        endedAt: entry.at,
        detail: entry.detail ?? null,
      }

const doneOnceMore = (step: StepProgress): StepProgress =>
  step.state === 'refused' ? { ...step, state: 'todo', tries: 0 } : step

/** A VM that was started too early, since an undo before was refused, is started last once more if somebody has stopped it. */
const undoneOnceMore = (step: StepProgress, plan: Plan, n: number): StepProgress => {
  const again =
    step.state === 'undo-refused' || (step.state === 'undone' && stepsOf(plan)[n]?.kind === 'stopVm')
  return { ...step, state: again ? 'done' : step.state, tries: 0 }
}

/** Where the journal cannot be read, any step may have been done. */
export const unknownProgress = (plan: Plan): Progress => ({
  direction: 'do',
  why: null,
  steps: stepsOf(plan).map(() => ({ ...fresh, state: 'open' })),
  open: null,
  next: null,
})

const ENDS = {
  do: { done: 'done', refused: 'refused', 'not-done': 'todo' },
  undo: { done: 'undone', refused: 'undo-refused', 'not-done': 'done' },
} as const

const nextOf = (way: 'do' | 'undo', steps: readonly StepProgress[]): number | null => {
  const index =
    way === 'do'
      ? steps.findIndex((step) => step.state !== 'done')
      : steps.findLastIndex((step) => step.state === 'done')
  return index < 0 ? null : index
}

/** What a step changes: a VM's power or settings, where a device is, or how it is shared. */
export const subjectOf = (step: Step): string => {
  switch (step.kind) {
    case 'startVm':
    case 'stopVm':
      return `power ${step.vm.id}`
    case 'setVm':
      return `settings ${step.vm.id}`
    case 'setOfflineAction':
      return `offline action ${step.vm.id}`
    case 'setPartitionCount':
      return `partitions ${step.gpu.locationPath}`
    case 'addPartition':
    case 'removePartition':
    case 'setPartition':
      return `partition ${step.gpu.locationPath} ${step.vm.id}`
    default:
      return `device ${step.gpu.locationPath}`
  }
}

/** A later step on the same subject supersedes an earlier one. */
export const lastOn = (steps: readonly Step[]): Step[] => [
  ...new Map(steps.map((step) => [subjectOf(step), step])).values(),
]

/** The first step on each subject is what its undo comes down to. */
export const firstOn = (steps: readonly Step[]): Step[] => [
  ...new Map(steps.map((step) => [subjectOf(step), step] as const).toReversed()).values(),
]

/** Does the host look as the plan promised? */
export const looksDone = (plan: HostPlan, host: HostFacts): boolean =>
  lastOn(plan.steps).every((step) => readStep(step, host) === 'done')

/** A reading of each host that answers, by its name. */
export type Readings = ReadonlyMap<string, HostFacts>

/** Does every host of the plan look as promised? */
export const isAsPlanned = (plan: Plan, readings: Readings): boolean =>
  hostPlansOf(plan).every((each) => {
    const facts = readings.get(each.host)
    return facts !== undefined && looksDone(each, facts)
  })

/** Is everything where it was to go, and is each VM that the plan starts off, or running already? */
export const looksGiven = (plan: HostPlan, host: HostFacts): boolean =>
  lastOn(plan.steps).every((step) => {
    const reading = readStep(step, host)
    return reading === 'done' || (step.kind === 'startVm' && reading === 'ready')
  })

/** May the VMs of the plan be started, as far as each host of it shows? */
export const isGiven = (plan: Plan, readings: Readings): boolean =>
  hostPlansOf(plan).every((each) => {
    const facts = readings.get(each.host)
    return facts !== undefined && looksGiven(each, facts)
  })

/** Once a VM may have been started nothing is undone: that would cut its power. */
export const isPastReturn = (plan: Plan, { direction, steps }: Progress): boolean =>
  plan.order !== undefined &&
  direction === 'do' &&
  stepsOf(plan).some((step, n) => step.kind === 'startVm' && steps[n]?.startedAt != null)

/** Of a VM that gave its GPU away: where it is refused, everybody else has what they were to have. */
export const isStartOfGiver = (plan: Plan, n: number): boolean => {
  const { step, on } = placedStep(plan, n)
  return plan.order !== undefined && step.kind === 'startVm' && step.vm.id !== on.to?.id
}

/** The start of a giver that was refused for good, if that is what the operation stands at. */
export const refusedStart = (plan: Plan, { direction, next, steps }: Progress): number | null =>
  direction === 'do' && next !== null && steps[next]?.state === 'refused' && isStartOfGiver(plan, next)
    ? next
    : null

/** Does every host of the plan look as it did before those of its steps that the condition holds for? */
export const isAsBefore = (plan: Plan, readings: Readings, holds: (n: number) => boolean): boolean =>
  hostPlansOf(plan).every(({ host }) => {
    const facts = readings.get(host)
    return facts !== undefined && looksUntouched(stepsOn(plan, host, holds), facts)
  })

/** Does the host look as it did before these steps, in everything that they touch? */
export const looksUntouched = (steps: readonly Step[], host: HostFacts): boolean =>
  firstOn(steps).every((step) => readStep(undoOf(step), host) === 'done')
