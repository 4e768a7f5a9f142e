import { describe, expect, it } from '@jest/globals'
import { automaticRelease, graceOf, type EndPolicy } from '../../../src/core/lease/automatic'
import { latestEnd, refuseEnd } from '../../../src/core/lease/caps'
import { nextLease } from '../../../src/core/lease/transition'
import { mayHold, type Quota, type QuotaWish } from '../../../src/core/lease/quota'
import { span } from '../../../src/core/time/span'
import { gpuHours } from '../../../src/core/lease/usage'
import { vmState } from '../../../src/core/inventory/inventory'
import { after, aGpu, aLease, DAY, END, EVENTS, held, HOLDER, HOUR, MINUTE, OTHER, START } from './leases'

const CAPS = { totalMs: 3 * DAY, extensionMs: 8 * HOUR }

describe('a cap', () => {
  it.each([
    { says: 'within both', at: END - HOUR, to: END + 8 * HOUR, why: null },
    { says: 'no later end', at: END - HOUR, to: END, why: /it lasts 1h longer already/ },
    { says: 'an end in the past', at: END + HOUR, to: END + HOUR, why: /that time has passed/ },
    { says: 'too far at once', at: END - HOUR, to: END + 8 * HOUR + 1, why: /extended by 8h at most now/ },
    { says: 'from now, once overrun', at: END + HOUR, to: END + 9 * HOUR, why: null },
    { says: 'too long in all', at: END + 20 * HOUR, to: END + 25 * HOUR, why: /extended by 4h at most now/ },
    { says: 'used up', at: END + DAY, to: END + 25 * HOUR, why: /has reached the 3d/ },
  ])('on extensions: $says', ({ at, to, why }) => {
    const next = nextLease(held, { ...EVENTS.extend, at, to, caps: CAPS })

    if (why === null) expect(next).toMatchObject({ ok: true, value: { state: 'held', endsAt: to } })
    else expect(next).toMatchObject({ ok: false, refusals: [{ reason: expect.stringMatching(why) }] })
  })

  it('is a year from now where the policy has none: nothing is lent for ever by pressing', () => {
    const none = { totalMs: null, extensionMs: null }
    const far = { ...EVENTS.extend, at: START, to: START + 366 * DAY, caps: none }

    expect(nextLease(held, far)).toMatchObject({
      ok: false,
      refusals: [
        {
          code: 'not-possible',
          reason: expect.stringContaining('no lease ends more than 365 days from now'),
        },
      ],
    })
    expect(nextLease(held, { ...far, to: START + 365 * DAY })).toMatchObject({ ok: true })
  })

  it('names an extension that would be allowed, and it is', () => {
    const latest = latestEnd({ ...held, endsAt: END }, { at: END, caps: CAPS })

    expect(latest).toBe(END + 8 * HOUR)
    expect(nextLease(held, { ...EVENTS.extend, to: latest + MINUTE, caps: CAPS })).toMatchObject({
      refusals: [{ next: 'Use: extend L-1 by 8h' }],
    })
  })

  it('goes no further than was approved, and names how far that is', () => {
    const approvedUntil = END + HOUR

    expect(latestEnd({ ...held, endsAt: END, approvedUntil }, { at: END, caps: CAPS })).toBe(approvedUntil)
    expect(
      nextLease({ ...held, approvedUntil }, { ...EVENTS.extend, to: END + 2 * HOUR, caps: CAPS }),
    ).toMatchObject({
      refusals: [{ code: 'not-allowed', next: 'Use: extend L-1 by 1h' }],
    })
    expect(
      nextLease({ ...held, approvedUntil: END }, { ...EVENTS.extend, to: END + HOUR, caps: CAPS }),
    ).toMatchObject({ refusals: [{ reason: 'lease L-1 lasts as long as was approved' }] })
  })

  it('keeps what was approved, and goes further once more was approved', () => {
    const approvedUntil = END + HOUR
    const more = { ...EVENTS.extend, to: END + 2 * HOUR, caps: CAPS, approvedUntil: END + 2 * HOUR }
    const within = nextLease({ ...held, approvedUntil }, { ...EVENTS.extend, to: END + HOUR, caps: CAPS })

    expect(within).toMatchObject({ ok: true, value: { endsAt: END + HOUR, approvedUntil } })
    expect(nextLease({ ...held, approvedUntil }, more)).toMatchObject({
      value: { endsAt: END + 2 * HOUR, approvedUntil: END + 2 * HOUR },
    })
  })

  it.each([
    { endsAt: START + 3 * DAY, caps: CAPS, why: null },
    { endsAt: START + 3 * DAY + 1, caps: CAPS, why: '3d were asked for' },
    { endsAt: null, caps: CAPS, why: 'it was asked for without an end' },
    { endsAt: null, caps: { ...CAPS, totalMs: null }, why: null },
  ])('on a new lease until $endsAt: $why', ({ endsAt, caps, why }) => {
    const no = refuseEnd(endsAt, START, caps)

    expect(no?.reason ?? null).toEqual(why === null ? null : expect.stringContaining(why))
  })

  it.each([
    [0, '0m'],
    [59_999, '0m'],
    [HOUR + 30 * MINUTE, '1h30m'],
    [2 * DAY, '2d'],
    [DAY + HOUR + MINUTE, '1d1h1m'],
    [-1, '0m'],
  ])('%d ms is typed %s', (ms, text) => {
    expect(span(ms)).toBe(text)
  })
})

