/** A host, a GPU of it and a VM of it, asked to be planned; and the checks that every plan must pass. */
import { expect } from '@jest/globals'
import { NO_CONSENTS, type Change, type Consents } from '../../../src/core/change/change'
import { changeOf } from '../../../src/core/change/named'
import type { Outcome } from '../../../src/core/errors'
import { parse } from '../../../src/core/grammar/parse'
import type { HostFacts, VmId } from '../../../src/core/inventory/inventory'
import type { Baseline, Plan } from '../../../src/core/plan/plan'
import { plan as planSchema } from '../../../src/core/plan/plan'
import { type PlanInput, planAssign, planMove, planRelease } from '../../../src/core/planner/planner'
import { readStep, undoOf } from '../../../src/core/plan/step'
import { aView } from '../answers/reading'
import { apply, sorted } from '../../fakes/facts'

export const PLANNERS = { assign: planAssign, move: planMove, release: planRelease }

export interface Asked {
  readonly host: HostFacts
  readonly gpu?: number
  readonly vm?: number
  readonly consents?: Partial<Consents>
  readonly baselines?: ReadonlyMap<VmId, Baseline>
}

export const NO_INPUT = { baselines: new Map<VmId, Baseline>(), quarantine: null, peers: [] }

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
  ...NO_INPUT,
  consents: { ...NO_CONSENTS, ...consents },
  baselines,
})

/** What this text means on these hosts. */
export const changeIn = (text: string, ...hosts: readonly HostFacts[]): Outcome<Change> => {
  const read = parse(text)
  if (!read.ok) return read
  const { value } = read
  const isNamed = 'dryRun' in value && (value.kind !== 'move' || value.gpu !== undefined)
  if (!isNamed) throw new Error(text)
  return changeOf(
    value as Parameters<typeof changeOf>[0],
    hosts.map((host) => aView(host)),
  )
}

export const meant = (text: string, ...hosts: readonly HostFacts[]): Change => {
  const change = changeIn(text, ...hosts)
  if (!change.ok) throw new Error(change.refusals.map(({ reason }) => reason).join('\n'))
  return change.value
}

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
    expect([step.kind, readStep(step, now)]).toEqual([step.kind, 'ready'])
    const then = apply(step, now)
    expect([step.kind, readStep(step, then)]).toEqual([step.kind, 'done'])
    return then
  }, host)

/** Runs the first `count` steps and undoes them; the host must be as it was. */
export const runAndUndo = (plan: Plan, host: HostFacts, count: number): void => {
  const done = plan.steps.slice(0, count)
  const undone = done.toReversed().reduce(
    (now, step) => {
      const undo = undoOf(step)
      expect([undo.kind, readStep(undo, now)]).toEqual([undo.kind, 'ready'])
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
