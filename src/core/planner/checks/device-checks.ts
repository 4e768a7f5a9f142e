/** Checks of the GPU itself. After Microsoft's SurveyDDA.ps1 (the first five), and what that does not ask. */
import {
  type GpuFacts,
  type HostFacts,
  type VmFacts,
  aliasOf,
  gpuByPath,
  placeOf,
  vmById,
} from '../../inventory/inventory'
import { PLACE_WORDS } from '../../inventory/place-words'
import { partitionsInUse, sharerWords, sharersOf } from '../../inventory/partitions'
import { type Check, about } from './check'
import { FORCE_MEANING, forcesDismount, needsDismount } from './host-checks'
import type { MmioAsked } from '../../change/change'
import { bars } from './mmio-checks'
import { scriptOf } from '../../plan/step'
import { giveToHost } from './back-to-host'

/** A device that is in another slot has another path, and so another name. */
export const GONE =
  'Check that the card is seated and powered, and look at it in Device Manager; a card that was moved to another slot has another name in `list`'
/** The commands that bring a dismounted device back into the use of its host. */
export const backToHost = (host: HostFacts, gpu: GpuFacts): string =>
  giveToHost(host, gpu).map(scriptOf).join('; ')

const OTHER_GPU = 'Choose another GPU'
const FIRMWARE =
  'Look for the setting in the firmware of the host, or ask its vendor; otherwise choose another GPU'

const location = (gpu: GpuFacts): Check =>
  about('location', 'Location').pass(`${gpu.locationPath}, ${gpu.instanceId}`)

/** What Windows does not tell counts against a device that is still to be dismounted; once it is, it cannot be read. */
const unknown = (check: ReturnType<typeof about>, host: HostFacts, gpu: GpuFacts, what: string): Check =>
  needsDismount(host, gpu)
    ? check.fail(
        `${what} is not known, and unknown is not "no"`,
        'Install the chipset and device drivers on the host, enable the device, and check again',
      )
    : check.warn(`${what} cannot be read while it is dismounted`)

const reservedMemory = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('reserved-memory', 'Reserved memory')
  if (gpu.reservedMemory === false) return check.pass('The firmware reserves no memory for this device')
  if (gpu.reservedMemory === true)
    return check.fail(
      'The firmware owns memory that this device uses (RMRR), so it cannot be assigned',
      FIRMWARE,
    )
  return unknown(check, host, gpu, 'Whether the firmware reserves memory for this device')
}

const acs = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('acs', 'Access Control Services')
  if (gpu.acs === null) return unknown(check, host, gpu, 'Whether all bridges above this device have ACS')
  if (gpu.acs !== 0) return check.pass('Traffic between this device and the host goes through the IOMMU')
  const force = host.forceDismount ? '; -Force would waive this check, and the bot refuses it here' : ''
  return check.fail(
    `A PCI Express bridge above ${aliasOf(host, gpu)} has no Access Control Services: the device could reach memory of other devices${force}`,
    'Move the card to a slot whose bridges have ACS, switch ACS on in the firmware, or choose another GPU',
  )
}

const deviceType = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('device-type', 'Device type')
  if (gpu.deviceType === null) return unknown(check, host, gpu, 'What kind of PCI device this is')
  const { deviceType: type, baseClass } = gpu
  if (type === 2) return check.pass('PCI Express endpoint')
  if (type === 4)
    return check.pass('Root-complex integrated endpoint (less isolated than an endpoint of its own)')
  if (type === 3 && baseClass === 3) return check.pass('Legacy PCI Express endpoint of display class')
  if (type === 3)
    return check.fail(
      'A legacy PCI Express endpoint can be assigned only if it is a display device',
      OTHER_GPU,
    )
  if (type === 5)
    return check.fail(
      'The BIOS kept control of PCI Express, so Windows treats this device as plain PCI; -Force does not help',
      'Let the operating system control PCI Express (native control, ASPM) in the firmware of the host, then reboot it',
    )
  return check.fail(`Device type ${type} (old PCI, bridge or switch port) cannot be assigned`, OTHER_GPU)
}

const interrupts = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('interrupts', 'Interrupts')
  if (gpu.interrupts === 'none' && placeOf(host, gpu).kind === 'host-disabled')
    return check.warn(
      'Whether the device has message-signalled interrupts cannot be read while it is disabled',
      'Enable it on the host once, and check again',
    )
  if (gpu.interrupts === 'line')
    return check.fail(
      'The device has line-based interrupts only; assignment needs message-signalled ones',
      OTHER_GPU,
    )
  return check.pass(gpu.interrupts === 'msi' ? 'Message-signalled' : 'None allocated, which is fine')
}

