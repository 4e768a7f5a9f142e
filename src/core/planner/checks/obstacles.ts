/** Which failed checks stop a plan. */
import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import { type Refusal, refusal } from '../../errors'
import type { Check, CheckId } from './check'
import { pool } from './device-checks'
import { cluster, devices, power, replicationCheck } from './vm-checks'

/** Every failed check as a refusal, each reason once. */
export const obstacles = (checks: readonly Check[], except: readonly CheckId[] = []): Refusal[] => {
  const failed = checks.filter((check) => check.verdict === 'fail' && !except.includes(check.id))
  return failed.map((check) => refusal('not-possible', check.reason, check.fix))
}

/**
 * What stops taking a GPU away from a VM. Its checkpoints and memory do not: giving back is the way out. A stale
 * entry does only where the VM has to start again.
 */
export const holderObstacles = (host: HostFacts, vm: VmFacts): Refusal[] =>
  obstacles([
    power(vm),
    cluster(host, vm),
    replicationCheck(vm, host),
    ...(vm.state === 'Running' ? [devices(host, vm)] : []),
  ])

/** What stops every plan for a GPU that a resource pool has, or may have. */
export const poolObstacles = (host: HostFacts, gpu: GpuFacts): Refusal[] => obstacles([pool(host, gpu)])
