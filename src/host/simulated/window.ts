/**
 * Where the high MMIO window of a VM lies. Up to 60 GiB of memory it begins at 63.5 GiB, as deduced from an error of
 * Hyper-V (Easy-GPU-PV, issue 278). Beyond that nothing is known of real hosts; here it follows the memory.
 */
import type { VmOnHost } from './host-now'

const GIB = 2 ** 30
const BEGIN = 63.5 * GIB
const BELOW_4_GIB = 3.5 * GIB

export const windowOf = ({ file, now }: VmOnHost): { readonly begin: number; readonly end: number } => {
  const begin = Math.max(BEGIN, file.memory.startup + BELOW_4_GIB)
  return { begin, end: begin + now.settings.highMmioBytes }
}

/** Each at a multiple of its size, the largest first. */
export const windowEnd = (bars: readonly number[], begin: number): number => {
  let end = begin
  for (const size of bars.toSorted((one, other) => other - one)) end = Math.ceil(end / size) * size + size
  return end
}
