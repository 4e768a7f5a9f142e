import { describe, expect, it } from '@jest/globals'
import {
  authorityOf,
  isOpenState,
  request as requestSchema,
  settledBy,
  type Request,
  type RequestEvent,
  type RequestState,
} from '../../../src/core/request/request'
import { nextRequest } from '../../../src/core/request/transition'
import { after, APPROVER, EVENTS, pending, STATES } from '../../fakes/requests'

const saidBy = (by: string) => ({ by, at: 5 })

/** Every legal pair, and where it leads. Whatever is not here is refused. */
const LEGAL: { readonly [S in RequestState]: { readonly [K in RequestEvent['kind']]?: RequestState } } = {
  pending: {
    approve: 'approved',
    'break-glass': 'approved',
    deny: 'denied',
    cancel: 'cancelled',
    remind: 'pending',
    hurry: 'pending',
    answer: 'pending',
    expire: 'expired',
    void: 'void',
    rejudge: 'void',
  },
  approved: {
    answer: 'approved',
    cancel: 'cancelled',
    claim: 'running',
    void: 'void',
    rejudge: 'void',
    lapse: 'void',
  },
  running: {
    claim: 'running',
    succeed: 'succeeded',
    'roll-back': 'rolled-back',
    'need-attention': 'needs-attention',
  },
  succeeded: { verify: 'succeeded' },
  'rolled-back': {},
  'needs-attention': { 'read-again': 'needs-attention', retry: 'running', resolve: 'resolved' },
  resolved: {},
  denied: {},
  cancelled: {},
  expired: {},
  void: {},
}

const PAIRS = Object.values(STATES).flatMap((from) =>
  Object.values(EVENTS).map((event) => ({ from, event, to: LEGAL[from.state][event.kind] ?? 'refused' })),
)

describe('a request', () => {
  it.each(PAIRS)('that is $from.state and meets "$event.kind" ends up $to', ({ from, event, to }) => {
    const next = nextRequest(from, event)

    if (to === 'refused')
      expect(next).toMatchObject({ ok: false, refusals: [{ code: 'finished', next: 'See `show R-1`.' }] })
    else {
      expect(next).toMatchObject({ ok: true, value: { state: to, version: from.version + 1 } })
      expect(next.ok && requestSchema.parse(next.value)).toEqual(next.ok && next.value)
    }
  })

  it('is reminded of once at each level, and of the lower no more after the higher', () => {
    const reminded = after(pending, 'remind')
    const escalated = nextRequest(reminded, { ...EVENTS.remind, level: 'escalated' })

    expect(reminded.reminded).toBe('approvers')
    expect(nextRequest(reminded, EVENTS.remind).ok).toBe(false)
    expect(escalated).toMatchObject({ ok: true, value: { state: 'pending', reminded: 'escalated' } })
    expect(escalated.ok && nextRequest(escalated.value, EVENTS.remind).ok).toBe(false)
  })

  it('cannot be approved from the moment on at which it expires, and cannot expire before', () => {
    const late = nextRequest(pending, { ...EVENTS.approve, at: pending.expiresAt })
    const early = nextRequest(pending, { ...EVENTS.expire, at: pending.expiresAt - 1 })

    expect([late.ok, early.ok]).toEqual([false, false])
  })

  it('keeps its start and takes the new fence when it is claimed again', () => {
    const again = nextRequest(STATES.running, { kind: 'claim', at: 20, fence: 8 })

    expect(again).toMatchObject({ ok: true, value: { startedAt: 6, fence: 8 } })
  })

  it('that is void before anybody decided it carries no authority', () => {
    expect(authorityOf(after(pending, 'void'))).toBeNull()
    expect(authorityOf(after(pending, 'approve', 'void'))).toMatchObject({ kind: 'quorum' })
  })

  it('that was approved and then cancelled carries no authority', () => {
    expect(after(STATES.approved, 'cancel')).not.toHaveProperty('authority')
  })

  it.each([
    ['pending', null],
    ['approved', { what: 'approved', said: expect.objectContaining(saidBy(APPROVER)) }],
    ['succeeded', { what: 'approved', said: expect.objectContaining(saidBy(APPROVER)) }],
    ['denied', { what: 'denied', said: { ...saidBy(APPROVER), reason: 'not now' } }],
    ['cancelled', { what: 'cancelled', said: saidBy(pending.asked.by) }],
    ['expired', null],
    ['resolved', { what: 'resolved', said: { by: 'slack:T1/U3', at: 12 } }],
  ] as const)('that is %s says who settled it', (state, settled) => {
    expect(settledBy(STATES[state])).toEqual(settled)
  })

  it('holds its GPU and VMs until it has ended', () => {
    const open = Object.values(STATES).filter(({ state }) => isOpenState(state))

    expect(open.map(({ state }) => state)).toEqual(['pending', 'approved', 'running', 'needs-attention'])
  })
})

