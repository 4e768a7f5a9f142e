/**
 * What the hosts show, against the journal of an operation that stands half way: whether its undo finds what it
 * needs, and whether somebody has brought all to one end or the other by hand.
 */
import { PLACE_WORDS } from '../inventory/place-words'
import { placeOf, vmById, type GpuPlace, type HostFacts } from '../inventory/inventory'
import { hostPlansOf, isUndone, placedSteps, stepsOf, stepsOn, type HostPlan, type Plan } from '../plan/plan'
import { expectationOf, meets, readStep, saysOf, undoOf, type Step } from '../plan/step'
import {
  firstOn,
  isPastReturn,
  subjectOf,
  unknownProgress,
  type Progress,
  type Readings,
  type StepProgress,
} from './progress'

const LEFT: readonly StepProgress['state'][] = ['open', 'done', 'undo-refused']

/** A VM that was started, or may have been, would be cut off by it. */
export const mayBeUndone = (plan: Plan, progress: Progress): boolean =>
  !isPastReturn(plan, progress) &&
  !stepsOf(plan).some((step, n) => step.kind === 'startVm' && LEFT.includes(stateAt(progress, n)))

/** Where the hosts are not as the journal says, or as the rest of its undo needs them: one clause each. */
export const againstUndo = (plan: Plan, progress: Progress, readings: Readings): string[] =>
  hostPlansOf(plan).flatMap((on) => {
    const facts = readings.get(on.host)
    if (!facts) return [`${on.host} does not answer`]
    const left = placedSteps(plan).flatMap((each, n) =>
      each.on.host === on.host && LEFT.includes(stateAt(progress, n)) && isUndone(plan, each.step)
        ? undoOf(each.step)
        : [],
    )
    const undone = stepsOn(plan, on.host, (n) => stateAt(progress, n) === 'undone')
    return [
      ...new Set([
        ...againstLeft(left.toReversed(), facts),
        ...againstUndone(undone, { left, facts }),
        ...(isLeftUseless(on, facts, left) ? [whereIs(facts, on.gpu)] : []),
      ]),
    ]
  })

const stateAt = ({ steps }: Progress, n: number): StepProgress['state'] => steps[n]?.state ?? 'todo'

/** `left` in the order in which it is done. What somebody has undone by hand is behind it. */
const againstLeft = (left: readonly Step[], facts: HostFacts): string[] =>
  subjectsOf(left).flatMap((subject) => {
    const undos = left.filter((undo) => subjectOf(undo) === subject)
    const [first, ...later] = undos.slice(undos.findLastIndex((undo) => readStep(undo, facts) === 'done') + 1)
    if (!first) return []
    const made = undoOf(first)
    const isReady = readStep(made, facts) === 'done' && readStep(first, facts) === 'ready'
    return [
      ...(isReady ? [] : difference(first, facts, made)),
      ...later.flatMap((undo) => powerAgainst(undo, facts)),
    ]
  })

/** A VM that has to be off for what is left is started again at its end. */
const againstUndone = (
  undone: readonly Step[],
  { left, facts }: { readonly left: readonly Step[]; readonly facts: HostFacts },
): string[] => {
  const others = new Set(subjectsOf(left))
  const isStartedLast = (step: Step): boolean =>
    'vm' in step &&
    left.some((undo) => {
      const { vm } = expectationOf(undo)
      return vm?.id === step.vm.id && vm.states.includes('Off')
    })
  return firstOn(undone)
    .filter((step) => !others.has(subjectOf(step)))
    .filter((step) => !(step.kind === 'stopVm' && isStartedLast(step)))
    .map(undoOf)
    .flatMap((undo) => (readStep(undo, facts) === 'done' ? [] : difference(undoOf(undo), facts, undo)))
}

const subjectsOf = (steps: readonly Step[]): string[] => [...new Set(steps.map(subjectOf))]

/** Why this step cannot be done, as far as VM and GPU tell; else that what was to be so is not. */
const difference = (step: Step, facts: HostFacts, lost: Step): string[] => {
  const found = [...powerAgainst(step, facts), ...placeAgainst(step, facts)]
  return found.length > 0 ? found : [`not so any more: ${saysOf(lost)}`]
}

const powerAgainst = (step: Step, facts: HostFacts): string[] => {
  const { vm } = expectationOf(step)
  if (!vm || !('vm' in step)) return []
  const state = vmById(facts, vm.id)?.state
  if (state === undefined) return [`${step.vm.name} is gone`]
  return vm.states.includes(state) ? [] : [`${step.vm.name} is ${state}, not ${vm.states.join(' or ')}`]
}

