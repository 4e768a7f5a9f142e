/** Figures as people say them. */

/** A duration in milliseconds, rounded to its largest unit: `3 min`. */
export const forHowLong = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

export const ago = (ms: number): string => `${forHowLong(ms)} ago`

/** Bytes in binary units: `80 GiB`. */
export const bytes = (count: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10))
  return `${Number((count / 1024 ** power).toFixed(1))} ${units[power] ?? 'B'}`
}
