/** When a digest comes: every day at one time of the clock on the wall, daylight saving included. */
import { zoned, type TimeZone } from './zone'

/** The next moment after `now` at which clocks in the zone show `time`, such as `09:00`. */
export const nextDaily = (time: string, zone: TimeZone, now: number): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const clock = zoned(zone)
  const today = { ...clock.wallAt(now), hour, minute }
  const at = clock.momentOf(today)
  return at > now ? at : clock.momentOf({ ...today, day: today.day + 1 })
}
