/** What a stand-in may use to answer: the simulated host, and the language of its messages. */
import type { GpuFacts, HostFacts, VmFacts } from '../../../../../src/core/inventory/inventory'
import type { Step } from '../../../../../src/core/plan/step'
import type { Host } from '../../../../../src/core/ports/host'
import { deviceNotFound, vmNotFound } from '../../../../../src/host/simulated/messages'
import type { World } from '../../../../../src/host/simulated/fleet'
import type { Differences } from '../differences'
import type { Flavour } from '../modules'
import { failWith, undocumented } from '../refusal'
import { type Bound, objects, text, texts, type Value } from '../wire'

export interface Scene extends Differences {
  readonly world: World
  readonly host: string
  readonly language: 'en' | 'zh'
  readonly flavour: Flavour
  /** The module is of the time before adapters told their GPU. */
  readonly older: boolean
  /** nvidia-smi as the simulated host answers it. */
  readonly smi: Host['smi']
  /** Ids of devices that will be switched once the host has restarted. */
  readonly pending: Set<string>
}

/** The objects that the command writes. Throws StubFailure. */
type Answer = (bound: Bound, scene: Scene) => readonly Value[] | Promise<readonly Value[]>
export type Answers = { readonly [command: string]: Answer }

export const factsOf = ({ world, host }: Scene): HostFacts => world.facts(host)

/** Hyper-V's own rules decide; they live in the simulator alone. */
export const perform = (scene: Scene, step: Step): readonly Value[] => {
  const refused = scene.world.attempt(scene.host, step)
  if (refused) failWith(refused, scene.language)
  return []
}

/** The VMs that -VM or -VMName (or -Name) mean. */
export const vmsMeant = (bound: Bound, scene: Scene): VmFacts[] => {
  const { vms } = factsOf(scene)
  const ids = objects(bound['VM']).map((each) => text(each['Id']))
  const names = [...texts(bound['VMName']), ...texts(bound['Name'])]
  const found = [
    ...ids.map((id) => vms.find((vm) => vm.id === id) ?? failWith(vmNotFound(id ?? ''), scene.language)),
    ...names.flatMap((name) => {
      const called = vms.filter((vm) => vm.name.toLowerCase() === name.toLowerCase())
      return called.length > 0 ? called : failWith(vmNotFound(name), scene.language)
    }),
  ]
  return found
}

export const vmRefOf = ({ id, name }: VmFacts): { id: VmFacts['id']; name: string } => ({ id, name })

export const gpuRefOf = ({ slot, instanceId, locationPath }: GpuFacts) => ({
  alias: slot,
  instanceId,
  locationPath,
})

/** The device at -LocationPath. -InstancePath alone is not used by the module, so it has no answer here. */
export const deviceMeant = (bound: Bound, scene: Scene): GpuFacts => {
  const path = text(bound['LocationPath'])
  if (path === undefined) return undocumented('a device without -LocationPath')
  const { gpus, name } = factsOf(scene)
  return gpus.find((gpu) => gpu.locationPath === path) ?? failWith(deviceNotFound(path, name), scene.language)
}
