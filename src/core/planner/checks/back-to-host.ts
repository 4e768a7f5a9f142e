import type { GpuFacts, HostFacts } from '../../inventory/inventory'
import { mayForce } from './host-checks'
import { gpuRefOf } from './input'
import type { Step } from '../../plan/step'

/** What brings a device that no VM has back to its host. */
export const giveToHost = (host: HostFacts, gpu: GpuFacts): readonly [mount: Step, enable: Step] => {
  const ref = gpuRefOf(host, gpu)
  return [
    { kind: 'mountDevice', gpu: ref, force: mayForce(host, gpu) },
    { kind: 'enableDevice', gpu: ref },
  ]
}
