/** What is another way than it stood, and which of it is nobody's doing but the bot's own. */
import { z } from 'zod'
import type { Step } from '../plan/step'
import { fact, nameOf, UNNAMED, valueOf, type Fact, type FactSnapshot } from './snapshot'

/** One fact that is another one now. A GPU or VM that came has none before, one that went has none after. */
export const change = z.object({ name: z.string(), before: fact.nullable(), after: fact.nullable() })
export type FactChange = z.infer<typeof change>

/** The same change again, whenever it comes, has the same key. */
export const changeKey = ({ name, after }: FactChange): string => `${name} = ${valueOf(after)}`

/** In the order of the newer standing. What is told with its GPU or its VM is not told again by itself. */
export const changesBetween = (before: FactSnapshot, now: FactSnapshot): FactChange[] =>
  [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .map((name) => ({ name, before: before[name] ?? null, after: now[name] ?? null }))
    .filter((each) => valueOf(each.before) !== valueOf(each.after) && isTold(each, before, now))

const isTold = ({ name, before, after }: FactChange, then: FactSnapshot, now: FactSnapshot): boolean => {
  switch ((after ?? before)?.of) {
    case 'slot':
    case 'driver':
    case 'split':
      return before !== null && after !== null
    case 'share':
      return after !== null || isThere(name, then, now)
    default:
      return true
  }
}

/** A partition goes with its VM without a word. */
const isThere = (share: string, then: FactSnapshot, now: FactSnapshot): boolean => {
  const vm = nameOf.vm(share.split(' ')[1] ?? '')
  return vm in then && vm in now
}

/** The facts that these steps change, or may change. */
export const factsTouchedBy = (steps: readonly Step[]): ReadonlySet<string> => new Set(steps.flatMap(factsOf))

const factsOf = (step: Step): string[] => {
  switch (step.kind) {
    case 'stopVm':
    case 'startVm':
    case 'setVm':
    case 'setOfflineAction':
      return []
    case 'setPartitionCount':
      return [nameOf.split(step.gpu.instanceId)]
    case 'addPartition':
    case 'removePartition':
    case 'setPartition':
      return [nameOf.share(step.gpu.instanceId, step.vm.id), nameOf.share(UNNAMED, step.vm.id)]
    case 'disableDevice':
    case 'enableDevice':
    case 'dismountDevice':
    case 'mountDevice':
    case 'attachDevice':
    case 'detachDevice':
      return [nameOf.place(step.gpu.instanceId)]
  }
}

/** What people call those that it is about: GPUs by alias, VMs by name. */
export const changedNames = ({ before, after }: FactChange): string[] => [
  ...new Set([before, after].flatMap((each) => (each === null ? [] : namesIn(each)))),
]

const namesIn = (each: Fact): string[] => {
  switch (each.of) {
    case 'place':
      return [each.gpu, ...(each.place.kind === 'assigned' ? [each.place.name] : [])]
    case 'slot':
    case 'driver':
    case 'split':
      return [each.gpu]
    case 'vm':
      return [each.name]
    case 'share':
      return [...(each.gpu === null ? [] : [each.gpu]), each.vm]
  }
}

/** The GPUs among them, by alias. */
export const changedGpus = ({ before, after }: FactChange): string[] => [
  ...new Set([before, after].flatMap((each) => (each && each.of !== 'vm' && each.gpu ? [each.gpu] : []))),
]
