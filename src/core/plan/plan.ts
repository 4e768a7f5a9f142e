/** A plan: what would be done, on what facts it rests, and what each approver must know before saying yes. */
import { z } from 'zod'
import { hostName, vmId, vmSettings } from '../inventory/inventory'
import { inPhases } from './order'
import { step, undoOf, type Step, type StepOf } from './step'

/**
 * A VM's settings before its first device (`original`) and as the bot last wrote them (`written`). Kept from the
 * first device to the last; a setting that is no longer as written is somebody else's and is left alone.
 */
export const baseline = z.object({
  original: vmSettings,
  written: vmSettings.partial(),
  /** The cluster's offline action before the bot set it, if it did. */
  offlineAction: z.number().optional(),
  /** Somebody said how much high MMIO space it needs: nothing computed makes it smaller. */
  mmioSaid: z.literal(true).optional(),
})
export type Baseline = z.infer<typeof baseline>

const gpuName = z.object({
  alias: z.string(),
  model: z.string(),
  locationPath: z.string(),
  instanceId: z.string(),
})

const hostPlan = z.object({
  action: z.enum(['assign', 'move', 'release', 'partition', 'resize', 'extend']),
  /** A whole device (Discrete Device Assignment), or partitions of one that stays with its host (GPU-P). */
  mode: z.enum(['dda', 'partition']).default('dda'),
  host: hostName,
  /** The name of its computer, as that says itself: scripts refuse to run on another one. Absent where it was not known. */
  computer: z.string().optional(),
  gpu: gpuName,
  /** Who holds the GPU, or the partition, before and after; null is the host itself. */
  from: z.object({ id: vmId, name: z.string() }).nullable(),
  to: z.object({ id: vmId, name: z.string() }).nullable(),
  /** None where nothing is done on a host: more time on a lease is asked for. */
  steps: z.array(step),
  /** Absent in plans of before the order was so: they end as they are written, host after host. */
  order: z.literal('device-first').optional(),
  /** What it costs and what to look out for, one sentence each. */
  costs: z.array(z.string()),
  warnings: z.array(z.string()),
  /** The baselines as they are once the plan is done; null forgets one. Saved in the commit that ends the request. */
  baselines: z.array(z.object({ vm: vmId, after: baseline.nullable() })),
  /** The stable facts that the plan rests on, by name, as words: what tells people why an approval became void. */
  facts: z.record(z.string(), z.string()),
  /** SHA-256 over the plan and the stable facts it rests on; see digest.ts. */
  digest: z.string(),
})
/** What is done on one host. */
export type HostPlan = z.infer<typeof hostPlan>

export const plan = hostPlan.extend({
  /** A move to another host: what is given back on the first one, once the VM over there has its GPU. */
  release: hostPlan.optional(),
})
export type Plan = z.infer<typeof plan>

/** Of each host; the one whose VM gets a GPU comes first. */
export const hostPlansOf = (plan: Plan): readonly HostPlan[] => (plan.release ? [plan, plan.release] : [plan])

interface PlacedStep {
  readonly step: Step
  readonly on: HostPlan
}

/** With the host on which each is done, in the order in which they are carried out. */
export const placedSteps = (plan: Plan): readonly PlacedStep[] => {
  const steps = hostPlansOf(plan).flatMap((on) => on.steps.map((step) => ({ step, on })))
  return plan.order ? inPhases(steps) : steps
}

/** All of them, as the journal counts them; the undo goes from the last back to the first. */
export const stepsOf = (plan: Plan): readonly Step[] => placedSteps(plan).map(({ step }) => step)

export const stopsVm = (plan: Plan): boolean => stepsOf(plan).some(({ kind }) => kind === 'stopVm')

/** Placed steps that follow each other on one host. */
export interface Stretch {
  readonly host: string
  readonly steps: readonly Step[]
}

const stretchesOf = (placed: readonly PlacedStep[]): readonly Stretch[] => {
  const stretches: { host: string; steps: Step[] }[] = []
  for (const { step, on } of placed) {
    const current = stretches.at(-1)
    if (current?.host === on.host) current.steps.push(step)
    else stretches.push({ host: on.host, steps: [step] })
  }
  return stretches
}

/** The way there, host by host. */
export const forwards = (plan: Plan): readonly Stretch[] => stretchesOf(placedSteps(plan))

/** No start is undone, but in plans of before the order was so. */
export const isUndone = ({ order }: Pick<Plan, 'order'>, step: Step): boolean =>
  step.kind !== 'startVm' || order === undefined

/** The way back from the last step, host by host. The bot undoes no start; `undoOfStart` is for whoever does. */
export const backwards = (
  plan: Plan,
  undoOfStart: (start: StepOf<'startVm'>) => readonly Step[] = () => [],
): readonly Stretch[] => {
  const undo = (step: Step): readonly Step[] =>
    step.kind === 'startVm' && !isUndone(plan, step) ? undoOfStart(step) : [undoOf(step)]
  const placed = placedSteps(plan).toReversed()
  return stretchesOf(placed.flatMap(({ step, on }) => undo(step).map((each) => ({ step: each, on }))))
}

/** Throws RangeError for a number that the plan does not have. */
export const placedStep = (plan: Plan, n: number): PlacedStep => {
  const placed = placedSteps(plan)[n]
  if (!placed) throw new RangeError(`plan has no step ${n}`)
  return placed
}

/** Those of one host, or those among them that the condition holds for. */
export const stepsOn = (plan: Plan, host: string, holds: (n: number) => boolean = () => true): Step[] =>
  placedSteps(plan)
    .filter(({ on }, n) => on.host === host && holds(n))
    .map(({ step }) => step)

/** Everything that the plan is about, on whichever host. */
export const gpusOf = (plan: Plan): string[] => hostPlansOf(plan).map(({ gpu }) => gpu.alias)
export type PlanAction = Plan['action']
