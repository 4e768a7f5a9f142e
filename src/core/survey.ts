/**
 * The compatibility survey: every check of Microsoft's SurveyDDA.ps1 and the ones that it lacks. The planner refuses
 * and warns from these same checks (plan/obstacles.ts), so that survey and plan cannot disagree.
 */
import type { GpuFacts, HostFacts, VmFacts } from './inventory'
import type { Check } from './plan/check'
import type { MmioAsked } from './plan/mmio'
import { deviceChecks } from './plan/device-checks'
import { hostChecks } from './plan/host-checks'
import { shareChecks } from './plan/partition/host-checks'
import { shareVmChecks } from './plan/partition/vm-checks'
import { vmChecks } from './plan/vm-checks'

export type { Check } from './plan/check'

/** All checks of this GPU for an assignment as a whole, and of the VM when one is named. `fail` is what an assignment would be refused for. */
export const survey = (host: HostFacts, gpu: GpuFacts, vm: VmFacts | null, mmio?: MmioAsked): Check[] => [
  ...deviceChecks(host, gpu, vm, mmio),
  ...hostChecks(host, gpu),
  ...(vm ? vmChecks(host, gpu, vm, mmio) : []),
]

/** The same for a partition of it. `peers`: the other hosts of its cluster. */
export const partitionSurvey = (
  host: HostFacts,
  gpu: GpuFacts,
  { vm, peers }: { readonly vm: VmFacts | null; readonly peers: readonly HostFacts[] },
): Check[] => [...shareChecks(host, gpu, peers), ...(vm ? shareVmChecks(host, gpu, vm) : [])]
