/** Milliseconds: no lease may be asked for, or put off, to end later than this from now. */
export const LONGEST_LEASE_MS = 365 * 86_400_000

/** A length of time as it can be typed again: `1d2h30m`. Whole minutes, rounded down; less than one is `0m`. */
export const span = (ms: number): string => {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  const pieces = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'm'],
  ] as const
  const text = pieces.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('')
  return text === '' ? '0m' : text
}