const place = (host: HostFacts, gpu: GpuFacts, vm: VmFacts | null): Check => {
  const check = about('place', 'Where it is')
  const alias = aliasOf(host, gpu)
  const at = placeOf(host, gpu)
  const found = gpuByPath(host, gpu.locationPath)
  if (at.kind === 'missing' || !found)
    return check.fail(`${alias} is not there: the host shows no device at ${gpu.locationPath}`, GONE)
  if (found.instanceId !== gpu.instanceId)
    return check.fail(
      `Another device is at ${gpu.locationPath} now: ${found.instanceId} in place of ${gpu.instanceId}`,
      'Ask again once the inventory was read anew',
    )
  if (at.kind === 'assigned') {
    const holder = vmById(host, at.vm)?.name ?? at.vm
    if (at.vm === vm?.id) return check.pass(`${alias} is already assigned to ${holder}`)
    const next = vm
      ? `Use: move ${alias} to ${vm.name}`
      : `Use: move ${alias} to another VM, or release ${alias}`
    return check.fail(`${alias} is in use: it is assigned to ${holder}`, next)
  }
  if (at.kind === 'pooled') return check.pass(`${alias} is in the resource pool ${at.pool}`)
  if (at.kind === 'dismounted' && host.pools === 'unknown')
    return check.warn(`${alias} is dismounted and assigned to no VM`)
  if (at.kind === 'dismounted')
    return check.warn(
      `${alias} is dismounted and assigned to no VM: neither the host nor a VM has the use of it`,
      `Assign it to a VM, or have an administrator run: ${backToHost(host, gpu)}`,
    )
  if (at.kind === 'restart-pending')
    return check.fail(
      `${alias} was switched on or off, and Windows does that only when ${host.name} restarts (problem code 14)`,
      `Restart ${host.name}, look at the device in Device Manager, and ask again`,
    )
  return check.pass(`${alias} is ${PLACE_WORDS[at.kind]}`)
}

/** A pool keeps a device for whichever VM of the cluster needs one (Microsoft, "Use GPUs with clustered VMs"). */
export const pool = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('pool', 'Resource pool')
  const alias = aliasOf(host, gpu)
  if (gpu.pool !== null)
    return check.fail(
      `${alias} is of the resource pool ${gpu.pool}, which keeps it for the VMs of a cluster`,
      'Choose another GPU; an administrator may take it out of the pool (Remove-VMHostAssignableDevice)',
    )
  if (placeOf(host, gpu).kind === 'dismounted' && host.pools === 'unknown')
    return check.fail(
      `${alias} is dismounted, and whether a resource pool keeps it for the VMs of a cluster could not be read`,
      `Install the bot's newest module on ${host.name} (Register-GpuChatOps.ps1), and look there: Get-VMResourcePool`,
    )
  return check.pass('It is in no resource pool of a cluster')
}

const mode = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('mode', 'Mode')
  const { partition } = gpu
  const used = partitionsInUse(host, gpu)
  const alias = aliasOf(host, gpu)
  if (used > 0 && sharersOf(host, gpu).length === 0)
    return check.fail(
      `${sharerWords(host, gpu)}: the GPU could not be given whole, nor dismounted, without harm to them`,
      'Release those partitions first, or choose a GPU of another host',
    )
  if (!partition && used === 0) return check.pass('Whole GPU; its driver offers no partitions')
  if (used === 0 && partition && partition.count <= 1) return check.pass('Whole GPU; not partitioned')
  return check.fail(
    `${alias} is partitioned (GPU-P): ${partition ? `${partition.count} partitions, ` : ''}${used} in use; a GPU is either assigned whole or partitioned`,
    `Ask for a partition (\`--mode partition\`); to have it whole, release its partitions and split it into one (\`partition ${alias} into 1\`)`,
  )
}

const force = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('force', 'Dismount')
  if (!forcesDismount(host, gpu)) return check.pass('Without -Force')
  return check.warn(`By host policy ${aliasOf(host, gpu)} is dismounted with -Force: ${FORCE_MEANING}`)
}

const driver = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('driver', 'Driver on the host')
  if (!needsDismount(host, gpu)) return check.pass('Not in use while the device is dismounted')
  const code = gpu.problemCode ?? 0
  if (gpu.driverVersion === null || code === 28)
    return check.warn(
      `${aliasOf(host, gpu)} has no driver on the host, so no mitigation driver secures it`,
      'Ask the vendor whether there is a mitigation driver, and install it before the assignment',
    )
  if (code !== 0 && code !== 22)
    return check.warn(
      `${aliasOf(host, gpu)} reports problem code ${code} on the host`,
      'Look at it in Device Manager',
    )
  return check.pass(`Version ${gpu.driverVersion}`)
}

const hostDisplay = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('host-display', 'Host display')
  if (placeOf(host, gpu).kind !== 'host-enabled') return check.pass('The host does not use this GPU')
  const alias = aliasOf(host, gpu)
  const fix = 'Make sure that the host can be reached by remote desktop or its management controller'
  if (gpu.hostDisplay === null)
    return check.warn(`Whether ${host.name} draws its console on ${alias} is not known`, fix)
  if (gpu.hostDisplay)
    return check.warn(`${host.name} draws its console on ${alias}: the screen of the host goes dark`, fix)
  return check.pass('The host does not draw its console on this GPU')
}

const audio = (gpu: GpuFacts): Check => {
  const check = about('audio', 'Audio function')
  if (gpu.audioFunction === null) return check.pass('The card has no audio function')
  return check.warn(`The audio function of the card (${gpu.audioFunction}) stays with the host`)
}

export const deviceChecks = (
  host: HostFacts,
  gpu: GpuFacts,
  vm: VmFacts | null,
  mmio: MmioAsked | undefined,
): Check[] => [
  reservedMemory(host, gpu),
  acs(host, gpu),
  deviceType(host, gpu),
  location(gpu),
  interrupts(host, gpu),
  bars(host, gpu, mmio),
  place(host, gpu, vm),
  pool(host, gpu),
  mode(host, gpu),
  force(host, gpu),
  driver(host, gpu),
  hostDisplay(host, gpu),
  audio(gpu),
]
