/** What the contract needs of every host that PowerShell reaches. */
import { placeOf, type GpuFacts, type HostFacts, type VmFacts } from '../../src/core/inventory/inventory'
import { modelOf, pciIdIn } from '../../src/host/pci-ids'
import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import { COMPUTER } from '../host/powershell/pwsh'
import type { Flavour } from '../host/powershell/stubs/modules'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

/** Older modules do not tell the GPU of an adapter, and Windows Server 2016 makes no automatic checkpoints. */
const vmOver = (vm: VmFacts, flavour: Flavour): VmFacts => ({
  ...vm,
  settings: { ...vm.settings, automaticCheckpoints: flavour !== '2016' && vm.settings.automaticCheckpoints },
  partitions:
    flavour === '2016' || flavour === '2019'
      ? vm.partitions.map(({ vram }) => ({ gpu: null, vram }))
      : vm.partitions,
})

const isOlder = (flavour: Flavour): boolean => flavour === '2016' || flavour === '2019'

/** Without a driver the device goes by its ids. */
const modelOver = ({ driverVersion, problemCode, instanceId, model }: GpuFacts): string =>
  driverVersion === null && problemCode !== null ? modelOf(pciIdIn(instanceId)!) : model

/** nvidia-smi on the host tells it of those that the host uses. */
const memoryOver = (facts: HostFacts, gpu: GpuFacts): number | null => {
  const isShown = gpu.vendor === 'nvidia' && gpu.driverVersion !== null
  return isShown && placeOf(facts, gpu).kind === 'host-enabled' ? gpu.memoryBytes : null
}

/** Windows tells neither the width of addresses nor without a driver what it shows, and of a device that a VM had already little else. */
export const knownOver = (facts: HostFacts, flavour: Flavour): HostFacts => ({
  ...facts,
  computer: COMPUTER,
  physicalAddressBits: null,
  // Older commands cannot tell them, which matters to a node of a cluster of 2025 alone.
  pools: isOlder(flavour) && facts.os.release === '2025' && facts.cluster !== null ? 'unknown' : 'read',
  forceDismount: false,
  partitioning: flavour === '2016' || flavour === '2019' ? 'older' : 'current',
  vms: facts.vms.map((vm) => vmOver(vm, flavour)),
  gpus: facts.gpus.map((gpu) =>
    gpu.problemCode === null
      ? {
          ...gpu,
          memoryBytes: null,
          bars: [],
          acs: null,
          reservedMemory: null,
          deviceType: null,
          baseClass: null,
          interrupts: 'none' as const,
          hostDisplay: null,
        }
      : {
          ...gpu,
          model: modelOver(gpu),
          memoryBytes: memoryOver(facts, gpu),
          hostDisplay: gpu.driverVersion === null ? null : gpu.hostDisplay,
        },
  ),
})

export const openFleet = (name: string) => {
  const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  return { world: fleet.world, simulated: fleet.hosts.find((host) => host.name === name)! }
}
