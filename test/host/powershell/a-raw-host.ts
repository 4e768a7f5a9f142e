/** The raw inventory of a host with one GPU and one VM that is off, and what the bot makes of such inventories. */
import { hostName } from '../../../src/core/inventory/inventory'
import type { Remembered } from '../../../src/host/powershell/memory'
import { factsFrom } from '../../../src/host/powershell/facts'
import { rawInventory, type RawDevice, type RawInventory } from '../../../src/host/powershell/raw'

export const INSTANCE = 'PCI\\VEN_10DE&DEV_20B5&SUBSYS_153310DE&REV_A1\\4&18416DC3&0&0008'
export const PATH = 'PCIROOT(16)#PCI(0200)#PCI(0000)'
export const VM = '6f1d2c3b-0000-4000-8000-000000000001'

export const device = (changes: Partial<RawDevice> = {}): RawDevice => ({
  instanceId: INSTANCE,
  name: 'NVIDIA A100 80GB PCIe',
  class: 'Display',
  present: true,
  problem: 'CM_PROB_NONE',
  driver: '31.0.15.5222',
  locations: [PATH, 'ACPI(_SB_)#ACPI(PC16)#PCI(0200)#PCI(0000)'],
  deviceType: 2,
  baseClass: 3,
  acs: 3,
  reservedMemory: false,
  memory: [
    { start: '655360', end: '720895' },
    { start: '3221225472', end: '3238002687' },
    { start: '4398046511104', end: '4535485464575' },
  ],
  irq: ['4294967264'],
  ...changes,
})
export const vm = {
  id: VM,
  name: 'train-01',
  generation: 2,
  state: 'Off',
  clustered: false,
  replication: 'None',
  automaticStopAction: 'Save',
  automaticCheckpoints: false,
  guestControlledCacheTypes: false,
  lowMmioBytes: '134217728',
  highMmioBytes: '536870912',
  dynamicMemory: false,
  startupBytes: '34359738368',
  minimumBytes: '34359738368',
  checkpoints: 0,
  assigned: [] as { instanceId: string; locationPath: string }[],
  partitions: [],
  offlineAction: null,
}
export const raw = (changes: object = {}): RawInventory =>
  rawInventory.parse({
    module: 1,
    os: { caption: 'Microsoft Windows Server 2022 Datacenter', build: '20348', productType: 3 },
    iov: { supported: true, reasons: [] },
    policies: { RequireSecureDeviceAssignment: null, RequireSupportedDeviceAssignment: 1 },
    devices: [device()],
    dismounted: [],
    vms: [vm],
    cluster: null,
    partitionCommand: 'Get-VMHostPartitionableGpu',
    gpus: [],
    ...changes,
  })
export const read = (inventory: RawInventory, remembered: Remembered = {}) =>
  factsFrom(hostName.parse('hv01'), inventory, {
    notes: { forceDismount: false, unsupportedPartitioning: false, guests: { [VM]: 'linux' } },
    remembered,
  })
export const first = (inventory: RawInventory, remembered?: Remembered) =>
  read(inventory, remembered).facts.gpus[0]!

export const pooled = [{ instanceId: INSTANCE.replace('PCI\\', 'PCIP\\'), locationPath: PATH }]
/** What is left of a device under its old id once it was dismounted. */
export const trace = device({
  present: false,
  problem: '45',
  driver: null,
  locations: [],
  deviceType: null,
  baseClass: null,
  acs: null,
  reservedMemory: null,
  memory: [],
  irq: [],
})
