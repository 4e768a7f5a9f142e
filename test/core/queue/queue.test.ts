import { describe, expect, it } from '@jest/globals'
import {
  entry as entrySchema,
  isOpenEntry,
  nextEntry,
  type Entry,
  type EntryEvent,
  type EntryIn,
  type EntryState,
} from '../../../src/core/queue/entry'
import { hostName } from '../../../src/core/inventory/inventory'
import type { Lease, LeaseIn } from '../../../src/core/lease/lease'
import { nextLease as leaseTransition } from '../../../src/core/lease/transition'
import { forecastFor, type Fleet } from '../../../src/core/queue/forecast'
import { refuseJoin } from '../../../src/core/queue/join'
import { lapsedOffers, nextLapse, nextOffers, type OfferRule } from '../../../src/core/queue/offers'
import { fits, inOrder, recentUse } from '../../../src/core/queue/order'
import { aGpu, aLease, DAY, HOLDER, HOUR, MINUTE, OTHER, START } from '../lease/leases'
import {
  aCandidate,
  after,
  anEntry,
  ANY,
  EVENTS,
  FAIRNESS,
  GIB,
  placeOf,
  STATES,
  UNTIL,
  waiting,
} from './entries'

const became = (lease: Lease, event: Parameters<typeof leaseTransition>[1]): Lease => {
  const next = leaseTransition(lease, event)
  if (!next.ok) throw new Error(next.refusals.map(({ reason }) => reason).join())
  return next.value
}
const ended = (lease: Lease, over: { readonly at: number; readonly graceMs: number }): LeaseIn<'grace'> => {
  const next = became(lease, { kind: 'end', ...over })
  if (next.state !== 'grace') throw new Error(next.state)
  return next
}
const given = (lease: Lease): Lease =>
  became(lease, { kind: 'done', by: lease.holder, at: START, request: 'R-9' })

/** Every legal pair, and where it leads. Whatever is not here is refused. */
const LEGAL: { readonly [S in EntryState]: { readonly [K in EntryEvent['kind']]?: EntryState } } = {
  waiting: { offer: 'offered', withdraw: 'withdrawn', drop: 'dropped' },
  offered: {
    ...{ accept: 'accepted', decline: 'declined', lapse: 'lapsed' },
    ...{ 'take-back': 'waiting', withdraw: 'withdrawn', drop: 'dropped' },
    'begin-anew': 'offered',
  },
  accepted: {},
  declined: {},
  lapsed: {},
  withdrawn: {},
  dropped: {},
}

const PAIRS = Object.values(STATES).flatMap((from) =>
  Object.values(EVENTS).map((event) => ({ from, event, to: LEGAL[from.state][event.kind] ?? 'refused' })),
)

describe('an entry of the queue', () => {
  it.each(PAIRS)('that is $from.state and meets "$event.kind" ends up $to', ({ from, event, to }) => {
    const next = nextEntry(from, event)

    if (to === 'refused')
      expect(next).toMatchObject({
        ok: false,
        refusals: [{ code: isOpenEntry(from) ? 'stale' : 'finished' }],
      })
    else {
      expect(next).toMatchObject({ ok: true, value: { state: to, version: from.version + 1 } })
      expect(next.ok && entrySchema.parse(next.value)).toEqual(next.ok && next.value)
    }
  })

  it('is answered by the one it was offered to alone, and before the offer ends', () => {
    const answers = [
      nextEntry(STATES.offered, { ...EVENTS.accept, by: OTHER }),
      nextEntry(STATES.offered, { ...EVENTS.accept, at: UNTIL }),
      nextEntry(STATES.offered, { ...EVENTS.lapse, at: UNTIL - 1 }),
    ]

    expect(answers.map((each) => !each.ok && each.refusals[0]?.reason)).toEqual([
      'this offer is made to somebody else',
      'the offer of hv01/gpu0 has lapsed',
      'Q-0 is offered; it cannot lapse now',
    ])
  })

  it('keeps its age when the offer is taken back', () => {
    expect(after(STATES.offered, 'take-back')).toEqual({ ...waiting, version: 3 })
  })

  it('is not made an offer that is over when it begins', () => {
    expect(nextEntry(waiting, { ...EVENTS.offer, until: EVENTS.offer.at }).ok).toBe(false)
  })

  it.each([
    { says: 'the same once more', draft: anEntry(), why: 'you wait for that already, as Q-0' },
    {
      says: 'a third thing',
      draft: anEntry({ want: { kind: 'gpu', ...aCandidate(1) } }),
      why: 'you wait for 3 GPUs already (Q-0, Q-9, R-7), and the policy allows 3',
    },
    { says: 'what somebody else waits for', draft: anEntry({ by: OTHER }), why: null },
  ])('that is for $says: $why', ({ draft, why }) => {
    const a40 = anEntry({ id: 'Q-9', want: { ...ANY, model: 'A40' } })

    expect(
      refuseJoin([waiting, a40, STATES.declined], draft, { most: 3, asked: ['R-7'] })?.reason ?? null,
    ).toBe(why)
    expect(refuseJoin([STATES.declined, STATES.withdrawn], draft, { most: 1, asked: [] })).toBeNull()
  })
})