describe('whatever the policy says, an approval', () => {
  const other = 'slack:T1/U5'
  const holder = { account: 'slack:T1/U6', person: 'holder' }
  const approve = (changes: Partial<(typeof EVENTS)['approve']>, from: Request = pending) =>
    nextRequest(from, { ...EVENTS.approve, ...changes })
  const two = { ...pending, needs: [{ rule: 'two', by: ['approve'], count: 2 }] }

  it.each([
    ['of whoever asked', { person: pending.asked.person }, pending],
    ['by the account that asked', { by: pending.asked.by }, pending],
    ['of whoever will hold it', { person: holder.person }, { ...pending, holder }],
    ['by the account that will hold it', { by: holder.account }, { ...pending, holder }],
    ['of nobody with a role that is needed', { roles: ['ask'] }, pending],
    ['of somebody once more', { by: other }, after(two, 'approve')],
    ['by an account once more', { person: 'other' }, after(two, 'approve')],
  ])('%s does not count', (_, changes, from) => {
    expect(approve(changes, from)).toMatchObject({ ok: false, refusals: [{ code: 'finished' }] })
  })

  it('of one of several counts for each need that names one of their roles', () => {
    const needs = [
      { rule: 'one', by: ['lead'], count: 1 },
      { rule: 'two', by: ['approve'], count: 1 },
    ]

    expect(approve({ roles: ['approve', 'ask'] }, { ...pending, needs })).toMatchObject({
      ok: true,
      value: { state: 'pending', approvals: [{ person: APPROVER }] },
    })
  })

  it('shortens what is lent only where it says so', () => {
    const short = approve({ lease: { kind: 'for', ms: 60_000 } })

    expect(short).toMatchObject({ ok: true, value: { lease: { ms: 60_000 }, shortened: true } })
    expect(after(pending, 'approve')).not.toHaveProperty('shortened')
    expect(after(pending, 'approve')).not.toHaveProperty('lease')
  })
})

describe('an authority without an approval', () => {
  const waived = { ...pending, needs: [] }

  it('is the word of a rule where no quorum is needed', () => {
    expect(nextRequest(waived, EVENTS.automatic)).toMatchObject({ ok: true, value: { state: 'approved' } })
    expect(nextRequest(pending, EVENTS.automatic).ok).toBe(false)
  })

  it('is the end of the very lease that it ends', () => {
    const ends = { lease: 'R-0', why: 'expired' as const }

    expect(nextRequest({ ...waived, ends }, EVENTS['lease-end'])).toMatchObject({
      ok: true,
      value: { authority: { kind: 'lease-end', lease: 'R-0' } },
    })
    expect(nextRequest({ ...waived, ends: { ...ends, lease: 'R-9' } }, EVENTS['lease-end']).ok).toBe(false)
    expect(nextRequest(waived, EVENTS['lease-end']).ok).toBe(false)
    expect(nextRequest({ ...pending, ends }, EVENTS['lease-end']).ok).toBe(false)
  })

  it('is broken glass only before anybody has approved', () => {
    const two = { ...pending, needs: [{ rule: 'two', by: ['approve'], count: 2 }] }

    expect(nextRequest(after(two, 'approve'), EVENTS['break-glass']).ok).toBe(false)
  })
})

describe('the answer of somebody whose VM is stopped', () => {
  const answer = (changes: Partial<(typeof EVENTS)['answer']>, from: Request = pending) =>
    nextRequest(from, { ...EVENTS.answer, ...changes })

  it('is not that of whoever asked, on whichever account', () => {
    expect(answer({ person: pending.asked.person }).ok).toBe(false)
    expect(answer({ by: pending.asked.by }).ok).toBe(false)
  })

  it('takes the place of their earlier one, and of nobody else’s', () => {
    const heard = after(pending, 'answer')
    const both = answer({ by: 'slack:T1/U5', person: 'other' }, heard)
    const changed = both.ok ? answer({ answer: 'no' }, both.value) : both

    expect(changed).toMatchObject({
      ok: true,
      value: {
        answers: [
          { person: 'other', answer: 'yes' },
          { person: APPROVER, answer: 'no' },
        ],
      },
    })
  })
})

it('is hurried once, and only to an earlier end', () => {
  expect(nextRequest(after(pending, 'hurry'), { ...EVENTS.hurry, expiresAt: 5.5 }).ok).toBe(false)
  expect(nextRequest(pending, { ...EVENTS.hurry, expiresAt: pending.expiresAt }).ok).toBe(false)
})
