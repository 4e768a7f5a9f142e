/** Checks of memory-mapped I/O space: what the device needs, what the VM gets, and whether that fits under the addresses of the host. */
import type { MmioAsked } from '../../change/change'
import type { GpuFacts, HostFacts, VmFacts } from '../../inventory/inventory'
import { bytes } from '../../text/figures'
import { type Check, about } from './check'
import {
  type MmioNeed,
  LOW_LIMIT_BYTES,
  WINDOW_BEGIN_BYTES,
  isWindowKnown,
  mmioNeed,
  mmioSettings,
  needWith,
  sized,
} from './mmio'

const GIB = 2 ** 30
/** Reported of a service of Hyper-V (hyperv-facts: VmMmioService), and not confirmed. */
const REPORTED_CAP_BYTES = 256.5 * GIB

const SAY_IT = 'or say how much it needs: `--mmio SIZE`'

/** Of the device alone: can its need be told? */
export const bars = (host: HostFacts, gpu: GpuFacts, mmio: MmioAsked | undefined): Check => {
  const check = about('bars', 'Memory windows (BARs)')
  const need = mmioNeed([gpu], { host, vm: null, asked: mmio })
  if (!need)
    return check.fail(
      'Neither the BARs nor the memory size of this GPU are known, so the MMIO space that it needs cannot be computed',
      `Enable the GPU on the host once, so that its BARs can be read, and ask again; ${SAY_IT}`,
    )
  const figures = `a VM with this GPU alone gets ${sized(need.lowBytes)} low and ${sized(need.highBytes)} high MMIO space (${HOW[need.how]})`
  if (need.guessed.length === 0) return check.pass(`${barWords(gpu)}; ${figures}`)
  return check.warn(
    `The BARs are not known; judged by the memory of the GPU, ${figures}`,
    'Enable the GPU on the host once, so that its BARs can be read; if the guest reports Code 12, the space is too small',
  )
}

const HOW: { readonly [H in MmioNeed['how']]: string } = {
  'laid-out': "laid out BAR by BAR, and never less than Microsoft's starting values",
  'sum-and-largest': 'the sum of all BARs and the largest one again',
  said: 'as the request or the configuration says',
}

const barWords = ({ bars }: GpuFacts): string => {
  if (bars.length === 0) return 'The BARs are not known'
  const sum = (bits: 32 | 64) =>
    bars.filter((bar) => bar.bits === bits).reduce((total, bar) => total + bar.bytes, 0)
  return `Read from the device: ${bytes(sum(32))} of 32-bit and ${bytes(sum(64))} of 64-bit BARs`
}

/** All that is judged of a VM that is to have this GPU. */
export const mmioChecks = (
  host: HostFacts,
  gpu: GpuFacts,
  vm: VmFacts,
  asked: MmioAsked | undefined,
): Check[] => {
  const need = needWith(host, vm, gpu, asked)
  const check = about('mmio', 'MMIO space')
  if (!mmioNeed([gpu], { host, vm, asked }))
    return [check.pass('Not judged while the need of the GPU is not known')]
  if (!need)
    return [
      check.fail(
        `The MMIO space that ${vm.name} needs cannot be computed: a GPU that it has already shows neither BARs nor memory size`,
        `Enable that GPU on the host once, so that its BARs can be read, and ask again; ${SAY_IT}`,
      ),
    ]
  const settings = mmioSettings(vm, need)
  return [space(vm, need), ...spaceChecks(host, vm, settings)]
}

/** Of a size that is settled. */
export const spaceChecks = (
  host: HostFacts,
  vm: VmFacts,
  settings: { readonly highMmioBytes: number },
): Check[] => [addressWidth(host, vm, settings), cap(vm, settings)]

const space = (vm: VmFacts, need: MmioNeed): Check => {
  const check = about('mmio', 'MMIO space')
  if (need.lowBytes > LOW_LIMIT_BYTES)
    return check.fail(
      `${vm.name} would need ${sized(need.lowBytes)} of low MMIO space, and Hyper-V allows at most ${sized(LOW_LIMIT_BYTES)}`,
      'Release another device of this VM first, or choose another VM',
    )
  const wanted = mmioSettings(vm, need)
  const { lowMmioBytes, highMmioBytes } = vm.settings
  if (wanted.lowMmioBytes === lowMmioBytes && wanted.highMmioBytes === highMmioBytes)
    return check.pass(`${vm.name} has enough: ${sized(lowMmioBytes)} low, ${sized(highMmioBytes)} high`)
  return check.warn(
    `${vm.name} has ${sized(lowMmioBytes)} low and ${sized(highMmioBytes)} high, and needs ${sized(wanted.lowMmioBytes)} low and ${sized(wanted.highMmioBytes)} high (${HOW[need.how]})`,
    'The assignment sets it',
  )
}

/** The high window must end below 2^bits ("upper MMIO region is above the supported physical address range"). */
export const addressWidth = (
  host: HostFacts,
  vm: VmFacts,
  { highMmioBytes }: { readonly highMmioBytes: number },
): Check => {
  const check = about('address-width', 'Physical address width')
  const bits = host.physicalAddressBits
  const high = sized(highMmioBytes)
  if (!isWindowKnown(vm))
    return check.warn(
      `${vm.name} has ${sized(vm.memory.startupBytes)} of memory; where the MMIO space of a VM with more than 60 GiB begins is not known, so whether ${high} fits${bits === null ? '' : ` under the ${bits} bits of ${host.name}`} shows only when it starts`,
    )
  if (bits === null)
    return check.warn(
      `${host.name} does not tell its physical address width, so whether ${high} of high MMIO space fits shows only when ${vm.name} starts`,
    )
  const top = WINDOW_BEGIN_BYTES + highMmioBytes
  const figures = `${vm.name} needs addresses up to ${sized(top)} (${high} of high MMIO space from 63.5 GiB on); ${host.name} has ${bits} bits, ${sized(2 ** bits)}`
  return top > 2 ** bits
    ? check.fail(
        figures,
        'Release another device of this VM first, use another host, or say how much it needs: `--mmio SIZE`',
      )
    : check.pass(figures)
}

const cap = (vm: VmFacts, { highMmioBytes }: { readonly highMmioBytes: number }): Check => {
  const check = about('mmio-cap', 'Reported limit of MMIO space')
  const figures = `${vm.name} gets ${sized(highMmioBytes)} of high MMIO space`
  return highMmioBytes > REPORTED_CAP_BYTES
    ? check.warn(`${figures}; Hyper-V is reported to allow no more than 256.5 GB, which is not confirmed`)
    : check.pass(`${figures}; Hyper-V is reported to allow 256.5 GB`)
}
