/** A plan: what would be done, on what facts it rests, and what each approver must know before saying yes. */
import { z } from 'zod'
import { hostName, vmId, vmSettings } from '../inventory'
import { step, type Step } from './step'

/**
 * A VM's settings before its first device (`original`) and as the bot last wrote them (`written`). Kept from the
 * first device to the last; a setting that is no longer as written is somebody else's and is left alone.
 */
export const baseline = z.object({
  original: vmSettings,
  written: vmSettings.partial(),
  /** The cluster's offline action before the bot set it, if it did. */
  offlineAction: z.number().optional(),
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
  gpu: gpuName,
  /** Who holds the GPU, or the partition, before and after; null is the host itself. */
  from: z.object({ id: vmId, name: z.string() }).nullable(),
  to: z.object({ id: vmId, name: z.string() }).nullable(),
  /** None where nothing is done on a host: more time on a lease is asked for. */
  steps: z.array(step),
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

/** In the order in which they are carried out; the undo goes from the last back to the first. */
export const hostPlansOf = (plan: Plan): readonly HostPlan[] => (plan.release ? [plan, plan.release] : [plan])

/** All of them, as the journal counts them. */
export const stepsOf = (plan: Plan): readonly Step[] => hostPlansOf(plan).flatMap(({ steps }) => steps)

/** On which host the step of this number is done. */
export const hostPlanAt = (plan: Plan, n: number): HostPlan =>
  plan.release && n >= plan.steps.length ? plan.release : plan

/** Those of one host, or those among them that the condition holds for. */
export const stepsOn = (plan: Plan, host: string, holds: (n: number) => boolean = () => true): Step[] =>
  stepsOf(plan).filter((_, n) => hostPlanAt(plan, n).host === host && holds(n))

/** Everything that the plan is about, on whichever host. */
export const gpusOf = (plan: Plan): string[] => hostPlansOf(plan).map(({ gpu }) => gpu.alias)
export type PlanAction = Plan['action']
