/**
 * The life of a lease: the legal pairs of state and event; the rest is refused. Time is in the events alone. What is on
 * the host wins: `move` and `lose` say what was read there, so they are legal until the lease has ended.
 */
import { accepted, refused, refusal, type Outcome, type Refusal } from '../errors'
import { machine, type Life } from '../machine'
import { refuseExtension } from './caps'
import type { LeaseEvent } from './event'
import { commonOf, notYours, type Lease, type LeaseIn } from './lease'
import { marksAhead } from './marks'

type EventOf<K extends LeaseEvent['kind']> = Extract<LeaseEvent, { kind: K }>

/** How long they have from being told, and by how much they may put it off, once. */
export const NOTICE_MS = 30 * 60_000
const POSTPONED_MS = 3_600_000

type Bounded = (LeaseIn<'held'> & { endsAt: number }) | LeaseIn<'grace'>

/** Reminders start anew with the new end: of its marks, those that still lie ahead. */
const extend = (lease: Bounded, event: EventOf<'extend'>): Outcome<Lease> => {
  const { approvedUntil = lease.approvedUntil } = event
  const no = refuseExtension({ ...lease, approvedUntil }, event)
  if (no) return refused(no)
  const same = commonOf({ ...lease, approvedUntil })
  const endsAt = laterEnd(lease, event.to)
  return accepted({ ...same, state: 'held', endsAt, marks: marksAhead(endsAt, event.at), setback: null })
}

/** What was given back by mistake is kept for as long as it was lent, if that is longer. */
const laterEnd = (lease: Bounded, to: number): number | null => {
  const before = lease.state === 'grace' ? lease.givenBack?.endsAt : undefined
  if (before === undefined) return to
  return before === null ? null : Math.max(before, to)
}

/** A mark stands for the longer ones too: after an outage, nobody is told of a day when ten minutes are left. */
const remind = (lease: LeaseIn<'held'>, { at, mark }: EventOf<'remind'>): Outcome<Lease> | null => {
  const { endsAt, marks } = lease
  if (endsAt === null || !marks.includes(mark) || at < endsAt - mark || at >= endsAt) return null
  return accepted({ ...lease, marks: marks.filter((each) => each < mark) })
}

/** The grace is counted from now, not from the end: after an outage the holder still gets all of it. */
const end = (
  { marks, ...lease }: LeaseIn<'held'> & { endsAt: number },
  { at, graceMs }: EventOf<'end'>,
): Outcome<Lease> | null =>
  at < lease.endsAt
    ? null
    : accepted({ ...lease, state: 'grace', until: graceMs === null ? null : at + graceMs })

const giveNotice = (
  lease: LeaseIn<'grace'>,
  { at, people }: EventOf<'give-notice'>,
): Outcome<Lease> | null =>
  lease.until === null
    ? null
    : accepted({
        ...lease,
        until: Math.max(lease.until, at + NOTICE_MS),
        notice: { people, postponed: lease.notice?.postponed ?? false },
      })

/** Once in all: the GPU is wanted by somebody else, too. */
const postpone = (lease: LeaseIn<'grace'>, { person }: EventOf<'postpone'>): Outcome<Lease> | null => {
  const { until, notice: given, id } = lease
  if (until === null || !given) return null
  if (!given.people.includes(person))
    return refused(
      refusal(
        'not-allowed',
        `you hold nothing that the end of ${id} stops`,
        `See \`show ${lease.vm.name}\`.`,
      ),
    )
  if (given.postponed)
    return refused(
      refusal(
        'not-possible',
        `the end of ${id} was put off already, and it can be only once`,
        `\`show ${lease.gpu.alias}\` says until when.`,
      ),
    )
  return accepted({ ...lease, until: until + POSTPONED_MS, notice: { ...given, postponed: true } })
}

type Holding = LeaseIn<'held'> | LeaseIn<'grace'>
type Cause = LeaseIn<'releasing'>['cause']

const causeOf = (lease: Lease, by: string): Cause => ({ kind: by === lease.holder ? 'done' : 'released', by })

const releasing = (lease: Holding, request: string, cause: Cause): Lease => {
  if (lease.state === 'held') {
    const { state, endsAt, marks, ...rest } = lease
    return { ...rest, state: 'releasing', endsAt, cause, request, back: { state, endsAt, marks } }
  }
  const { state, endsAt, until, notice: _, givenBack, overdue, ...rest } = lease
  const back = {
    state,
    endsAt,
    until,
    ...(givenBack ? { givenBack } : {}),
    ...(overdue === undefined ? {} : { overdue }),
  }
  return { ...rest, state: 'releasing', endsAt, cause, request, back }
}

