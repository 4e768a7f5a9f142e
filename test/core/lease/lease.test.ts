import { describe, expect, it } from '@jest/globals'
import type { LeaseEvent } from '../../../src/core/lease/event'
import {
  continuedLease,
  isOpenLease,
  lease as leaseSchema,
  newLease,
  type LeaseState,
} from '../../../src/core/lease/lease'
import { nextLease } from '../../../src/core/lease/transition'
import { dueNow, nextMoment, releaseRetryMs } from '../../../src/core/lease/moments'
import {
  after,
  aLease,
  apply,
  DAY,
  END,
  EVENTS,
  held,
  HOLDER,
  HOUR,
  MINUTE,
  OTHER,
  START,
  STATES,
} from './leases'

/** Every legal pair, and where it leads. Whatever is not here is refused. */
const LEGAL: { readonly [S in LeaseState]: { readonly [K in LeaseEvent['kind']]?: LeaseState } } = {
  held: {
    extend: 'held',
    remind: 'held',
    end: 'grace',
    done: 'releasing',
    'give-back': 'grace',
    'begin-release': 'releasing',
    move: 'ended',
    lose: 'ended',
  },
  grace: {
    extend: 'held',
    'give-notice': 'grace',
    'be-overdue': 'grace',
    done: 'releasing',
    'give-back': 'grace',
    'begin-release': 'releasing',
    move: 'ended',
    lose: 'ended',
  },
  releasing: { 'fail-release': 'held', 'finish-release': 'ended', move: 'ended', lose: 'ended' },
  ended: {},
}

const PAIRS = Object.values(STATES).flatMap((from) =>
  Object.values(EVENTS).map((event) => ({ from, event, to: LEGAL[from.state][event.kind] ?? 'refused' })),
)

