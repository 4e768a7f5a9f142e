/** Times in which no change of a host is begun: freezes, which have dates, and quiet hours, which come again. */
import { zoned, weekdayOf, type Wall, type Zoned } from '../time/zone'
import { mayConcern, type Subject } from './judge'
import type { Policy } from './policy'
import { DAYS, type Freeze, type QuietHours } from './written'

export interface Hold {
  readonly kind: 'change freeze' | 'quiet hours'
  readonly name: string
  /** Epoch milliseconds. Another hold may begin then. */
  readonly until: number
}

/** What holds a change of one of these at this moment, the one that lasts longest; null when nothing does. */
export const holdAt = (policy: Policy, subjects: readonly Subject[], now: number): Hold | null => {
  const clock = zoned(policy.timeZone)
  const holds = [
    ...about(policy, subjects, policy.freezes).map((each) => freezeAt(clock, each, now)),
    ...about(policy, subjects, policy.quietHours).map((each) => quietAt(clock, each, now)),
  ].flatMap((hold) => hold ?? [])
  return holds.reduce<Hold | null>(
    (last, hold) => (last === null || hold.until > last.until ? hold : last),
    null,
  )
}

const about = <T extends Freeze | QuietHours>(
  policy: Policy,
  subjects: readonly Subject[],
  list: readonly T[],
): T[] =>
  list.filter((each) =>
    subjects.some((subject) =>
      (subject.vms.length === 0 ? [null] : subject.vms).some((vm) => mayConcern(policy, each, subject, vm)),
    ),
  )

/** Farther ahead nobody counts: there are freezes and quiet hours that never end. */
const FARTHEST_MS = 365 * 86_400_000

/** When so much time will have passed in which nothing held; a year from then at the latest. */
export const afterOpenTime = (
  policy: Policy,
  subjects: readonly Subject[],
  { from, ms }: { readonly from: number; readonly ms: number },
): number => {
  let [at, left] = [from, ms]
  while (at < from + FARTHEST_MS) {
    const hold = holdAt(policy, subjects, at)
    const next = hold ? hold.until : nextBegin(policy, subjects, at)
    if (!hold && at + left <= next) return at + left
    if (!hold) left -= next - at
    at = next
  }
  return from + FARTHEST_MS
}

/** When the next one begins; Infinity where none does. */
const nextBegin = (policy: Policy, subjects: readonly Subject[], now: number): number => {
  const clock = zoned(policy.timeZone)
  const begins = [
    ...about(policy, subjects, policy.freezes).map(({ from }) => clock.momentOf(wallOf(from))),
    ...about(policy, subjects, policy.quietHours).flatMap((each) => beginsOf(clock, each, now)),
  ]
  return Math.min(...begins.filter((each) => each > now), Infinity)
}

/** Within the week, and a day more for those that began earlier today. */
const beginsOf = (clock: Zoned, { days, from }: QuietHours, now: number): number[] => {
  const today = clock.wallAt(now)
  const [hour = 0, minute = 0] = from.split(':').map(Number)
  return Array.from({ length: 8 }, (_, n) => ({ ...today, day: today.day + n, hour, minute }))
    .filter((wall) => days.some((day) => day === DAYS[weekdayOf(wall)]))
    .map((wall) => clock.momentOf(wall))
}

/** `the change freeze year-end`, where its end is told beside it. */
export const holdName = ({ kind, name }: Hold): string => `the ${kind} ${name}`

/** `the change freeze year-end lasts until 2027-01-07 08:00 (Europe/Berlin)` */
export const holdText = ({ timeZone }: Policy, hold: Hold): string => {
  const last = hold.kind === 'quiet hours' ? 'last' : 'lasts'
  return `${holdName(hold)} ${last} until ${momentText(timeZone, hold.until)}`
}

/** `2027-01-07 08:00 (Europe/Berlin)` */
export const momentText = (timeZone: Policy['timeZone'], at: number): string => {
  const wall = zoned(timeZone).wallAt(at)
  const pad = (value: number): string => String(value).padStart(2, '0')
  const date = `${wall.year}-${pad(wall.month)}-${pad(wall.day)} ${pad(wall.hour)}:${pad(wall.minute)}`
  return `${date} (${timeZone})`
}

const freezeAt = (clock: Zoned, { name, from, until }: Freeze, now: number): Hold | null => {
  const end = clock.momentOf(wallOf(until))
  return clock.momentOf(wallOf(from)) <= now && now < end ? { kind: 'change freeze', name, until: end } : null
}

/** `2026-12-20 08:00`, as the schema lets it through. */
const wallOf = (text: string): Wall => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number)
  return { year, month, day, hour, minute }
}

/** Quiet hours over midnight belong to the day on which they begin. */
const quietAt = (clock: Zoned, { name, days, from, until }: QuietHours, now: number): Hold | null => {
  const today = clock.wallAt(now)
  const nights = until <= from ? 1 : 0
  const at = (day: number, time: string): number => {
    const [hour = 0, minute = 0] = time.split(':').map(Number)
    return clock.momentOf({ ...today, day, hour, minute })
  }
  for (const day of [today.day, today.day - 1]) {
    const weekday = DAYS[weekdayOf({ ...today, day })]
    const end = at(day + nights, until)
    const begun = at(day, from) <= now && now < end
    if (begun && weekday !== undefined && days.includes(weekday))
      return { kind: 'quiet hours', name, until: end }
  }
  return null
}
