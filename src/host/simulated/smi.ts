/**
 * What nvidia-smi would print, as CSV with a header. Exit codes are those that NVIDIA documents (9: driver not loaded,
 * 15: GPU lost). Figures come from a hash of GPU and place, so the same fleet always shows the same.
 */
import { windowEnd, windowOf } from './window'
import { createHash } from 'node:crypto'
import type { VmId } from '../../core/inventory/inventory'
import type { GuestUse, SmiAnswer, SmiTarget } from '../../core/ports/host'
import { type Device, type HostNow, type VmOnHost, deviceAt, vmOn, vramOf } from './host-now'
import { guidOf } from './messages'
import type { GpuFile, GuestSmi } from './schema'

const MIB = 2 ** 20

const HEADER = [
  'index',
  'name',
  'uuid',
  'driver_version',
  'memory.total [MiB]',
  'memory.used [MiB]',
  'utilization.gpu [%]',
  'temperature.gpu',
  'power.draw [W]',
  'ecc.errors.uncorrected.volatile.total',
].join(', ')

const NO_DRIVER =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA " +
  'driver is installed and running.'
const NO_DRIVER_WINDOWS =
  `${NO_DRIVER} This can also be happening if non-NVIDIA GPU is running as primary display, and NVIDIA GPU is in ` +
  'WDDM mode.'
const NO_DEVICES = 'No devices were found'

const ran = (exitCode: number, stdout: string, problemCode: number | null = null): SmiAnswer => ({
  kind: 'ran',
  exitCode,
  stdout: `${stdout}\n`,
  problemCode,
})
const notRun = (why: string): SmiAnswer => ({ kind: 'not-run', why })

const uuidOf = (gpu: GpuFile): string => gpu.uuid ?? `GPU-${guidOf(gpu.instanceId)}`

/** Device Manager's 32.0.15.7261 is nvidia-smi's 572.61: the last five digits. */
const smiVersion = (driver: string): string => driver.replaceAll('.', '').slice(-5).replace(/(..)$/, '.$1')

interface Place {
  readonly where: string
  readonly driver: string
}

const rowOf = (gpu: GpuFile, index: number, { where, driver }: Place): string => {
  const [busy = 0, share = 0] = createHash('sha256')
    .update(`${uuidOf(gpu)} ${where}`)
    .digest()
  const load = busy % 101
  const total = Math.floor((gpu.memory ?? 0) / MIB)
  const used = Math.floor((total * (load === 0 ? 1 : 5 + (share % 85))) / 100)
  return [
    index,
    gpu.model,
    uuidOf(gpu),
    driver,
    `${total} MiB`,
    `${used} MiB`,
    `${load} %`,
    31 + Math.floor(load / 2),
    `${(42 + load * 2.35).toFixed(2)} W`,
    0,
  ].join(', ')
}

const table = (rows: readonly string[]): SmiAnswer => ran(0, [HEADER, ...rows].join('\n'))

const hostAnswer = (here: HostNow): SmiAnswer => {
  const gpus = here.file.gpus.filter((gpu) => {
    const node = deviceAt(here, gpu.locationPath)?.node
    return gpu.vendor === 'nvidia' && gpu.driver !== null && node === 'host-enabled'
  })
  if (gpus.length === 0) return ran(9, NO_DRIVER_WINDOWS)
  return table(
    gpus.map((gpu, index) =>
      rowOf(gpu, index, { where: here.file.name, driver: smiVersion(gpu.driver ?? '') }),
    ),
  )
}

/** Address space that is too small for the cards' BARs shows in the guest as Code 12. */
const fits = (vm: VmOnHost, devices: readonly Device[]): boolean => {
  const sizes = (bits: 32 | 64) =>
    devices.flatMap(({ file }) => file.bars.flatMap((bar) => (bar.bits === bits ? bar.size : [])))
  const { begin, end } = windowOf(vm)
  const low = sizes(32).reduce((sum, size) => sum + size, 0)
  return low <= vm.now.settings.lowMmioBytes && windowEnd(sizes(64), begin) <= end
}

const FAILURES: { readonly [K in Exclude<GuestSmi, 'ok'>]: (vm: VmOnHost) => SmiAnswer } = {
  'no-driver': ({ file }) => (file.guest === 'windows' ? ran(9, NO_DRIVER_WINDOWS, 28) : ran(9, NO_DRIVER)),
  mismatch: () =>
    ran(18, 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.173'),
  code12: () => ran(6, NO_DEVICES, 12),
  code43: () => ran(6, NO_DEVICES, 43),
  'gpu-lost': () => ran(15, 'SIMULATED: the GPU is lost; reboot the system to recover it.'),
  'no-answer': ({ file }) =>
    notRun(
      file.guest === 'windows'
        ? 'An error has occurred which Windows PowerShell cannot handle. A remote session might have ended.'
        : `the guest of ${file.name} does not answer over SSH`,
    ),
}

/** A partition is to the guest a GPU with less memory. */
const sharesOf = (here: HostNow, { now }: VmOnHost): GpuFile[] =>
  now.partitions.flatMap(({ slot, vram }) => {
    const file = here.file.gpus.find((gpu) => gpu.slot === slot)
    const range = file && vramOf(here, file)
    if (!file || !range) return []
    const paravirtual = file.partition?.kind === 'paravirtual'
    return [{ ...file, memory: paravirtual ? file.memory : (vram ?? range).optimal }]
  })

const guestAnswer = (here: HostNow, vm: VmOnHost): SmiAnswer => {
  if (vm.now.state !== 'Running') return notRun(`${vm.file.name} is not running (${vm.now.state})`)
  if (vm.now.guestSmi !== 'ok') return FAILURES[vm.now.guestSmi](vm)
  const devices = vm.now.assigned.flatMap((path) => deviceAt(here, path) ?? [])
  const gpus = [...devices.map(({ file }) => file), ...sharesOf(here, vm)]
  const nvidia = gpus.filter(({ vendor }) => vendor === 'nvidia')
  if (nvidia.length === 0) return ran(6, NO_DEVICES)
  if (!fits(vm, devices)) return FAILURES.code12(vm)
  const place = { where: vm.file.id, driver: vm.file.guestDriver }
  return table(nvidia.map((file, index) => rowOf(file, index, place)))
}

/** The answer of nvidia-smi on the host, or inside a VM. `problemCode` is null where the guest reports no problem. */
export const smiAnswer = (here: HostNow, target: SmiTarget): SmiAnswer => {
  if (target.kind === 'host') return hostAnswer(here)
  const vm = vmOn(here, { id: target.vm })
  return vm ? guestAnswer(here, vm) : notRun(`${here.file.name} has no VM ${target.vm}`)
}

/** What goes on inside a VM; of what its file does not tell, nothing is known. */
export const guestUseOf = (here: HostNow, id: VmId): GuestUse => {
  const vm = vmOn(here, { id })
  const smi = smiAnswer(here, { kind: 'guest', vm: id })
  const use = vm?.now.state === 'Running' && smi.kind === 'ran' ? vm.file.guestUse : undefined
  if (!use) return { smi, processes: null, people: null }
  const processes = use.processes.map(({ memory, ...each }) => ({ ...each, usedBytes: memory }))
  return { smi, processes, people: use.people }
}