describe('a lease', () => {
  it.each(PAIRS)('that is $from.state and meets "$event.kind" ends up $to', ({ from, event, to }) => {
    const next = nextLease(from, event)

    if (to === 'refused')
      expect(next).toMatchObject({
        ok: false,
        refusals: [{ code: from.state === 'ended' ? 'finished' : 'stale' }],
      })
    else {
      expect(next).toMatchObject({ ok: true, value: { state: to, version: from.version + 1 } })
      expect(next.ok && leaseSchema.parse(next.value)).toEqual(next.ok && next.value)
    }
  })

  it('holds its GPU until it has ended', () => {
    expect(Object.values(STATES).filter(isOpenLease)).toHaveLength(3)
  })

  it('cannot end before its end, and a lease without one has none to extend', () => {
    const open = aLease({ endsAt: null })

    expect(nextLease(held, { ...EVENTS.end, at: END - 1 }).ok).toBe(false)
    expect([nextLease(open, EVENTS.end).ok, nextLease(open, EVENTS.extend).ok]).toEqual([false, false])
    expect([nextMoment(open), dueNow(open, END)]).toEqual([null, null])
  })

  it('is put off once, by those alone who were told that their VM is stopped', () => {
    const told = after(held, 'end', 'give-notice')
    const later = apply(told, EVENTS.postpone)

    expect([told, later]).toMatchObject([{ until: END + 90 * MINUTE }, { until: END + 150 * MINUTE }])
    expect(nextLease(told, { ...EVENTS.postpone, person: 'bob' })).toMatchObject({
      refusals: [{ code: 'not-allowed' }],
    })
    expect(nextLease(later, EVENTS.postpone)).toMatchObject({
      refusals: [{ reason: 'the end of L-1 was put off already, and it can be only once' }],
    })
    expect(nextLease(apply(later, EVENTS['give-notice']), EVENTS.postpone).ok).toBe(false)
  })

  it('is done by its holder alone', () => {
    expect(nextLease(held, { ...EVENTS.done, by: OTHER })).toMatchObject({
      ok: false,
      refusals: [{ code: 'not-allowed', next: 'Ask its holder, or use `release hv01/gpu0`.' }],
    })
  })

  it.each([
    { how: { kind: 'done', by: HOLDER }, by: [EVENTS.done, EVENTS['finish-release']] },
    {
      how: { kind: 'done', by: HOLDER },
      by: [{ ...EVENTS['begin-release'], by: HOLDER }, EVENTS['finish-release']],
    },
    { how: { kind: 'released', by: OTHER }, by: [EVENTS['begin-release'], EVENTS['finish-release']] },
    {
      how: { kind: 'expired' },
      by: [EVENTS.end, { ...EVENTS['begin-release'], by: null }, EVENTS['finish-release']],
    },
    { how: { kind: 'moved', by: OTHER }, by: [EVENTS.move] },
    { how: { kind: 'lost', found: 'no VM has it' }, by: [EVENTS['begin-release'], EVENTS.lose] },
  ])('says how it ended: $how.kind', ({ how, by }) => {
    expect(by.reduce(apply, held)).toMatchObject({ state: 'ended', how })
  })

  it('is released by the bot itself only past its end and its grace, and never where it has to wait', () => {
    const automatic = { ...EVENTS['begin-release'], by: null }
    const waiting = apply(held, { ...EVENTS.end, graceMs: null })

    expect(nextLease(held, automatic).ok).toBe(false)
    expect(nextLease(STATES.grace, { ...automatic, at: END + HOUR - 1 }).ok).toBe(false)
    expect(nextLease(STATES.grace, automatic).ok).toBe(true)
    expect([nextLease(waiting, automatic).ok, nextMoment(waiting)]).toEqual([false, null])
  })

  it('that is given back early is over at once, and is taken once the others have had half an hour', () => {
    const back = apply(held, EVENTS['give-back'])

    expect(back).toMatchObject({
      ...{ state: 'grace', endsAt: END - HOUR, until: END - 30 * MINUTE, setback: null },
      ...{ notice: { people: ['ada'], postponed: false }, givenBack: { endsAt: END } },
    })
    expect(back).not.toHaveProperty('givenBack.reason')
    expect(apply(held, { ...EVENTS['give-back'], reason: 'finished' })).toMatchObject({
      givenBack: { reason: 'finished' },
    })
    expect(nextLease(held, { ...EVENTS['give-back'], by: OTHER })).toMatchObject({
      refusals: [{ code: 'not-allowed' }],
    })
    expect(nextLease(aLease({ endsAt: null }), EVENTS['give-back'])).toMatchObject({
      value: { endsAt: END - HOUR, givenBack: { endsAt: null } },
    })
  })

  it('that is given back once more keeps the end that it had, and what was put off stays so', () => {
    const late = { ...EVENTS['give-back'], at: END + 2 * HOUR, people: ['ada', 'bob'] }
    const putOff = apply(apply(held, EVENTS['give-back']), { ...EVENTS.postpone, at: END - 50 * MINUTE })
    const again = apply(putOff, late)

    expect(again).toMatchObject({
      ...{ endsAt: END - HOUR, givenBack: { endsAt: END } },
      ...{ until: END + 150 * MINUTE, notice: { people: ['ada', 'bob'], postponed: true } },
    })
    expect(apply(STATES.grace, late)).toMatchObject({ endsAt: END, givenBack: { endsAt: END } })
  })

  it('that was given back by mistake lasts as long as before by an extension, or longer', () => {
    const back = apply(held, EVENTS['give-back'])
    const to = (hours: number) => ({ ...EVENTS.extend, at: END - HOUR, to: END + hours * HOUR })
    const unending = apply(aLease({ endsAt: null }), EVENTS['give-back'])

    expect(apply(back, to(-0.5))).toMatchObject({ state: 'held', endsAt: END })
    expect(apply(back, to(4))).toMatchObject({ endsAt: END + 4 * HOUR })
    expect(apply(unending, to(4))).toMatchObject({ endsAt: null })
    expect(apply(STATES.grace, to(4))).toMatchObject({ endsAt: END + 4 * HOUR })
  })

  it('that was given back ends as done, whoever takes it in the end, and keeps that through a failed try', () => {
    const automatic = { ...EVENTS['begin-release'], by: null }
    const back = apply(held, EVENTS['give-back'])

    expect(after(apply(back, automatic), 'finish-release')).toMatchObject({
      how: { kind: 'done', by: HOLDER },
    })
    const failed = after(apply(back, automatic), 'fail-release')
    expect(failed).toMatchObject({ state: 'grace', givenBack: { endsAt: END }, overdue: expect.any(String) })
    expect(failed).not.toHaveProperty('notice')
    expect(after(apply(failed, automatic), 'fail-release')).toMatchObject({ setback: { times: 2 } })
  })

  it('is overdue only once its time is over, and stays so while it is tried', () => {
    const waiting = apply(held, { ...EVENTS.end, graceMs: null })
    const overdue = after(STATES.grace, 'be-overdue')
    const early = { ...EVENTS['be-overdue'], at: END + HOUR - 1 }

    expect([nextLease(waiting, EVENTS['be-overdue']).ok, nextLease(STATES.grace, early).ok]).toEqual([
      false,
      false,
    ])
    expect(nextLease(STATES.grace, { ...early, at: END + HOUR }).ok).toBe(true)
    expect(after(overdue, 'begin-release')).toMatchObject({ back: { overdue: 'train-01 is saved' } })
    expect(after(STATES.grace, 'begin-release')).not.toHaveProperty('back.overdue')
  })

  it('is overdue by a failed try only where its time was over', () => {
    const waiting = apply(held, { ...EVENTS.end, graceMs: null })
    const early = { ...EVENTS['fail-release'], at: END + HOUR - 1 }
    const tried = [held, waiting, STATES.grace].map((from) => after(from, 'begin-release'))

    expect(tried.map((each) => 'overdue' in apply(each, EVENTS['fail-release']))).toEqual([
      false,
      false,
      true,
    ])
    expect('overdue' in apply(tried[2]!, early)).toBe(false)
  })

  it('that waits for a person gives no notice, and a notice never shortens the grace', () => {
    const waiting = apply(held, { ...EVENTS.end, graceMs: null })

    expect(nextLease(waiting, EVENTS['give-notice']).ok).toBe(false)
    expect(apply(STATES.grace, { ...EVENTS['give-notice'], at: END })).toMatchObject({ until: END + HOUR })
    expect(nextLease(STATES.grace, EVENTS.postpone)).toMatchObject({ refusals: [{ code: 'stale' }] })
  })

  it('says in which state it cannot do what was wanted', () => {
    const reasons = [STATES.held, STATES.grace, STATES.releasing].map((from) => {
      const next = nextLease(from, from.state === 'held' ? EVENTS.postpone : EVENTS.remind)
      return next.ok ? null : next.refusals[0]?.reason
    })

    expect(reasons).toEqual([
      'lease L-1 is held; it cannot postpone now',
      'lease L-1 is past its end; it cannot remind now',
      'lease L-1 is releasing; it cannot remind now',
    ])
  })

  it('gets its whole grace even if its end was noticed late', () => {
    const late = apply(held, { ...EVENTS.end, at: END + DAY })

    expect(nextMoment(late)).toEqual({ kind: 'release', at: END + DAY + HOUR })
  })

  it('comes back as it was when its release fails, and says why', () => {
    for (const from of [STATES.held, STATES.grace])
      expect(after(from, 'begin-release', 'fail-release')).toEqual({
        ...from,
        version: from.version + 2,
        ...(from.state === 'grace' ? { overdue: 'the guest did not shut down' } : {}),
        setback: { at: END + HOUR, why: 'the guest did not shut down', times: 1, request: 'R-2' },
      })
  })

  it('tries a failed release again, each time later', () => {
    const twice = after(STATES.grace, 'begin-release', 'fail-release', 'begin-release', 'fail-release')

    expect(nextMoment(twice)).toEqual({ kind: 'release', at: END + HOUR + 30 * MINUTE })
    expect([1, 2, 3, 4, 5, 6, 20].map((times) => releaseRetryMs(times) / MINUTE)).toEqual([
      15, 30, 60, 120, 240, 360, 360,
    ])
  })

  it('counts its caps on where it goes on, and anew where another one begins', () => {
    const next = { ...held, at: END, endsAt: END + DAY }

    expect(continuedLease(held, next)).toMatchObject({ startedAt: END, capsFrom: START, version: 1 })
    expect(newLease(next)).toMatchObject({ startedAt: END, capsFrom: END })
  })
})

