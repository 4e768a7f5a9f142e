/**
 * What comes and goes is told a few times, and then once an hour has passed again. What is not told yet stays a change
 * from what was told last, so in the end what was told is how it is.
 */
export const QUIET_MS = 60 * 60_000
const TIMES = 3

/** `told`: how often the very same change was told within `QUIET_MS`. */
export const isWorthTelling = (told: number): boolean => told < TIMES
/** It is told now, and then not for a while. */
export const isLastTelling = (told: number): boolean => told === TIMES - 1
