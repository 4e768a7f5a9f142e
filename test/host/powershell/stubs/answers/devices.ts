/** Discrete Device Assignment. Without -LocationPath the commands take what comes first, or everything, as the real ones may. */
import type { GpuFacts, HostFacts, LocationPath, VmFacts } from '../../../../../src/core/inventory/inventory'
import { type Bound, objects, text, texts, typed, type Value } from '../wire'
import {
  type Answers,
  deviceMeant,
  factsOf,
  gpuRefOf,
  perform,
  type Scene,
  vmRefOf,
  vmsMeant,
} from './answer'

/** A dismounted device is a node of its own, whose id differs from the host's in its first letters alone. */
export const pooledId = (instanceId: string): string => instanceId.replace(/^PCI\\/, 'PCIP\\')

const gpusAt = ({ gpus }: HostFacts, paths: readonly string[]): GpuFacts[] =>
  paths.flatMap((path) => gpus.find((gpu) => gpu.locationPath === path) ?? [])

const matches = (bound: Bound, { locationPath }: { readonly locationPath: string }): boolean =>
  bound['LocationPath'] === undefined || bound['LocationPath'] === locationPath

interface Entry {
  readonly instanceId: string
  readonly locationPath: string
}

/** Public reports have entries whose device is gone and whose path and id are told all the same; both exist. */
const OTHER = 'PCIP\\VEN_8086&DEV_1572&SUBSYS_00018086&REV_01\\4&1&0&'

/** What the simulated VM has, as its entries name it. */
export const devicesIn = (vm: VmFacts, { gpus }: HostFacts): (Entry & { device: string; gpu: boolean })[] =>
  vm.devices.map(({ path, device }, index) => {
    const gpu = gpus.find((each) => each.locationPath === path)
    if (gpu)
      return { instanceId: pooledId(gpu.instanceId), locationPath: gpu.locationPath, device, gpu: true }
    const instanceId = device === 'gone' && path === null ? '' : `${OTHER}${vm.id.slice(-4)}${index}`
    return { instanceId, locationPath: path ?? '', device, gpu: false }
  })

const entriesOf = (vm: VmFacts, scene: Scene): Entry[] => {
  const mine = devicesIn(vm, factsOf(scene))
  const others = scene.others.filter(({ at }) => at === vm.id)
  const gone = scene.emptyEntries.filter((id) => id === vm.id)
  return [
    ...mine,
    ...others.map(({ instanceId, locationPath }) => ({ instanceId: pooledId(instanceId), locationPath })),
    ...gone.map(() => ({ instanceId: '', locationPath: '' })),
  ]
}

const poolOf = (scene: Scene, path: string): string | null =>
  scene.pools.get(path as LocationPath) ??
  factsOf(scene).gpus.find((gpu) => gpu.locationPath === path)?.pool ??
  null

/** The resource pools of devices beside the host's own. */
export const poolsOf = (scene: Scene): string[] => [
  ...new Set([...scene.pools.values(), ...factsOf(scene).gpus.flatMap(({ pool }) => pool ?? [])]),
]

const assignedTo = (vm: VmFacts, scene: Scene): Value[] =>
  entriesOf(vm, scene).map(({ instanceId, locationPath }) =>
    typed('VMAssignedDevice', {
      InstanceID: instanceId,
      LocationPath: locationPath,
      ResourcePoolName: poolOf(scene, locationPath) ?? 'Primordial',
      VirtualFunction: 0,
      VMId: vm.id,
      VMName: vm.name,
    }),
  )

const add = (bound: Bound, scene: Scene): readonly Value[] => {
  const facts = factsOf(scene)
  const [vm] = vmsMeant(bound, scene)
  const gpu =
    bound['LocationPath'] === undefined ? gpusAt(facts, facts.dismounted)[0] : deviceMeant(bound, scene)
  return vm && gpu ? perform(scene, { kind: 'attachDevice', gpu: gpuRefOf(gpu), vm: vmRefOf(vm) }) : []
}

const remove = (bound: Bound, scene: Scene): readonly Value[] => {
  const facts = factsOf(scene)
  const named = objects(bound['VMAssignableDevice']).map((device) => ({
    vm: facts.vms.find((vm) => vm.id === text(device['VMId'])),
    path: text(device['LocationPath']) ?? '',
  }))
  const byVm = (bound['VMName'] === undefined ? [] : vmsMeant(bound, scene)).flatMap((vm) =>
    vm.assigned
      .filter((path) => bound['LocationPath'] === undefined || bound['LocationPath'] === path)
      .map((path) => ({ vm, path: path })),
  )
  return [...named, ...byVm].flatMap(({ vm, path }) => {
    const [gpu] = gpusAt(facts, [path])
    return vm && gpu ? perform(scene, { kind: 'detachDevice', gpu: gpuRefOf(gpu), vm: vmRefOf(vm) }) : []
  })
}

export const deviceAnswers: Answers = {
  'Get-VMHostAssignableDevice': (bound, scene) => {
    const facts = factsOf(scene)
    const pooled = [...gpusAt(facts, facts.dismounted), ...scene.others.filter(({ at }) => at === 'pool')]
    const wanted = bound['ResourcePoolName'] === undefined ? null : texts(bound['ResourcePoolName'])
    // Whether it lists what a pool keeps when none is named is in no document: the host lists its own alone.
    return pooled
      .filter((device) => matches(bound, device))
      .filter(({ locationPath }) => {
        const pool = poolOf(scene, locationPath)
        return wanted === null ? pool === null : wanted.includes(pool ?? 'Primordial')
      })
      .map(({ instanceId, locationPath }) =>
        typed('VMHostAssignableDevice', { InstanceID: pooledId(instanceId), LocationPath: locationPath }),
      )
  },
  'Dismount-VMHostAssignableDevice': (bound, scene) =>
    perform(scene, {
      kind: 'dismountDevice',
      gpu: gpuRefOf(deviceMeant(bound, scene)),
      force: bound['Force'] === true,
    }),
  'Mount-VMHostAssignableDevice': (bound, scene) =>
    perform(scene, { kind: 'mountDevice', gpu: gpuRefOf(deviceMeant(bound, scene)), force: false }),
  'Add-VMAssignableDevice': add,
  'Get-VMAssignableDevice': (bound, scene) => {
    return vmsMeant(bound, scene).flatMap((vm) => assignedTo(vm, scene))
  },
  'Remove-VMAssignableDevice': remove,
}
