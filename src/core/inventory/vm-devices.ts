/**
 * Readings of the devices that VMs list. Most hosts pass more through than GPUs: what is no GPU is nothing to the bot, as
 * long as it is there.
 */
import type { HostFacts, VmDevice, VmFacts } from './inventory'

/** Every device that the VM lists. Of what older facts name by path alone nothing is known. */
export const devicesOf = ({ assigned, devices }: VmFacts): readonly VmDevice[] => [
  ...devices,
  ...assigned
    .filter((path) => !devices.some((each) => each.path === path))
    .map((path) => ({ path, device: 'unknown' as const })),
]

export const goneFrom = (vm: VmFacts): readonly VmDevice[] =>
  devicesOf(vm).filter(({ device }) => device === 'gone')

/** Those of which nobody told whether they are there. A GPU that is known is shown as what it is. */
export const untoldOf = (host: HostFacts, vm: VmFacts): readonly VmDevice[] =>
  devicesOf(vm).filter(
    ({ path, device }) => device === 'unknown' && !host.gpus.some((gpu) => gpu.locationPath === path),
  )

/** `PCIROOT(..)#PCI(..)`, or that it has no path. */
export const deviceWords = ({ path }: VmDevice): string => path ?? 'a device without a path'
