/** How long to wait before a host is read again. */

/** Of the period, to either side: hosts that were read together drift apart. */
const JITTER = 0.2
/** Periods. */
const LONGEST = 16

export interface Pace {
  readonly everyMs: number
  /** How often in a row it has not answered. */
  readonly failures: number
  /** From 0 to less than 1, drawn anew each time. */
  readonly chance: number
}

/** After the first failure the period is kept, then it doubles with each, up to sixteen times. Milliseconds. */
export const pauseBefore = ({ everyMs, failures, chance }: Pace): number =>
  everyMs * Math.min(2 ** Math.max(0, failures - 1), LONGEST) * (1 - JITTER + 2 * JITTER * chance)

/** After the very first reading, anywhere within a period, so that hosts are not read in one burst ever after. */
export const pauseAtFirst = ({ everyMs, chance }: Pick<Pace, 'everyMs' | 'chance'>): number =>
  everyMs * chance
