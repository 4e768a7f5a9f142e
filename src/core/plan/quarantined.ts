/** Plans that would lend what is in quarantine. */
import type { HostFacts } from '../inventory/inventory'
import type { GpuMark } from '../inventory/mark'
import { quarantineBriefly, quarantineOf, type Quarantine } from '../inventory/quarantine'
import { hostPlansOf, type HostPlan, type Plan } from './plan'

/**
 * Of the GPUs that the plan gives to a VM, but for those that are not there: the facts of the plan tell that. What it takes
 * from one, or changes in it, may be done all the same.
 */
export const quarantinesIn = (
  plan: Plan,
  readings: ReadonlyMap<string, HostFacts>,
  marks: readonly GpuMark[],
): Quarantine[] =>
  hostPlansOf(plan)
    .filter(gives)
    .flatMap(({ host, gpu: { locationPath } }) => {
      const facts = readings.get(host)
      const gpu = facts?.gpus.find((each) => each.locationPath === locationPath)
      const quarantine = facts && gpu ? quarantineOf(facts, gpu, marks) : null
      return quarantine && quarantineBriefly(quarantine) !== null ? [quarantine] : []
    })

const gives = ({ action, to }: HostPlan): boolean => to !== null && (action === 'assign' || action === 'move')
