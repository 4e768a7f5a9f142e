/** A host, a GPU of it and a VM of it, asked to be planned; and the checks that every plan must pass. */
import { expect } from '@jest/globals'
import type { Outcome } from '../../../src/core/errors'
import type { HostFacts, VmId } from '../../../src/core/inventory/inventory'
import type { Baseline, Plan } from '../../../src/core/plan/plan'
import { plan as planSchema } from '../../../src/core/plan/plan'
import {
  type Consents,
  type PlanInput,
  planAssign,
  planMove,
  planRelease,
} from '../../../src/core/planner/planner'
import { read, undoOf } from '../../../src/core/plan/step'
import { apply, sorted } from '../../fakes/facts'

export const PLANNERS = { assign: planAssign, move: planMove, release: planRelease }
const NO_CONSENT: Consents = { shutdown: false, powerOff: false, noStart: false }

export interface Asked {
  readonly host: HostFacts
  readonly gpu?: number
  readonly vm?: number
  readonly consents?: Partial<Consents>
  readonly baselines?: ReadonlyMap<VmId, Baseline>
}

export const inputOf = ({
  host,
  gpu = 0,
  vm = 0,
  consents = {},
  baselines = new Map(),
}: Asked): PlanInput => ({
  host,
  gpu: host.gpus[gpu]!,
  vm: host.vms[vm] ?? null,
  consents: { ...NO_CONSENT, ...consents },
  baselines,
  quarantine: null,
  peers: [],
})

export const planned = (outcome: Outcome<Plan>): Plan => {
  if (!outcome.ok) throw new Error(outcome.refusals.map(({ reason }) => reason).join('\n'))
  return planSchema.parse(outcome.value)
}
export const reasons = (outcome: Outcome<Plan>): string[] =>
  outcome.ok ? [] : outcome.refusals.map(({ reason }) => reason)

export const ask = (action: keyof typeof PLANNERS, asked: Asked): Outcome<Plan> =>
  PLANNERS[action](inputOf(asked))
export const kinds = (plan: Plan): string[] =>
  plan.steps.map((step) =>
    'vm' in step && step.kind !== 'attachDevice' ? `${step.kind} ${step.vm.name}` : step.kind,
  )

/** Runs every step on ground that it expects, and returns the host afterwards. */
export const run = (plan: Plan, host: HostFacts): HostFacts =>
  plan.steps.reduce((now, step) => {
    expect([step.kind, read(step, now)]).toEqual([step.kind, 'ready'])
    const then = apply(step, now)
    expect([step.kind, read(step, then)]).toEqual([step.kind, 'done'])
    return then
  }, host)

/** Runs the first `count` steps and undoes them; the host must be as it was. */
export const runAndUndo = (plan: Plan, host: HostFacts, count: number): void => {
  const done = plan.steps.slice(0, count)
  const undone = done.toReversed().reduce(
    (now, step) => {
      const undo = undoOf(step)
      expect([undo.kind, read(undo, now)]).toEqual([undo.kind, 'ready'])
      return apply(undo, now)
    },
    done.reduce((now, step) => apply(step, now), host),
  )
  expect(sorted(undone)).toEqual(sorted(host))
}

/** Baselines as the store would have them once the plan is done. */
export const baselinesAfter = (plan: Plan, before: ReadonlyMap<VmId, Baseline>): Map<VmId, Baseline> => {
  const after = new Map(before)
  for (const { vm, after: baseline } of plan.baselines)
    if (baseline) after.set(vm, baseline)
    else after.delete(vm)
  return after
}
