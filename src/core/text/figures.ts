/** Figures as people say them. */

const UNITS = [
  { name: 's', inNext: 60 },
  { name: 'min', inNext: 60 },
  { name: 'h', inNext: 24 },
] as const

/** A duration in milliseconds, rounded to its largest unit: `3 min`. Less than none is `0 s`. */
export const forHowLong = (ms: number): string => {
  let amount = Math.max(0, ms / 1000)
  for (const { name, inNext } of UNITS) {
    if (Math.round(amount) < inNext) return `${Math.round(amount)} ${name}`
    amount /= inNext
  }
  return `${Math.round(amount)} d`
}

/** How long before now, in milliseconds. Clocks of two machines differ: less than a second, or less than none, is now. */
export const ago = (ms: number): string => (ms < 1000 ? 'just now' : `${forHowLong(ms)} ago`)

/** Bytes in binary units: `80 GiB`. */
export const bytes = (count: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10))
  return `${Number((count / 1024 ** power).toFixed(1))} ${units[power] ?? 'B'}`
}

/** `1 GPU`, `3 GPUs`, `2 entries`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`
