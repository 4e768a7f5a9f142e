/** What a person is told when an operation cannot end by itself: what the host is like, and the commands that repair it. */
import { whereIs } from '../../core/operation/half-way'
import { vmById, type HostFacts } from '../../core/inventory/inventory'
import { sharersOf } from '../../core/inventory/partitions'
import { hostPlansOf, isUndone, stepsOf, stepsOn, type HostPlan, type Plan } from '../../core/plan/plan'
import { repairScript } from '../../core/plan/script'
import { expectationOf, readStep, undoOf, type Step, type VmRef } from '../../core/plan/step'
import {
  isPastReturn,
  lastOn,
  subjectOf,
  type Progress,
  type Readings,
  type StepProgress,
} from '../../core/operation/progress'
import type { RequestIn } from '../../core/request/request'

/** Of a host that could not be read everything that may have happened is listed. */
export const attention = (
  plan: Plan,
  found: { readonly progress: Progress; readonly readings: Readings },
): Pick<RequestIn<'needs-attention'>, 'now' | 'repair'> => ({
  now: stateOf(plan, found.readings),
  repair: hostPlansOf(plan)
    .toReversed()
    .flatMap(({ host, computer }) => {
      const steps = repairOn(plan, host, found)
      if (steps.length === 0) return []
      const block = repairScript({ host, computer }, steps)
      return plan.release ? [`# On ${host}`, ...block] : block
    }),
})

/** Where the plan's GPUs and VMs are now, as sentences. */
export const stateOf = (plan: Plan, readings: Readings): string[] =>
  hostPlansOf(plan).flatMap((each) => {
    const facts = readings.get(each.host)
    if (facts) return stateOn(each, facts)
    return [plan.release ? `not known: ${each.host} does not answer` : 'not known: the host does not answer']
  })

const stateOn = (plan: HostPlan, facts: HostFacts): string[] => {
  const gpu = facts.gpus.find((each) => each.locationPath === plan.gpu.locationPath)
  const vms = [plan.from, plan.to].flatMap((vm) =>
    vm ? [`${vm.name} is ${vmById(facts, vm.id)?.state ?? 'gone'}`] : [],
  )
  const shares = gpu ? sharersOf(facts, gpu).map((vm) => vm.name) : []
  const split =
    gpu?.partition && plan.mode === 'partition'
      ? [
          `${plan.gpu.alias} has ${gpu.partition.count} partitions; ${shares.length > 0 ? shares.join(', ') : 'no VM'} has one`,
        ]
      : []
  return [whereIs(facts, plan.gpu), ...split, ...vms]
}

const MAY_HOLD: readonly StepProgress['state'][] = ['open', 'done', 'undo-refused']

interface Found {
  readonly progress: Progress
  readonly readings: Readings
}

/** In an order in which the host takes them. */
const repairOn = (plan: Plan, host: string, found: Found): Step[] =>
  isPastReturn(plan, found.progress) ? onwards(plan, host, found) : backwards(plan, host, found)

/** What is left of the plan: its VMs run, and are not stopped for its sake. */
const onwards = (plan: Plan, host: string, { progress, readings }: Found): Step[] => {
  const facts = readings.get(host)
  if (!facts) return stepsOn(plan, host, (n) => progress.steps[n]?.state !== 'done')
  return withVmsOff(
    lastOn(stepsOn(plan, host)).filter((step) => readStep(step, facts) !== 'done'),
    facts,
  )
}

const backwards = (plan: Plan, host: string, { progress, readings }: Found): Step[] => {
  const facts = readings.get(host) ?? null
  const stateAt = (n: number) => progress.steps[n]?.state ?? 'todo'
  const steps = stepsOf(plan)
  /** Refused, since it waited for a restart of its host, which has come since. */
  const isOffByNow = (n: number): boolean => {
    const step = steps[n]
    const isRefusal = step?.kind === 'disableDevice' && stateAt(n) === 'refused'
    return facts !== null && isRefusal && readStep(step, facts) === 'done'
  }
  const touched = (n: number) =>
    MAY_HOLD.includes(stateAt(n)) || (facts !== null && stateAt(n) === 'undone') || isOffByNow(n)
  const undos = stepsOn(plan, host, touched)
    .filter((step) => isUndone(plan, step))
    .toReversed()
    .map(undoOf)
  if (facts === null) return undos
  return withVmsOff(
    undos.filter((undo, n) => !isPassed(undo, undos.slice(n), facts)),
    facts,
  )
}

/** A device is on its way back from where it is: what leads up to there is behind it, for VMs and settings alike. */
const isPassed = (undo: Step, onwards: readonly Step[], facts: HostFacts): boolean =>
  onwards.some((later) => subjectOf(later) === subjectOf(undo) && readStep(later, facts) === 'done')

/** A VM that somebody started in between is shut down for the repair, and started again. */
const withVmsOff = (repair: readonly Step[], facts: HostFacts): Step[] => {
  const inTheWay = new Map<string, VmRef>()
  for (const step of repair) {
    if (!('vm' in step) || !expectationOf(step).vm?.states.includes('Off')) continue
    const stopped = repair.some((each) => each.kind === 'stopVm' && each.vm.id === step.vm.id)
    if (!stopped && vmById(facts, step.vm.id)?.state === 'Running') inTheWay.set(step.vm.id, step.vm)
  }
  const vms = [...inTheWay.values()]
  return [
    ...vms.map((vm): Step => ({ kind: 'stopVm', vm, how: 'shutdown' })),
    ...repair,
    ...vms.map((vm): Step => ({ kind: 'startVm', vm })),
  ]
}
