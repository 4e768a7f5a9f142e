/** Facts of a host for tests: an unremarkable Windows Server 2022 with one A100 and one VM that is off. */
import {
  type GpuFacts,
  type HostFacts,
  type LocationPath,
  type VmFacts,
  type VmId,
  gpuByPath,
  gpuFacts,
  hostFacts,
  locationPath,
  vmFacts,
  vmId,
} from '../../src/core/inventory/inventory'
import type { Step, StepKind } from '../../src/core/plan/step'

export const GIB = 2 ** 30
export const MIB = 2 ** 20

export const aPath = (number: number): LocationPath =>
  locationPath.parse(`PCIROOT(${number.toString(16).toUpperCase()})#PCI(0300)#PCI(0000)`)
export const aVmId = (number: number): VmId =>
  vmId.parse(`6f1d2c3b-0000-4000-8000-${number.toString(16).padStart(12, '0')}`)

/** `number` makes slot, instance id and location path. */
export const aGpu = (changes: Partial<GpuFacts> = {}, number = 0): GpuFacts =>
  gpuFacts.parse({
    slot: `gpu${number}`,
    instanceId: `PCI\\VEN_10DE&DEV_20B5&SUBSYS_153310DE&REV_A1\\4&18416DC3&0&${number.toString().padStart(4, '0')}`,
    locationPath: aPath(number),
    vendor: 'nvidia',
    model: 'NVIDIA A100 80GB PCIe',
    memoryBytes: 80 * GIB,
    problemCode: 0,
    driverVersion: '31.0.15.5222',
    bars: [
      { bytes: 16 * MIB, bits: 32 },
      { bytes: 128 * GIB, bits: 64 },
      { bytes: 32 * MIB, bits: 64 },
    ],
    acs: 3,
    reservedMemory: false,
    deviceType: 2,
    baseClass: 3,
    interrupts: 'msi',
    hostDisplay: false,
    audioFunction: null,
    partition: null,
    ...changes,
  })

/** What a driver says that can split the GPU of this number: an SR-IOV one of 48 GiB. */
export const aPartition = (
  changes: Partial<NonNullable<GpuFacts['partition']>> = {},
  number = 0,
): NonNullable<GpuFacts['partition']> => ({
  name: `\\\\?\\PCI#VEN_10DE&DEV_20B5&SUBSYS_153310DE&REV_A1#4&18416dc3&0&${number.toString().padStart(4, '0')}#{064092b3-625e-43bf-9eb5-dc845897dd59}`,
  validCounts: [16, 8, 4, 2, 1],
  count: 4,
  vram: { total: 48 * GIB, available: 48 * GIB, min: 3 * GIB, max: 48 * GIB, optimal: 12 * GIB },
  ...changes,
})

/** The same as a consumer GPU has it. */
export const aParavirtual = (number = 0): NonNullable<GpuFacts['partition']> =>
  aPartition({
    name: `${aPartition({}, number).name}\\GPUPARAV`,
    validCounts: [32],
    count: 32,
    vram: { total: 1e9, available: 1e9, min: 0, max: 1e9, optimal: 1e9 },
  })

/** `number` makes the id and the name. */
export const aVm = (changes: Partial<VmFacts> = {}, number = 1): VmFacts =>
  vmFacts.parse({
    id: aVmId(number),
    name: `train-0${number}`,
    generation: 2,
    state: 'Off',
    guest: 'linux',
    heartbeat: 'on',
    shutdownService: 'on',
    replication: 'none',
    settings: {
      automaticStopAction: 'Save',
      guestControlledCacheTypes: false,
      lowMmioBytes: 128 * MIB,
      highMmioBytes: 512 * MIB,
      automaticCheckpoints: false,
    },
    memory: { dynamic: false, startupBytes: 32 * GIB, minimumBytes: 32 * GIB },
    checkpoints: 0,
    clustered: false,
    assigned: [],
    partitions: [],
    offlineAction: null,
    ...changes,
  })

/** Windows Server of a release, or what is like it. */
export const anOs = (
  release: HostFacts['os']['release'],
  caption = `Windows of ${release}`,
): HostFacts['os'] => ({
  ...{ caption, release },
  edition: release === 'client' ? 'client' : 'server',
})

export const aHost = (changes: Partial<HostFacts> = {}): HostFacts =>
  hostFacts.parse({
    name: 'hv01',
    os: { caption: 'Microsoft Windows Server 2022 Datacenter', edition: 'server', release: '2022' },
    iov: { supported: true, reasons: [] },
    physicalAddressBits: 46,
    policies: { requireSecureDeviceAssignment: false, requireSupportedDeviceAssignment: false },
    forceDismount: false,
    partitioning: 'current',
    unsupportedPartitioning: false,
    cluster: null,
    gpus: [aGpu()],
    vms: [aVm()],
    dismounted: [],
    pools: 'read',
    ...changes,
  })

