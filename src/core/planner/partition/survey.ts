import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import type { Check } from '../checks/check'
import { shareChecks } from './host-checks'
import { shareVmChecks } from './vm-checks'

/** All checks of this GPU for a partition of it, and of the VM when one is named. `peers`: the other hosts of its cluster. */
export const partitionSurvey = (
  host: HostFacts,
  gpu: GpuFacts,
  { vm, peers }: { readonly vm: VmFacts | null; readonly peers: readonly HostFacts[] },
): Check[] => [...shareChecks(host, gpu, peers), ...(vm ? shareVmChecks(host, gpu, vm) : [])]
