import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isOpenLease as isOpenLease, type Lease } from '../../../src/core/lease/lease'
import { nextLease as leaseTransition } from '../../../src/core/lease/transition'
import { isOffered, isOpenEntry, nextEntry, type Entry, type EntryIn } from '../../../src/core/queue/entry'
import { forecastFor } from '../../../src/core/queue/forecast'
import { lapsedOffers, nextLapse, nextOffers, type OfferRule } from '../../../src/core/queue/offers'
import { fits } from '../../../src/core/queue/order'
import { HOUR, MINUTE, START } from '../lease/leases'
import { aCandidate, anEntry, ANY, FAIRNESS, GIB, leaseOf } from './entries'

const GPUS = [aCandidate(0), aCandidate(1), aCandidate(2, 'NVIDIA L4', 24), aCandidate(3, 'NVIDIA A100', 80)]
const WANTS = [
  ANY,
  { ...ANY, model: 'A40' },
  { ...ANY, freeBytes: 24 * GIB },
  { kind: 'gpu', ...GPUS[3]! },
] as const
const TEAMS = ['a', 'b', 'c']
const RULE: OfferRule = {
  fairness: { ...FAIRNESS, patienceMs: 6 * HOUR },
  untilOf: (_entry, _gpu, now) => now + 2 * HOUR,
  mayHave: () => true,
}

/** More join and accept than leave, so that there is a line. */
const KINDS = [
  ...(['join', 'join', 'join', 'join', 'accept', 'accept', 'accept', 'accept'] as const),
  ...(['decline', 'take-back', 'withdraw', 'give-back'] as const),
] as const

const deed = fc.record({
  after: fc.integer({ min: 0, max: 90 }).map((minutes) => minutes * MINUTE),
  kind: fc.constantFrom(...KINDS),
  which: fc.nat({ max: 30 }),
  team: fc.constantFrom(...TEAMS),
  want: fc.constantFrom(...WANTS),
  length: fc.integer({ min: 1, max: 48 }).map((hours) => hours * HOUR),
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

/** A bot that lapses and offers at the moment at which it can; leases end by themselves. */
const world = () => {
  let now = START
  let entries: Entry[] = []
  let leases: Lease[] = []
  const put = (entry: Entry) => (entries = entries.map((each) => (each.id === entry.id ? entry : each)))
  const end = (lease: Lease) => {
    const ended = leaseTransition(lease, { kind: 'move', by: lease.holder, at: now })
    if (ended.ok) leases = leases.map((each) => (each.id === lease.id ? ended.value : each))
  }
  const free = () =>
    GPUS.filter((gpu) => !leases.some((lease) => isOpenLease(lease) && lease.gpu.alias === gpu.alias))
  const settle = () => {
    for (const lease of leases) if (isOpenLease(lease) && lease.endsAt! <= now) end(lease)
    for (const entry of lapsedOffers(entries, now)) put(entry)
    const before = entries
    const offers = nextOffers({ entries, leases, free: free() }, RULE, now)
    offers.forEach(put)
    check(before, offers as EntryIn<'offered'>[])
  }
  const check = (before: readonly Entry[], offers: readonly EntryIn<'offered'>[]) => {
    const taken = [
      ...entries.filter(isOffered).map(({ gpu }) => gpu.alias),
      ...leases.filter(isOpenLease).map(({ gpu }) => gpu.alias),
    ]
    expect(new Set(taken).size).toBe(taken.length)
    for (const offer of offers) {
      const gpu = GPUS.find(({ alias }) => alias === offer.gpu.alias)!
      expect(fits(offer.want, gpu)).toBe(true)
      const passed = before.filter(
        (each) =>
          each.state === 'waiting' &&
          each.since < offer.since &&
          now - each.since >= RULE.fairness.patienceMs &&
          fits(each.want, gpu) &&
          !offers.some(({ id }) => id === each.id),
      )
      expect(passed).toEqual([])
    }
  }
  const until = (at: number) => {
    for (;;) {
      const ends = leases.filter(isOpenLease).map(({ endsAt }) => endsAt!)
      const next = Math.min(...ends, nextLapse(entries) ?? Infinity)
      if (next > at || next === Infinity) break
      now = Math.max(now, next)
      settle()
    }
    if (Number.isFinite(at)) now = at
  }
  const act = ({ after, kind, which, team, want, length }: Deed) => {
    until(now + after)
    const pick = <T>(from: readonly T[]): T | undefined => from[which % Math.max(1, from.length)]
    if (kind === 'join') entries.push(anEntry({ team, want, since: now, forMs: length }))
    else if (kind === 'give-back') {
      const lease = pick(leases.filter(isOpenLease))
      if (lease) end(lease)
    } else {
      const entry = pick(entries.filter(kind === 'withdraw' ? isOpenEntry : isOffered))
      const next = entry && nextEntry(entry, { kind, at: now, by: entry.by })
      if (next?.ok) {
        put(next.value)
        if (next.value.state === 'accepted') leases.push(leaseOf(next.value, now, now + length))
      }
    }
    settle()
  }
  return { act, settle: () => until(Infinity), entries: () => entries, leases: () => leases, now: () => now }
}

describe('whatever happens in the queue, in whatever order', () => {
  it('no GPU is promised or held twice, nobody who waited long is passed, and the queue drains', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 100, size: 'max' }), (deeds) => {
        const queue = world()
        for (const each of deeds) queue.act(each)
        queue.settle()
        expect(queue.entries().filter(isOpenEntry)).toEqual([])
        expect(queue.leases().filter(isOpenLease)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('everyone who waits has a place of their own among those who want the same, and a time', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60, size: 'max' }), (deeds) => {
        const queue = world()
        for (const each of deeds) queue.act({ ...each, want: ANY })
        const fleet = { gpus: GPUS, leases: queue.leases(), entries: queue.entries() }
        const waiting = queue.entries().filter(({ state }) => state === 'waiting')
        const places = waiting.map(({ id }) => forecastFor(id, fleet, RULE.fairness, queue.now())!)
        expect(places.map(({ position }) => position).sort((a, b) => a - b)).toEqual(
          waiting.map((_, at) => at + 1),
        )
        for (const { estimatedStart, blockers } of places) {
          expect(estimatedStart).toBeGreaterThanOrEqual(queue.now())
          expect(blockers).not.toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })
})