/** The same host with one VM changed. */
export const withVm = (host: HostFacts, id: string, changes: Partial<VmFacts>): HostFacts => ({
  ...host,
  vms: host.vms.map((vm) => (vm.id === id ? { ...vm, ...changes } : vm)),
})

/** The same host with one GPU changed. */
export const withGpu = (host: HostFacts, path: string, changes: Partial<GpuFacts>): HostFacts => ({
  ...host,
  gpus: host.gpus.map((gpu) => (gpu.locationPath === path ? { ...gpu, ...changes } : gpu)),
})

type Effects = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>, host: HostFacts) => HostFacts }

const without = (paths: readonly LocationPath[], path: LocationPath) => paths.filter((each) => each !== path)
const assignedOf = (host: HostFacts, id: string) => host.vms.find((vm) => vm.id === id)!.assigned

const partitionsOf = (host: HostFacts, id: string) => host.vms.find((vm) => vm.id === id)!.partitions

const EFFECTS: Effects = {
  stopVm: ({ vm }, host) => withVm(host, vm.id, { state: 'Off' }),
  startVm: ({ vm }, host) => withVm(host, vm.id, { state: 'Running' }),
  setVm: ({ vm, to }, host) => ({
    ...host,
    vms: host.vms.map((each) =>
      each.id === vm.id ? vmFacts.parse({ ...each, settings: { ...each.settings, ...to } }) : each,
    ),
  }),
  disableDevice: ({ gpu }, host) => withGpu(host, gpu.locationPath, { problemCode: 22 }),
  enableDevice: ({ gpu }, host) =>
    withGpu(host, gpu.locationPath, {
      problemCode: gpuByPath(host, gpu.locationPath)!.driverVersion === null ? 28 : 0,
    }),
  dismountDevice: ({ gpu }, host) => ({
    ...withGpu(host, gpu.locationPath, { problemCode: null }),
    dismounted: [...host.dismounted, gpu.locationPath],
  }),
  mountDevice: ({ gpu }, host) => ({
    ...withGpu(host, gpu.locationPath, { problemCode: 22 }),
    dismounted: without(host.dismounted, gpu.locationPath),
  }),
  attachDevice: ({ gpu, vm }, host) => ({
    ...withVm(host, vm.id, { assigned: [...assignedOf(host, vm.id), gpu.locationPath] }),
    dismounted: without(host.dismounted, gpu.locationPath),
  }),
  detachDevice: ({ gpu, vm }, host) => ({
    ...withVm(host, vm.id, { assigned: without(assignedOf(host, vm.id), gpu.locationPath) }),
    dismounted: [...host.dismounted, gpu.locationPath],
  }),
  setOfflineAction: ({ vm, to }, host) => withVm(host, vm.id, { offlineAction: to }),
  setPartitionCount: ({ gpu, to }, host) =>
    withGpu(host, gpu.locationPath, {
      partition: { ...gpuByPath(host, gpu.locationPath)!.partition!, count: to },
    }),
  addPartition: ({ vm, partition, vram }, host) =>
    withVm(host, vm.id, {
      partitions: [
        ...partitionsOf(host, vm.id),
        { gpu: partition.commands === 'current' ? partition.name : null, vram },
      ],
    }),
  removePartition: ({ vm, partition }, host) =>
    withVm(host, vm.id, {
      partitions: partitionsOf(host, vm.id).filter(
        (each) => each.gpu !== null && each.gpu !== partition.name,
      ),
    }),
  setPartition: ({ vm, to }, host) =>
    withVm(host, vm.id, { partitions: partitionsOf(host, vm.id).map((each) => ({ ...each, vram: to })) }),
}

/** What a host looks like after a step that worked. */
export const apply = (step: Step, host: HostFacts): HostFacts =>
  (EFFECTS[step.kind] as (step: Step, host: HostFacts) => HostFacts)(step, host)

/** Facts that compare: the order in which a host lists devices means nothing. */
export const sorted = (host: HostFacts): HostFacts => ({
  ...host,
  vms: host.vms.map((vm) => ({
    ...vm,
    assigned: [...vm.assigned].sort(),
    devices: vm.devices.toSorted((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : 1)),
  })),
  dismounted: [...host.dismounted].sort(),
})

/** Without what the bot's own module says of itself. */
export const ofHyperV = ({ module, ...facts }: HostFacts): HostFacts => facts