const begin = (lease: LeaseIn<'grace'>, event: EventOf<'begin-release'>): Outcome<Lease> | null => {
  if (event.by !== null) return accepted(releasing(lease, event.request, causeOf(lease, event.by)))
  if (lease.until === null || event.at < lease.until) return null
  const cause: Cause = lease.givenBack ? causeOf(lease, lease.holder) : { kind: 'expired' }
  return accepted(releasing(lease, event.request, cause))
}

const done = (lease: Holding, { by, request }: EventOf<'done'>): Outcome<Lease> =>
  by === lease.holder ? accepted(releasing(lease, request, { kind: 'done', by })) : refused(notYours(lease))

/** Its own time ends at once; the GPU stays where it is until the others have had theirs. */
const giveBack = (
  lease: Holding,
  { by, at, people, reason }: EventOf<'give-back'>,
): Outcome<LeaseIn<'grace'>> => {
  if (by !== lease.holder) return refused(notYours(lease))
  const postponed = lease.state === 'grace' && lease.notice?.postponed === true
  return accepted({
    ...commonOf(lease),
    setback: null,
    state: 'grace',
    endsAt: Math.min(lease.endsAt ?? at, at),
    until: at + NOTICE_MS,
    notice: { people, postponed },
    givenBack: {
      endsAt: lease.state === 'grace' && lease.givenBack ? lease.givenBack.endsAt : lease.endsAt,
      ...(reason === undefined ? {} : { reason }),
    },
  })
}

const gone = (lease: Lease, event: EventOf<'move' | 'lose'>): Lease => ({
  ...commonOf(lease),
  endsAt: lease.endsAt,
  state: 'ended',
  endedAt: event.at,
  how: event.kind === 'move' ? { kind: 'moved', by: event.by } : { kind: 'lost', found: event.found },
})

const notFrom = (lease: Lease, event: LeaseEvent): Refusal =>
  lease.state === 'ended'
    ? refusal('finished', `lease ${lease.id} has ended`, '`list --mine` shows what you hold.')
    : refusal(
        'stale',
        `lease ${lease.id} is ${lease.state === 'grace' ? 'past its end' : lease.state}; it cannot ${event.kind.replace('-', ' ')} now`,
        `See \`show ${lease.gpu.alias}\`.`,
      )

const overdue = (lease: LeaseIn<'grace'>, { at, why }: EventOf<'be-overdue'>): Lease | null =>
  lease.until === null || at < lease.until ? null : { ...lease, overdue: why }

const failRelease = (
  { back, request, cause, ...lease }: LeaseIn<'releasing'>,
  { at, why }: EventOf<'fail-release'>,
): Lease => {
  const isTime = back.state === 'grace' && back.until !== null && at >= back.until
  const setback = { at, why, times: (lease.setback?.times ?? 0) + 1, request }
  return { ...lease, ...back, ...(isTime ? { overdue: why } : {}), setback }
}

const LIFE: Life<Lease, LeaseEvent> = {
  held: {
    extend: (lease, event) =>
      lease.endsAt === null ? null : extend({ ...lease, endsAt: lease.endsAt }, event),
    remind,
    end: (lease, event) => (lease.endsAt === null ? null : end({ ...lease, endsAt: lease.endsAt }, event)),
    'begin-release': (lease, { by, request }) =>
      by === null ? null : releasing(lease, request, causeOf(lease, by)),
    done,
    'give-back': giveBack,
    move: gone,
    lose: gone,
  },
  grace: {
    extend,
    'begin-release': begin,
    done,
    'give-back': giveBack,
    'give-notice': giveNotice,
    postpone,
    'be-overdue': overdue,
    move: gone,
    lose: gone,
  },
  releasing: {
    'fail-release': failRelease,
    'finish-release': ({ back, request, cause, ...lease }, { at }) => ({
      ...lease,
      state: 'ended',
      endedAt: at,
      how: cause,
    }),
    move: gone,
    lose: gone,
  },
  ended: {},
}

/** The next lease, or the refusal. */
export const nextLease = machine(LIFE, notFrom)