describe('GPU-hours', () => {
  const window = { from: START, now: START + 10 * HOUR }

  it.each([
    { says: 'booked until its end', lease: held, hours: 48 },
    { says: 'without an end, only what was used', lease: aLease({ endsAt: null }), hours: 10 },
    { says: 'past its end, until it is back', lease: aLease({ endsAt: START + HOUR }), hours: 10 },
    { says: 'a quarter of a GPU', lease: aLease({ part: 1 / 4 }), hours: 12 },
    { says: 'before the window', lease: aLease({ at: START - DAY }), hours: 48 },
    { says: 'ended', lease: after(held, 'done', 'finish-release'), hours: 49 },
  ])('of a lease $says', ({ lease, hours }) => {
    expect(gpuHours(lease, window)).toBeCloseTo(hours)
  })
})

describe('a quota', () => {
  const NONE = { gpus: null, gpuHours: null }
  const quota = (over: Partial<Quota>): Quota => ({ person: NONE, team: NONE, windowMs: 7 * DAY, ...over })
  const wish = (over: Partial<QuotaWish> = {}): QuotaWish => ({
    ...{ holder: HOLDER, team: 'vision', part: 1, at: START, endsAt: START + 8 * HOUR },
    ...over,
  })
  const own = aLease({ endsAt: START + 10 * HOUR })
  const teammates = aLease({ id: 'L-2', gpu: aGpu(1), holder: OTHER, endsAt: START + 10 * HOUR })

  it.each([
    { says: 'nothing without limits', quota: quota({}), wish: wish(), why: [] },
    {
      says: 'nothing below them',
      quota: quota({ person: { gpus: 2, gpuHours: 18 } }),
      wish: wish(),
      why: [],
    },
    {
      says: 'the GPUs of a person',
      quota: quota({ person: { gpus: 1, gpuHours: null } }),
      wish: wish(),
      why: ['you already hold 1 of 1 GPUs, and this asks for 1 more'],
    },
    {
      says: 'a quarter too many',
      quota: quota({ person: { gpus: 1, gpuHours: null } }),
      wish: wish({ part: 0.25 }),
      why: ['you already hold 1 of 1 GPUs, and this asks for 0.25 more'],
    },
    {
      says: 'the GPUs of a team',
      quota: quota({ team: { gpus: 2, gpuHours: null } }),
      wish: wish({ holder: 'slack:T1/U9' }),
      why: ['team vision already holds 2 of 2 GPUs, and this asks for 1 more'],
    },
    {
      says: 'hours used and booked',
      quota: quota({ person: { gpus: null, gpuHours: 17 } }),
      wish: wish(),
      why: ['you have 7 of 17 GPU-hours left in 7 days, and this asks for 8'],
    },
    {
      says: 'a lease without an end where hours count',
      quota: quota({ person: { gpus: null, gpuHours: 100 } }),
      wish: wish({ endsAt: null }),
      why: ['you have 90 of 100 GPU-hours left in 7 days, and this asks for a lease without an end'],
    },
    {
      says: 'every limit at once',
      quota: quota({ person: { gpus: 1, gpuHours: 10 }, team: { gpus: 2, gpuHours: 20 } }),
      wish: wish(),
      why: [
        'you already hold 1 of 1 GPUs, and this asks for 1 more',
        'you have 0 of 10 GPU-hours left in 7 days, and this asks for 8',
        'team vision already holds 2 of 2 GPUs, and this asks for 1 more',
        'team vision has 0 of 20 GPU-hours left in 7 days, and this asks for 8',
      ],
    },
  ])('refuses $says', ({ quota, wish, why }) => {
    const answer = mayHold(wish, [own, teammates], quota)

    expect(answer.ok ? [] : answer.refusals.map(({ reason }) => reason)).toEqual(why)
  })

  it('says what would be right', () => {
    const answer = mayHold(wish(), [own], quota({ person: { gpus: 1, gpuHours: 12 } }))

    expect(answer).toMatchObject({
      refusals: [
        { next: 'Give one back first, such as hv01/gpu0 of train-01.' },
        { next: 'Ask for it `for 2h`, or for less.' },
      ],
    })
  })

  it('counts what is asked for beside what is lent, of the same person and the same team', () => {
    const asked = [
      { id: 'R-7', holder: HOLDER, team: wish().team, part: 0.5, ms: 2 * HOUR },
      { id: 'R-9', holder: OTHER, team: wish().team, part: 1, ms: HOUR },
      { id: 'Q-3', holder: OTHER, team: 'elsewhere', part: 1, ms: null },
    ]
    const limits = { person: { gpus: 2, gpuHours: 12 }, team: { gpus: 3, gpuHours: null } }
    const answer = mayHold(wish(), [own], quota(limits), asked)

    expect(answer.ok ? [] : answer.refusals.map(({ reason }) => reason)).toEqual([
      'you already hold or have asked for 1.5 of 2 GPUs, with R-7 still open, and this asks for 1 more',
      expect.stringMatching(/^you have 1 of 12 GPU-hours left .*, with R-7 still open, and this asks for /),
      expect.stringMatching(/^team .* 2\.5 of 3 GPUs, with R-7, R-9 still open/),
    ])
  })

  it('names what is open where nothing is lent, and another limit where nothing is open', () => {
    const asked = [{ id: 'R-7', holder: HOLDER, team: wish().team, part: 1, ms: null }]
    const none = quota({ person: { gpus: 0, gpuHours: null } })

    expect(mayHold(wish(), [], none, asked)).toMatchObject({
      refusals: [{ next: 'Wait for what is open, or give it up first, such as R-7.' }],
    })
    expect(mayHold(wish(), [], none)).toMatchObject({
      refusals: [{ next: 'Ask for less, or ask an administrator for another limit.' }],
    })
  })

  it('counts three thirds as one GPU', () => {
    const thirds = [1, 2].map((slot) => aLease({ id: `L-${slot}`, part: 1 / 3 }))

    expect(mayHold(wish({ part: 1 / 3 }), thirds, quota({ person: { gpus: 1, gpuHours: null } })).ok).toBe(
      true,
    )
  })

  it('does not count what was given back', () => {
    const back = after(own, 'done', 'finish-release')

    expect(mayHold(wish(), [back], quota({ person: { gpus: 1, gpuHours: null } })).ok).toBe(true)
  })
})

describe('an automatic release', () => {
  const policies: readonly EndPolicy[] = [
    { kind: 'ask-first' },
    { kind: 'shutdown', graceMs: HOUR },
    { kind: 'power-off', graceMs: HOUR },
  ]
  const states = vmState.options
  const consent = { noStart: false, shutdown: false, powerOff: false }

  it.each(policies)('under $kind', (policy) => {
    const may = states.map((state) => [state, automaticRelease(policy, { name: 'train-01', state })] as const)
    const released = may.flatMap(([state, what]) => (what.kind === 'release' ? [[state, what.consents]] : []))

    expect(released).toEqual(
      {
        'ask-first': [],
        shutdown: [
          ['Running', { ...consent, shutdown: true }],
          ['Off', consent],
        ],
        'power-off': [
          ['Running', { ...consent, powerOff: true }],
          ['Off', consent],
        ],
      }[policy.kind],
    )
  })

  it('waits, and says for what', () => {
    expect(automaticRelease(policies[1]!, { name: 'train-01', state: 'Stopping' })).toEqual({
      kind: 'wait',
      why: 'train-01 is stopping',
    })
    expect(policies.map(graceOf)).toEqual([null, HOUR, HOUR])
  })
})
