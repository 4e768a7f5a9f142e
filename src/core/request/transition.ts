/**
 * The life of a request: the legal pairs of state and event; the rest is refused. The store saves a request only if its
 * version is still the one that was read, so of two people who press at once one finds the version moved on and is told
 * who was first; see store/requests.ts.
 */
import { isQuorum, saidOf } from '../policy/approval'
import { refusal, type Refusal } from '../errors'
import { machine, type Life } from '../machine'
import { firstVerification, type Request, type RequestEvent, type RequestIn } from './request'

type EventOf<K extends RequestEvent['kind']> = Extract<RequestEvent, { kind: K }>
type Waiting = RequestIn<'pending'> | RequestIn<'approved'>

/** The policy has refused all this with an explanation; here it cannot happen either, whatever the policy says. */
const approve = (request: RequestIn<'pending'>, event: EventOf<'approve'>): Request | null => {
  if (event.at >= request.expiresAt) return null
  const { person, roles } = event
  if (person === request.asked.person || event.by === request.asked.by) return null
  if (person === request.holder?.person || event.by === request.holder?.account) return null
  if (request.approvals.some((each) => each.person === person || each.by === event.by)) return null
  const counts = request.needs.some(({ by }) => roles.some((role) => by.includes(role)))
  if (!counts) return null
  const next = {
    ...request,
    ...(event.lease === undefined ? {} : { lease: event.lease, shortened: true as const }),
    approvals: [...request.approvals, { ...saidOf(event), person, roles }],
  }
  return isQuorum(next) ? { ...next, state: 'approved', authority: { kind: 'quorum', at: event.at } } : next
}

/** The newest answer of each person counts. */
const hear = (request: Waiting, { kind, ...said }: EventOf<'answer'>): Request | null => {
  if (said.person === request.asked.person || said.by === request.asked.by) return null
  const others = (request.answers ?? []).filter(({ person }) => person !== said.person)
  return { ...request, answers: [...others, said] }
}

/** Each level once, and none after a higher one. */
const remind = (request: RequestIn<'pending'>, { level }: EventOf<'remind'>): Request | null =>
  request.reminded === 'escalated' || request.reminded === level ? null : { ...request, reminded: level }

const hurry = (request: RequestIn<'pending'>, { expiresAt, waiter }: EventOf<'hurry'>): Request | null =>
  request.hurried === undefined && expiresAt < request.expiresAt
    ? { ...request, expiresAt, hurried: waiter }
    : null

const authorised = (
  request: RequestIn<'pending'>,
  authority: EventOf<'automatic' | 'break-glass' | 'lease-end'>,
): Request => ({ ...request, state: 'approved', authority })

const voided = (request: Waiting, { at, changes }: EventOf<'void' | 'rejudge'>): RequestIn<'void'> => ({
  ...request,
  state: 'void',
  changes,
  endedAt: at,
})

/** What is as planned is done, and what is as before is undone, whoever did the last of it. */
const settle = (
  { why, ...rest }: Omit<RequestIn<'needs-attention'>, 'state' | 'now' | 'repair' | 'read'>,
  { as, by, at, found }: EventOf<'resolve'>,
): Request => {
  const repaired = { by, at, found }
  switch (as) {
    case 'done':
      return {
        ...rest,
        state: 'succeeded',
        endedAt: at,
        verification: firstVerification(rest.plan),
        repaired,
      }
    case 'undone':
      return { ...rest, state: 'rolled-back', endedAt: at, why, repaired }
    case 'found':
      return { ...rest, state: 'resolved', resolved: { by, at }, found, endedAt: at }
  }
}

const LIFE: Life<Request, RequestEvent> = {
  pending: {
    approve,
    answer: hear,
    automatic: (request, event) => (request.needs.length === 0 ? authorised(request, event) : null),
    'break-glass': (request, event) => (request.approvals.length === 0 ? authorised(request, event) : null),
    'lease-end': (request, event) =>
      request.needs.length === 0 && request.ends?.lease === event.lease ? authorised(request, event) : null,
    deny: (request, event) => ({ ...request, state: 'denied', denial: saidOf(event), endedAt: event.at }),
    cancel: (request, event) => ({
      ...request,
      state: 'cancelled',
      cancelled: saidOf(event),
      endedAt: event.at,
    }),
    remind,
    hurry,
    expire: (request, { at }) =>
      at >= request.expiresAt ? { ...request, state: 'expired', endedAt: at } : null,
    void: voided,
    rejudge: (request, event) => ({ ...voided(request, event), rejudged: true }),
  },
  approved: {
    answer: hear,
    // Once it runs it ends by itself, done or undone.
    cancel: ({ authority, ...request }, event) => ({
      ...request,
      state: 'cancelled',
      cancelled: saidOf(event),
      endedAt: event.at,
    }),
    claim: (request, { at, fence }) => ({ ...request, state: 'running', startedAt: at, fence }),
    void: voided,
    rejudge: (request, event) => ({ ...voided(request, event), rejudged: true }),
    lapse: (request, { at, why }) => ({
      ...request,
      state: 'void',
      changes: [why],
      lapsed: true,
      endedAt: at,
    }),
  },
  running: {
    // It is resumed after a restart: it takes a new fence and keeps the start.
    claim: (request, { fence }) => ({ ...request, fence }),
    succeed: (request, { at, verification }) => ({
      ...request,
      state: 'succeeded',
      endedAt: at,
      verification,
    }),
    'roll-back': (request, { at, why }) => ({ ...request, state: 'rolled-back', endedAt: at, why }),
    'need-attention': (request, { why, now, repair }) => ({
      ...request,
      state: 'needs-attention',
      why,
      now,
      repair,
    }),
  },
  'needs-attention': {
    'read-again': (request, { by, at, now, repair }) => ({ ...request, now, repair, read: { by, at } }),
    retry: ({ why, now, repair, read, ...request }, { by, at }) => ({
      ...request,
      state: 'running',
      retried: { by, at },
    }),
    resolve: ({ now, repair, read, ...request }, event) => settle(request, event),
  },
  succeeded: { verify: (request, { verification }) => ({ ...request, verification }) },
  'rolled-back': {},
  resolved: {},
  denied: {},
  cancelled: {},
  expired: {},
  void: {},
}

/** The next request, or the refusal. */
export const nextRequest = machine(LIFE, ({ id, state }, { kind }): Refusal =>
  refusal(
    'finished',
    `${id} is ${state}; it cannot ${kind.replace('-', ' ')} any more`,
    `See \`show ${id}\`.`,
  ),
)
