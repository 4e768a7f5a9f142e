/** What approvers should know beside the steps and the costs. */
import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import type { Check, CheckId } from './check'
import { FORCE_MEANING, forcesDismount } from './host-checks'
import { gpuRefOf } from './input'

/** The plan shows these as steps and costs. */
const SHOWN_ELSEWHERE: readonly CheckId[] = ['power', 'mmio', 'place']

/** Every check that warns, in one sentence each. */
export const checkWarnings = (checks: readonly Check[], except: readonly CheckId[] = []): string[] =>
  checks
    .filter(({ verdict, id }) => verdict === 'warn' && !SHOWN_ELSEWHERE.includes(id) && !except.includes(id))
    .map(({ reason }) => `${reason}.`)

/** What a VM cannot do while it has a device (Microsoft: Plan for deploying devices using DDA). */
export const deviceLimits = (vm: VmFacts): string =>
  `While it has the GPU, ${vm.name} cannot be saved or live-migrated, and whether it can have checkpoints is not documented.`

export const forceCosts = (host: HostFacts, gpu: GpuFacts): string[] =>
  forcesDismount(host, gpu)
    ? [`${gpuRefOf(host, gpu).alias} is dismounted with -Force: ${FORCE_MEANING}.`]
    : []