const placeAgainst = (step: Step, facts: HostFacts): string[] => {
  const { gpu } = expectationOf(step)
  if (!gpu || !('gpu' in step) || meets({ gpu }, facts)) return []
  const { place } = gpu
  const wanted = `${PLACE_WORDS[place.kind]}${place.kind === 'assigned' ? ` to ${nameOf(facts, place.vm)}` : ''}`
  const now = whereIs(facts, step.gpu)
  return now === `${step.gpu.alias} is ${wanted}`
    ? [`another device is in the place of ${step.gpu.alias}`]
    : [`${now}, not ${wanted}`]
}

const nameOf = (facts: HostFacts, vm: Parameters<typeof vmById>[1]): string => vmById(facts, vm)?.name ?? vm

/** `hv01/gpu0 is assigned to train-01`. */
export const whereIs = (
  facts: HostFacts,
  { alias, locationPath }: { readonly alias: string; readonly locationPath: string },
): string => {
  const gpu = facts.gpus.find((each) => each.locationPath === locationPath)
  const place = gpu ? placeOf(facts, gpu) : { kind: 'missing' as const }
  return `${alias} is ${PLACE_WORDS[place.kind]}${place.kind === 'assigned' ? ` to ${nameOf(facts, place.vm)}` : ''}`
}

/** A refused disable can leave that behind: nobody can use the GPU, though no step was done. */
const waitsForRestart = (on: HostPlan, facts: HostFacts): boolean => placeIn(on, facts) === 'restart-pending'

/** The same, also once the host has restarted and has switched it off, and nothing that is still to be done enables it. */
export const isLeftUseless = (on: HostPlan, facts: HostFacts, left: readonly Step[] = []): boolean =>
  waitsForRestart(on, facts) ||
  (placeIn(on, facts) === 'host-disabled' &&
    on.steps.some(({ kind }) => kind === 'disableDevice') &&
    !left.some(({ kind }) => kind === 'enableDevice'))

const placeIn = ({ gpu }: HostPlan, facts: HostFacts): GpuPlace['kind'] | null => {
  const device = facts.gpus.find((each) => each.locationPath === gpu.locationPath)
  return device === undefined ? null : placeOf(facts, device).kind
}

/** What a host lacks, one line each, to be as it was before the plan, and to be as planned. */
export interface Lacks {
  readonly before: readonly string[]
  readonly planned: readonly string[]
}

/**
 * Every host has been read. Power and settings that the operation never came to are not its own, and a VM that runs need not
 * be off again. That the VM which gave its GPU away is off does not count: whatever was to be given is given.
 */
export const lacksOf = (plan: Plan, progress: Progress | null, readings: Readings): Lacks => {
  const known = progress ?? unknownProgress(plan)
  const steps = stepsOf(plan)
  const concerns = (n: number): boolean => {
    const step = steps[n]
    return step?.kind !== 'startVm' && (stateAt(known, n) !== 'todo' || (step !== undefined && 'gpu' in step))
  }
  const each = hostPlansOf(plan).flatMap((on) => {
    const facts = readings.get(on.host)
    return facts ? [{ on, facts }] : []
  })
  return {
    before: each.flatMap(({ on, facts }) => [
      ...missing(stepsOn(plan, on.host, concerns).toReversed().map(undoOf), facts),
      ...(waitsForRestart(on, facts) ? [`Restart ${on.host}`] : []),
    ]),
    planned: each.flatMap(({ on, facts }) =>
      missing(
        on.steps.filter((step) => !isOffAfterGiving(step, on, facts)),
        facts,
      ),
    ),
  }
}

/** Of the steps that follow one another on each thing: those behind the last one that the host shows as done. */
const missing = (steps: readonly Step[], facts: HostFacts): string[] => {
  const open = subjectsOf(steps).flatMap((subject) => {
    const own = steps.filter((step) => subjectOf(step) === subject)
    return own.slice(own.findLastIndex((step) => readStep(step, facts) === 'done') + 1)
  })
  return steps.filter((step) => open.includes(step)).map(saysOf)
}

const isOffAfterGiving = (step: Step, { to }: HostPlan, facts: HostFacts): boolean =>
  step.kind === 'startVm' && step.vm.id !== to?.id && readStep(step, facts) === 'ready'