describe('nobody waits twice for the same', () => {
  const gpu = (slot: number) => ({ kind: 'gpu' as const, ...placeOf(aCandidate(slot)), alias: 'hv01/gpu0' })
  it.each([
    ['the same GPU', gpu(1), gpu(1), true],
    ['another GPU', gpu(1), gpu(2), false],
    ['any, and one GPU', ANY, gpu(1), false],
    ['one model, whatever the case', { ...ANY, model: 'A40' }, { ...ANY, model: 'a40' }, true],
    ['another model', { ...ANY, model: 'A40' }, { ...ANY, model: 'A4' }, false],
    ['any model, and one', ANY, { ...ANY, model: 'A40' }, false],
    ['another amount of memory', { ...ANY, freeBytes: GIB }, { ...ANY, freeBytes: 2 * GIB }, false],
    ['another class', { ...ANY, class: 'big' }, { ...ANY, class: 'small' }, false],
    ['a class, and any', { ...ANY, class: 'big' }, ANY, false],
    [
      'another host',
      { ...ANY, host: hostName.parse('hv01') },
      { ...ANY, host: hostName.parse('hv02') },
      false,
    ],
  ] satisfies [string, Entry['want'], Entry['want'], boolean][])('%s', (_what, one, other, isTwin) => {
    const own = anEntry({ id: 'Q-5', want: one })
    const draft = { ...anEntry({ want: other }), id: 'Q-6' }

    const refused = refuseJoin([own], draft, { most: 9, asked: [] })

    expect(refused?.reason ?? null).toBe(isTwin ? 'you wait for that already, as Q-5' : null)
  })
})

describe('a wish', () => {
  it.each([
    { want: ANY, gpu: aCandidate(0), is: true },
    { want: { ...ANY, model: 'A40' }, gpu: aCandidate(0), is: true },
    { want: { ...ANY, model: 'nvidia a40' }, gpu: aCandidate(0), is: true },
    { want: { ...ANY, model: 'A40' }, gpu: aCandidate(0, 'NVIDIA A400'), is: false },
    { want: { ...ANY, model: 'A100' }, gpu: aCandidate(0, 'NVIDIA A100-PCIE-40GB'), is: true },
    { want: { ...ANY, freeBytes: 24 * GIB }, gpu: aCandidate(0, 'NVIDIA L4', 24), is: true },
    { want: { ...ANY, freeBytes: 24 * GIB + 1 }, gpu: aCandidate(0, 'NVIDIA L4', 24), is: false },
    { want: { ...ANY, freeBytes: 1 }, gpu: aCandidate(0, 'NVIDIA L4', null), is: false },
    { want: { kind: 'gpu' as const, ...aCandidate(3) }, gpu: aCandidate(3), is: true },
    { want: { kind: 'gpu' as const, ...aCandidate(3) }, gpu: aCandidate(4), is: false },
  ])('for $want is met by $gpu.model of $gpu.freeBytes bytes: $is', ({ want, gpu, is }) => {
    expect(fits(want, gpu)).toBe(is)
  })
})

const NOW = START + 10 * HOUR
const heavy = aLease({ id: 'L-9', gpu: aGpu(9), team: 'heavy', endsAt: START + 40 * HOUR })
const idsOf = (entries: readonly Entry[]) => entries.map(({ id }) => id)
const order = (entries: readonly Entry[], now = NOW) =>
  idsOf(inOrder(entries, recentUse([heavy], entries, FAIRNESS, now), FAIRNESS, now))

describe('the order', () => {
  const old = anEntry({ id: 'old', team: 'heavy', since: START })
  const young = anEntry({ id: 'young', team: 'light', since: START + 5 * HOUR })

  it('puts the team with the least use first, and within it the oldest', () => {
    const younger = anEntry({ id: 'younger', team: 'light', since: START + 6 * HOUR })

    expect(order([old, younger, young])).toEqual(['young', 'younger', 'old'])
  })

  it('goes by age where nobody used anything, and by id where age is the same', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) =>
      anEntry({ id, team: id, since: id === 'c' ? START - 1 : START }),
    )

    expect(order([b!, a!, c!])).toEqual(['c', 'a', 'b'])
  })

  it('puts whoever waited for the whole patience first, whatever their team used', () => {
    const limit = START + FAIRNESS.patienceMs

    expect(order([young, old], limit - 1)).toEqual(['young', 'old'])
    expect(order([young, old], limit)).toEqual(['old', 'young'])
  })

  it('counts what is on offer as use', () => {
    const offered = after(anEntry({ id: 'lucky', team: 'light', forMs: null }), 'offer')

    expect(recentUse([heavy], [offered, old], FAIRNESS, NOW)).toEqual(
      new Map([
        ['heavy', 40],
        ['light', 8],
      ]),
    )
  })
})