describe('reminders', () => {
  it.each([
    { length: 2 * DAY, marks: [DAY, HOUR, 10 * MINUTE] },
    { length: DAY, marks: [HOUR, 10 * MINUTE] },
    { length: 2 * HOUR, marks: [HOUR, 10 * MINUTE] },
    { length: HOUR, marks: [10 * MINUTE] },
    { length: 10 * MINUTE, marks: [] },
    { length: 0, marks: [] },
    { length: -HOUR, marks: [] },
  ])('of a lease of $length ms are those marks that lie ahead', ({ length, marks }) => {
    expect(aLease({ endsAt: START + length }).marks).toEqual(marks)
  })

  it('come one after the other, then the end', () => {
    const moments: unknown[] = []
    let lease = apply(held, { ...EVENTS.extend, at: START, to: END + HOUR })
    for (
      let next = nextMoment(lease);
      next?.kind === 'remind' && moments.length < 9;
      next = nextMoment(lease)
    ) {
      moments.push(next.at)
      lease = apply(lease, next)
    }

    expect(moments).toEqual([END + HOUR - DAY, END, END + 50 * MINUTE])
    expect(nextMoment(lease)).toEqual({ kind: 'end', at: END + HOUR })
  })

  it('come anew after an extension, as far as they lie ahead of it', () => {
    const lease = apply(after(held, 'remind'), { ...EVENTS.extend, at: END - 5 * MINUTE, to: END + HOUR })

    expect(lease).toMatchObject({ marks: [HOUR, 10 * MINUTE] })
  })

  it('are not repeated, not early and not late', () => {
    const once = after(held, 'remind')

    expect(nextLease(once, EVENTS.remind).ok).toBe(false)
    expect(nextLease(held, { ...EVENTS.remind, at: END - DAY - 1 }).ok).toBe(false)
    expect(nextLease(held, { ...EVENTS.remind, at: END }).ok).toBe(false)
  })

  it.each([
    { now: END - DAY - 1, due: null },
    { now: END - DAY, due: { kind: 'remind', at: END - DAY, mark: DAY } },
    { now: END - 30 * MINUTE, due: { kind: 'remind', at: END - HOUR, mark: HOUR } },
    { now: END - MINUTE, due: { kind: 'remind', at: END - 10 * MINUTE, mark: 10 * MINUTE } },
    { now: END, due: { kind: 'end', at: END } },
  ])('that several outages made late come as one: $due', ({ now, due }) => {
    expect(dueNow(held, now)).toEqual(due)
  })

  it('that were stood for by a shorter one are not made up for', () => {
    expect(apply(held, { kind: 'remind', at: END - 5 * MINUTE, mark: 10 * MINUTE })).toMatchObject({
      marks: [],
    })
    expect(dueNow(after(held, 'remind'), END - DAY + 1)).toBeNull()
  })

  it('give way to the release once the grace is over', () => {
    expect(dueNow(STATES.grace, END + HOUR - 1)).toBeNull()
    expect(dueNow(STATES.grace, END + HOUR)).toEqual({ kind: 'release', at: END + HOUR })
    expect([nextMoment(STATES.releasing), nextMoment(STATES.ended)]).toEqual([null, null])
  })
})
