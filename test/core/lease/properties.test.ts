import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { LeaseEvent } from '../../../src/core/lease/event'
import {
  continuedLease,
  isOpenLease,
  lease as leaseSchema,
  newLease,
  type Lease,
} from '../../../src/core/lease/lease'
import { nextLease } from '../../../src/core/lease/transition'
import { MARKS } from '../../../src/core/lease/marks'
import { dueNow, nextMoment } from '../../../src/core/lease/moments'
import { aGpu, aLease, apply, DAY, HOLDER, HOUR, MINUTE, OTHER, START } from './leases'

const minutes = (max: number) => fc.integer({ min: 0, max }).map((count) => count * MINUTE)
const caps = fc.record({
  totalMs: fc.option(minutes(7 * 1440)),
  extensionMs: fc.option(minutes(1440)),
})
const person = fc.constantFrom(HOLDER, OTHER)

/** What ends a lease for good is rarer, so that the others meet it in every state. */
const KINDS: readonly LeaseEvent['kind'][] = [
  ...(
    ['extend', 'remind', 'end', 'begin-release', 'fail-release', 'give-back', 'be-overdue'] as const
  ).flatMap((kind) => Array.from({ length: 5 }, () => kind)),
  ...(['done', 'finish-release', 'move', 'lose'] as const),
]

/** Anything that may be tried, whether it makes sense or not; `after` is what passes before it. */
const attempt = fc.record({
  after: minutes(300),
  kind: fc.constantFrom(...KINDS),
  by: person,
  automatic: fc.boolean(),
  graceMs: fc.option(minutes(900)),
  mark: fc.constantFrom(...MARKS),
  to: minutes(2880),
  caps,
})
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never

const eventOf = (lease: Lease, { kind, by, automatic, graceMs, mark, to, caps }: Attempt, at: number) => {
  const events: { readonly [K in LeaseEvent['kind']]: Extract<LeaseEvent, { kind: K }> } = {
    extend: { kind: 'extend', by, at, to: (lease.endsAt ?? at) + to, caps },
    remind: { kind: 'remind', at, mark },
    end: { kind: 'end', at, graceMs },
    done: { kind: 'done', by, at, request: 'R-2' },
    'begin-release': { kind: 'begin-release', by: automatic ? null : by, at, request: 'R-2' },
    'fail-release': { kind: 'fail-release', at, why: 'the guest did not answer' },
    'finish-release': { kind: 'finish-release', at },
    'give-back': { kind: 'give-back', by, at, people: ['ada'] },
    'give-notice': { kind: 'give-notice', at, people: [by] },
    postpone: { kind: 'postpone', at, person: by },
    'be-overdue': { kind: 'be-overdue', at, why: 'the host does not answer' },
    move: { kind: 'move', by, at },
    lose: { kind: 'lose', at, found: 'no VM has it' },
  }
  return events[kind]
}