const RULE: OfferRule = {
  fairness: FAIRNESS,
  untilOf: (_entry, _gpu, now) => now + 30 * MINUTE,
  mayHave: () => true,
}

describe('offers', () => {
  const offersOf = (entries: readonly Entry[], slots: readonly number[], rule: Partial<OfferRule> = {}) =>
    nextOffers(
      { entries, leases: [heavy], free: slots.map((slot) => aCandidate(slot)) },
      { ...RULE, ...rule },
      NOW,
    ).map((entry) => `${(entry as EntryIn<'offered'>).gpu.alias} to ${entry.id}`)
  const of = (id: string, team = id) => anEntry({ id, team })

  it('go to the first for whom a GPU is free, for a limited time', () => {
    const [offer] = nextOffers({ entries: [of('a'), of('b')], leases: [], free: [aCandidate(1)] }, RULE, NOW)

    expect(offer).toMatchObject({ id: 'a', state: 'offered', offeredAt: NOW, until: NOW + 30 * MINUTE })
    expect(nextLapse([offer!, of('b')])).toBe(NOW + 30 * MINUTE)
    expect([
      lapsedOffers([offer!], NOW + 30 * MINUTE - 1),
      idsOf(lapsedOffers([offer!], NOW + 30 * MINUTE)),
    ]).toEqual([[], ['a']])
  })

  it('do not go to one team alone when several GPUs are free', () => {
    expect(offersOf([of('a1', 'a'), of('a2', 'a'), of('b')], [1, 2])).toEqual([
      'hv01/gpu1 to a1',
      'hv01/gpu2 to b',
    ])
  })

  it('leave out a GPU that is on offer already, and go on to the next once that has lapsed', () => {
    const first = nextOffers({ entries: [of('a'), of('b')], leases: [], free: [aCandidate(1)] }, RULE, NOW)

    expect(offersOf([...first, of('b')], [1])).toEqual([])
    expect(offersOf([...lapsedOffers(first, NOW + HOUR), of('b')], [1])).toEqual(['hv01/gpu1 to b'])
  })

  it('pass over whoever may not have it now', () => {
    expect(offersOf([of('a'), of('b')], [1], { mayHave: ({ id }) => id !== 'a' })).toEqual(['hv01/gpu1 to b'])
  })

  it('pass over whoever waits for another GPU', () => {
    const want = { kind: 'gpu', ...aCandidate(5) } as const

    expect(offersOf([anEntry({ id: 'a', want, since: 0 }), of('b')], [1])).toEqual(['hv01/gpu1 to b'])
  })

  it('are of the smallest GPU that will do', () => {
    const free = [
      aCandidate(1, 'NVIDIA A100', 80),
      aCandidate(2, 'NVIDIA L4', 24),
      aCandidate(3, 'NVIDIA T4', 16),
    ]
    const want = { ...ANY, freeBytes: 20 * GIB }
    const [offer] = nextOffers({ entries: [anEntry({ want })], leases: [], free }, RULE, NOW)

    expect(offer).toMatchObject({ gpu: { alias: 'hv01/gpu2' } })
  })
})

