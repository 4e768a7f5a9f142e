/** The 12-hour clock: `9am`, `9:30 pm`. Noon and midnight are read in both ways there, so that those two are refused. */
export type Meridiem =
  | { readonly kind: 'time'; readonly text: string }
  /** `12am` or `12pm`. */
  | { readonly kind: 'twelve' }
  /** `13pm`, `9:75am`. */
  | { readonly kind: 'wrong' }

const FORM = /(?<![^\s])(\d{1,2})(?::(\d\d))?\s?([ap])\.?m\.?(?![^\s])/i

/** Where in the text such a time stands; null where none does. */
export const meridiemIn = (
  text: string,
): { readonly before: string; readonly after: string; readonly read: Meridiem } | null => {
  const found = FORM.exec(text)
  if (found === null) return null
  const [all, hours, minutes, half] = found
  return {
    before: text.slice(0, found.index),
    after: text.slice(found.index + all.length),
    read: meridiem(Number(hours), minutes ?? '00', half?.toLowerCase() === 'p'),
  }
}

const meridiem = (hours: number, minutes: string, afternoon: boolean): Meridiem => {
  if (hours < 1 || hours > 12 || Number(minutes) > 59) return { kind: 'wrong' }
  if (hours === 12 && minutes === '00') return { kind: 'twelve' }
  const hour = (hours % 12) + (afternoon ? 12 : 0)
  return { kind: 'time', text: `${String(hour).padStart(2, '0')}:${minutes}` }
}
