/**
 * The compatibility survey: every check of Microsoft's SurveyDDA.ps1 and the ones that it lacks. The planner refuses
 * and warns from these same checks (obstacles.ts), so that survey and plan cannot disagree.
 */
import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import type { Check } from './check'
import type { MmioAsked } from '../../change/change'
import { deviceChecks } from './device-checks'
import { hostChecks } from './host-checks'
import { vmChecks } from './vm-checks'

export type { Check } from './check'

/** All checks of this GPU for an assignment as a whole, and of the VM when one is named. `fail` is what an assignment would be refused for. */
export const survey = (host: HostFacts, gpu: GpuFacts, vm: VmFacts | null, mmio?: MmioAsked): Check[] => [
  ...deviceChecks(host, gpu, vm, mmio),
  ...hostChecks(host, gpu),
  ...(vm ? vmChecks(host, gpu, vm, mmio) : []),
]