describe('standing in the queue', () => {
  const gpus = [aCandidate(0), aCandidate(1), aCandidate(2, 'NVIDIA L4', 24)]
  const lease = (slot: number, endsAt: number | null, id = `L-${slot}`) =>
    aLease({ id, gpu: aGpu(slot), endsAt })
  const a40 = { ...ANY, model: 'A40' }
  const first = anEntry({ id: 'first', team: 'a', want: a40 })
  const second = anEntry({ id: 'second', team: 'b', want: a40, since: START + 1 })
  const third = anEntry({ id: 'third', team: 'c', want: a40, since: START + 2 })
  const fleet: Fleet = {
    gpus,
    leases: [lease(0, NOW + 2 * HOUR), lease(1, NOW + 3 * HOUR), lease(2, null)],
    entries: [first, second, third],
  }
  const of = (id: string, over: Partial<Fleet> = {}) => forecastFor(id, { ...fleet, ...over }, FAIRNESS, NOW)

  it('tells position and start from the ends of leases and what those ahead want', () => {
    const starts = ['first', 'second', 'third'].map((id) => [of(id)?.position, of(id)?.estimatedStart])

    expect(starts).toEqual([
      [1, NOW + 2 * HOUR],
      [2, NOW + 3 * HOUR],
      [3, NOW + 6 * HOUR],
    ])
  })

  it('tells what is in the way', () => {
    expect(of('second')?.blockers).toEqual([
      {
        kind: 'lease',
        lease: 'L-0',
        gpu: 'hv01/gpu0',
        holder: HOLDER,
        until: NOW + 2 * HOUR,
        state: 'held',
      },
      {
        kind: 'lease',
        lease: 'L-1',
        gpu: 'hv01/gpu1',
        holder: HOLDER,
        until: NOW + 3 * HOUR,
        state: 'held',
      },
      { kind: 'ahead', entries: 1, teams: ['a'] },
    ])
  })

  it('does not count those ahead who want something else', () => {
    const l4 = anEntry({ id: 'l4', team: 'd', want: { ...ANY, model: 'L4' }, since: START + 3 })

    expect(of('l4', { entries: [first, second, l4] })).toEqual({
      position: 1,
      estimatedStart: null,
      blockers: [
        { kind: 'lease', lease: 'L-2', gpu: 'hv01/gpu2', holder: HOLDER, until: null, state: 'held' },
      ],
    })
  })

  it('names each reason once, and only those that are', () => {
    const over: Partial<Fleet> = {
      against: (_, gpu) => (gpu.alias === 'hv01/gpu2' ? null : 'they hold 1 of 1 GPUs'),
      hold: () => ({ why: 'quiet hours', until: NOW + 5 * HOUR }),
    }

    expect(of('first', over)?.blockers.slice(0, 2)).toEqual([
      { kind: 'passed-over', why: 'they hold 1 of 1 GPUs' },
      { kind: 'held', why: 'quiet hours' },
    ])
    expect(of('first')?.blockers.map(({ kind }) => kind)).toEqual(['lease', 'lease'])
    expect(of('first', { hold: over.hold! })?.estimatedStart).toBe(NOW + 5 * HOUR)
    expect(of('first', { against: over.against! })?.estimatedStart).toBeNull()
  })

  it('says of a GPU that others have by no lease why, and not when', () => {
    const taken = [
      { ...placeOf(aCandidate(0)), why: 'hv01 is paused' },
      { ...placeOf(aCandidate(1)), why: 'R-9 is open' },
    ]

    expect(of('first', { leases: [], taken })).toMatchObject({
      estimatedStart: null,
      blockers: [
        { kind: 'taken', gpu: 'hv01/gpu0', why: 'hv01 is paused' },
        { kind: 'taken', gpu: 'hv01/gpu1', why: 'R-9 is open' },
      ],
    })
  })

  it('tells a lease that is past its end, one that is overdue, and one that is being given back', () => {
    const late = ended(lease(0, NOW - HOUR), { at: NOW, graceMs: 2 * HOUR })
    const overdue = { ...late, overdue: 'the guest does not shut down', until: NOW - 1 }
    const releasing = given(lease(1, NOW + DAY))

    const blockersOf = (leases: Lease[]) => of('first', { leases })?.blockers
    expect(blockersOf([late])?.[0]).toMatchObject({ until: NOW + 2 * HOUR, state: 'held' })
    expect(blockersOf([overdue])?.[0]).toMatchObject({ until: NOW - HOUR, state: 'overdue' })
    expect(blockersOf([releasing])?.[0]).toMatchObject({ state: 'releasing' })
    expect(of('first', { leases: [overdue, lease(1, null)] })?.estimatedStart).toBeNull()
  })

  it('says when no such GPU exists', () => {
    const h100 = anEntry({ id: 'h100', want: { ...ANY, model: 'H100' } })

    expect(of('h100', { entries: [first, h100] })).toEqual({
      position: 1,
      estimatedStart: null,
      blockers: [{ kind: 'no-such-gpu' }],
    })
  })

  it('expects what is past its end back at once, and an offer to be taken', () => {
    const offered = after(anEntry({ id: 'lucky', team: 'z', want: a40 }), 'offer')
    const now = of('first', { leases: [lease(0, NOW + DAY), lease(1, NOW - HOUR), lease(2, null)] })
    const later = of('first', { leases: [lease(1, NOW + DAY)], entries: [offered, first] })

    expect(now?.estimatedStart).toBe(NOW)
    expect(later).toMatchObject({
      estimatedStart: NOW + 4 * HOUR,
      blockers: [{ kind: 'offer', gpu: 'hv01/gpu0', until: UNTIL }, { kind: 'lease' }],
    })
  })

  it('is nothing for one who does not wait', () => {
    expect([of('nobody'), of('Q-0', { entries: [STATES.offered] })]).toEqual([null, null])
  })
})
