import { describe, expect, it } from '@jest/globals'
import { scan } from '../../../src/core/text/words'
import { isOpenLease, type Lease } from '../../../src/core/lease/lease'
import { dueNow, nextMoment } from '../../../src/core/lease/moments'
import { endOf, readUntil } from '../../../src/core/time/until'
import { timeZone, zoned, type TimeZone } from '../../../src/core/time/zone'
import { dice } from '../grammar/seeded'
import { aGpu, aLease, apply, DAY, HOUR, MINUTE } from './leases'

const YEAR = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) }
const GPUS = 20
const WISHES = ['18:00', 'tomorrow 09:00', 'tomorrow 02:30', 'today', 'tomorrow'] as const

const endIn = (zone: TimeZone, wish: string, now: number): number => {
  const line = scan(wish)
  const read = readUntil(line.ok ? line.value.words : [], now, zone)
  if (!read.ok) throw new Error(read.refusals[0]?.reason ?? '')
  return endOf(read.value, now)
}

interface Reminder {
  readonly lease: string
  readonly endsAt: number
  readonly at: number
}

/** Twenty GPUs, each asked for again as soon as it is free: by turns from now, until a wall time, or with an extension. */
const liveThrough = (zone: TimeZone) => {
  const { roll, pick } = dice(7)
  const leases: Lease[] = []
  const ends: { readonly wish: string; readonly at: number }[] = []
  const reminders: Reminder[] = []
  const take = (slot: number, at: number): Lease => {
    const wish = pick(WISHES)
    const wall = roll(4) > 0
    const endsAt = wall ? endIn(zone, wish, at) : at + (1 + roll(60)) * HOUR
    if (wall) ends.push({ wish, at: endsAt })
    return aLease({ id: `L-${slot}-${at}`, gpu: aGpu(slot), at, endsAt })
  }
  for (let slot = 0; slot < GPUS; slot++) {
    let lease = take(slot, YEAR.from + roll(DAY))
    for (;;) {
      const at = nextMoment(lease)?.at ?? Infinity
      if (at > YEAR.to) break
      const due = dueNow(lease, at)!
      if (due.kind === 'remind') {
        reminders.push({ lease: lease.id, endsAt: lease.endsAt!, at })
        lease = apply(lease, { ...due, at })
        const caps = { totalMs: 3 * DAY, extensionMs: 8 * HOUR }
        if (roll(8) === 0 && lease.endsAt! + 4 * HOUR <= lease.capsFrom + caps.totalMs)
          lease = apply(lease, { kind: 'extend', by: lease.holder, at, to: lease.endsAt! + 4 * HOUR, caps })
      } else if (due.kind === 'end') lease = apply(lease, { kind: 'end', at, graceMs: 30 * MINUTE })
      else {
        lease = apply(lease, { kind: 'begin-release', by: null, at, request: 'R-2' })
        leases.push(apply(lease, { kind: 'finish-release', at }))
        lease = take(slot, at + roll(3 * HOUR))
      }
    }
  }
  return { leases, ends, reminders }
}

describe.each(['Europe/Berlin', 'America/New_York'])('a year of leases in %s', (name) => {
  const zone = timeZone.parse(name)
  const { leases, ends, reminders } = liveThrough(zone)

  it('ends each of them by itself, half an hour after its end', () => {
    expect(leases.length).toBeGreaterThan(3000)
    for (const lease of leases) {
      expect(isOpenLease(lease)).toBe(false)
      expect(lease).toMatchObject({ how: { kind: 'expired' }, endedAt: lease.endsAt! + 30 * MINUTE })
    }
  })

  it('reminds at the marks, and never twice of one', () => {
    expect(new Set(reminders.map(({ endsAt, at }) => endsAt - at))).toEqual(new Set([DAY, HOUR, 10 * MINUTE]))
    expect(new Set(reminders.map((each) => JSON.stringify(each))).size).toBe(reminders.length)
    const reminded = new Set(reminders.map(({ lease, endsAt }) => `${lease} ${endsAt}`))
    const long = leases.filter((lease) => lease.endsAt! - lease.startedAt > DAY)
    expect(long.filter(({ id, endsAt }) => !reminded.has(`${id} ${endsAt}`))).toEqual([])
  })

  it('ends at the time that the clocks there show, summer and winter, the nights of the change included', () => {
    const shown = new Set(
      ends.map(({ wish, at }) => {
        const { hour, minute } = zoned(zone).wallAt(at)
        return `${wish} is ${hour}:${String(minute).padStart(2, '0')}`
      }),
    )
    expect([...shown].sort()).toEqual([
      '18:00 is 18:00',
      'today is 0:00',
      'tomorrow 02:30 is 2:30',
      'tomorrow 02:30 is 3:30',
      'tomorrow 09:00 is 9:00',
      'tomorrow is 0:00',
    ])
  })
})