describe('whatever is tried with a lease, in whatever order', () => {
  it('it keeps its form, its caps and its grace, reminds once, and stays ended', () => {
    fc.assert(
      fc.property(
        fc.option(minutes(1440)),
        fc.array(attempt, { maxLength: 60, size: 'max' }),
        (length, attempts) => {
          let lease: Lease = aLease({ endsAt: length === null ? null : START + length })
          let now = START
          const reminded = new Set<string>()
          for (const each of attempts) {
            now += each.after
            const event = eventOf(lease, each, now)
            const next = nextLease(lease, event)
            if (!next.ok) {
              expect(next.refusals.every(({ reason, next }) => reason !== '' && next !== undefined)).toBe(
                true,
              )
              continue
            }
            expect(lease.state).not.toBe('ended')
            expect(leaseSchema.parse(next.value)).toEqual(next.value)
            expect(next.value.version).toBe(lease.version + 1)
            if (event.kind === 'extend') {
              expect(event.to).toBeGreaterThan(Math.max(now, lease.endsAt ?? Infinity))
              expect(event.to - START).toBeLessThanOrEqual(each.caps.totalMs ?? Infinity)
              expect(event.to - Math.max(now, lease.endsAt ?? now)).toBeLessThanOrEqual(
                each.caps.extensionMs ?? Infinity,
              )
            } else if (event.kind === 'give-back') {
              expect(next.value.endsAt).toBeLessThanOrEqual(Math.min(lease.endsAt ?? now, now))
            } else expect(next.value.endsAt).toBe(lease.endsAt)
            if (event.kind === 'begin-release' && event.by === null)
              expect(lease.state === 'grace' && lease.until !== null && lease.until <= now).toBe(true)
            if (event.kind === 'remind') {
              const key = `${event.mark} before ${lease.endsAt ?? ''}`
              expect(reminded.has(key)).toBe(false)
              reminded.add(key)
            }
            lease = next.value
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

const GPUS = 3
const deed = fc.record({
  after: minutes(600),
  gpu: fc.nat({ max: GPUS - 1 }),
  kind: fc.constantFrom('assign', 'move', 'extend', 'done', 'release', 'lose'),
  by: person,
  length: minutes(1500),
  /** How often releases fail from now on before one succeeds. */
  failures: fc.nat({ max: 3 }),
})

/** A bot that does what is due, at the moment at which it is due, in a world in which releases may fail. */
const world = (caps: { totalMs: number; extensionMs: number }) => {
  let now = START
  let failures = 0
  let leases: Lease[] = []
  const put = (lease: Lease) => (leases = leases.map((each) => (each.id === lease.id ? lease : each)))
  const release = (lease: Lease, event: LeaseEvent) => {
    const begun = nextLease(lease, event)
    if (!begun.ok) return
    const failed = failures-- > 0
    put(
      apply(
        begun.value,
        failed ? { kind: 'fail-release', at: now, why: 'it failed' } : { kind: 'finish-release', at: now },
      ),
    )
  }
  const doNext = (until: number): boolean => {
    const [first] = leases
      .flatMap((lease) => {
        const moment = nextMoment(lease)
        return moment && moment.at <= until ? [{ lease, moment }] : []
      })
      .sort((a, b) => a.moment.at - b.moment.at)
    if (!first) return false
    now = Math.max(now, first.moment.at)
    const due = dueNow(first.lease, now)!
    if (due.kind === 'remind') put(apply(first.lease, { ...due, at: now }))
    else if (due.kind === 'end') put(apply(first.lease, { kind: 'end', at: now, graceMs: HOUR }))
    else release(first.lease, { kind: 'begin-release', by: null, at: now, request: 'R-2' })
    return true
  }
  const until = (at: number) => {
    for (let left = 1000; doNext(at); left--) if (left === 0) throw new Error('there is always something due')
    now = Math.max(now, Math.min(at, Number.MAX_SAFE_INTEGER))
  }
  const act = (each: typeof deed extends fc.Arbitrary<infer T> ? T : never) => {
    until(now + each.after)
    failures = each.failures
    const gpu = aGpu(each.gpu)
    const wanted = { gpu, holder: each.by, at: now, endsAt: now + each.length, id: `L-${leases.length + 1}` }
    const holder = leases.find((lease) => isOpenLease(lease) && lease.gpu.alias === gpu.alias)
    if (!holder) {
      if (each.kind === 'assign') leases.push(aLease(wanted))
      return
    }
    if (each.kind === 'move') {
      put(apply(holder, { kind: 'move', by: each.by, at: now }))
      const after = { ...aLease(wanted), at: now, endsAt: now + Math.min(each.length, HOUR) }
      leases.push(each.by === holder.holder ? continuedLease(holder, after) : newLease(after))
    } else if (each.kind === 'extend') {
      const next = nextLease(holder, { kind: 'extend', by: each.by, at: now, to: now + each.length, caps })
      if (next.ok) put(next.value)
    } else if (each.kind === 'lose') put(apply(holder, { kind: 'lose', at: now, found: 'no VM has it' }))
    else if (each.kind === 'done') release(holder, { kind: 'done', by: each.by, at: now, request: 'R-2' })
    else if (each.kind === 'release')
      release(holder, { kind: 'begin-release', by: each.by, at: now, request: 'R-2' })
  }
  return { act, settle: () => until(Number.MAX_SAFE_INTEGER), leases: () => leases }
}

describe('a fleet under leases', () => {
  it('has no GPU held by two, and each lease with an end is over in the end', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 50, size: 'max' }), (deeds) => {
        const fleet = world({ totalMs: 2 * DAY, extensionMs: 8 * HOUR })
        for (const each of deeds) {
          fleet.act(each)
          const taken = fleet.leases().filter(isOpenLease)
          expect(new Set(taken.map(({ gpu }) => gpu.alias)).size).toBe(taken.length)
        }
        fleet.settle()
        expect(fleet.leases().filter(isOpenLease)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
