/**
 * How long the start of a VM may take. With an assigned device all of its memory is taken at once and stays where it is
 * (Microsoft, "Plan for deploying devices using Discrete Device Assignment": no dynamic memory), and no document says how long
 * that takes. So a figure was chosen that is far above what memory needs to be cleared: half a GiB a second.
 */
import type { VmFacts } from './inventory'

const MINUTE_MS = 60_000
const BASE_MS = 5 * MINUTE_MS
const PORTION_BYTES = 64 * 2 ** 30
const PORTION_MS = 2 * MINUTE_MS

/** A VM of which nothing is known has the time of one of 1 TiB. */
const UNTOLD_BYTES = 2 ** 40

/** Milliseconds: five minutes, and two more for each 64 GiB of memory that are begun. */
export const startPatienceMs = (vm: Pick<VmFacts, 'memory'> | undefined): number =>
  BASE_MS + PORTION_MS * Math.ceil((vm?.memory.startupBytes ?? UNTOLD_BYTES) / PORTION_BYTES)
