/**
 * The life of a request. Every change goes through `transition`, which lists the legal pairs of state and event and
 * refuses the rest. The store saves a request only if its version is still the one that was read, so of two people
 * who press at once one finds the version moved on and is told who was first; see store/requests.ts.
 */
import { isQuorum, saidOf } from '../policy/approval'
import { accepted, refused, refusal, type Outcome, type Refusal } from '../errors'
import { firstVerification, type Reminded, type Request, type RequestEvent, type RequestIn } from './request'

const notFrom = (request: Request, event: RequestEvent): Refusal =>
  refusal(
    'finished',
    `${request.id} is ${request.state}; it cannot ${event.kind.replace('-', ' ')} any more`,
    `See \`show ${request.id}\`.`,
  )

/** The next request, with its version one higher, or the refusal. Pure: the clock is in the event. */
export const nextRequest = (request: Request, event: RequestEvent): Outcome<Request> => {
  const next = step(request, event)
  return next === null
    ? refused(notFrom(request, event))
    : accepted({ ...next, version: request.version + 1 })
}

const step = (request: Request, event: RequestEvent): Request | null => {
  switch (event.kind) {
    case 'approve':
      return approve(request, event)
    case 'answer':
      return hear(request, event)
    case 'automatic':
      return request.state === 'pending' && request.needs.length === 0
        ? { ...request, state: 'approved', authority: event }
        : null
    case 'break-glass':
      return request.state === 'pending' && request.approvals.length === 0
        ? { ...request, state: 'approved', authority: event }
        : null
    case 'lease-end':
      return request.state === 'pending' && request.needs.length === 0 && request.ends?.lease === event.lease
        ? { ...request, state: 'approved', authority: event }
        : null
    case 'deny':
      return request.state === 'pending'
        ? { ...request, state: 'denied', denial: saidOf(event), endedAt: event.at }
        : null
    case 'cancel':
      return cancel(request, event)
    case 'remind':
      return remind(request, event)
    case 'hurry':
      return request.state === 'pending' &&
        request.hurried === undefined &&
        event.expiresAt < request.expiresAt
        ? { ...request, expiresAt: event.expiresAt, hurried: event.waiter }
        : null
    case 'expire':
      return request.state === 'pending' && event.at >= request.expiresAt
        ? { ...request, state: 'expired', endedAt: event.at }
        : null
    case 'claim':
      return claim(request, event)
    case 'void':
      return request.state === 'approved' || request.state === 'pending'
        ? { ...request, state: 'void', changes: event.changes, endedAt: event.at }
        : null
    case 'rejudge':
      return request.state === 'approved' || request.state === 'pending'
        ? { ...request, state: 'void', changes: event.changes, rejudged: true, endedAt: event.at }
        : null
    case 'lapse':
      return request.state === 'approved'
        ? { ...request, state: 'void', changes: [event.why], lapsed: true, endedAt: event.at }
        : null
    default:
      return finish(request, event)
  }
}

/** The policy has refused all this with an explanation; here it cannot happen either, whatever the policy says. */
const approve = (request: Request, event: Extract<RequestEvent, { kind: 'approve' }>): Request | null => {
  if (request.state !== 'pending' || event.at >= request.expiresAt) return null
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
const hear = (
  request: Request,
  { kind, ...said }: Extract<RequestEvent, { kind: 'answer' }>,
): Request | null => {
  if (request.state !== 'pending' && request.state !== 'approved') return null
  if (said.person === request.asked.person || said.by === request.asked.by) return null
  const others = (request.answers ?? []).filter(({ person }) => person !== said.person)
  return { ...request, answers: [...others, said] }
}

/** Each level once, and none after a higher one. */
const remind = (request: Request, { level }: { readonly level: Reminded }): Request | null => {
  const told = request.reminded === 'escalated' || request.reminded === level
  return request.state === 'pending' && !told ? { ...request, reminded: level } : null
}

/** Approved and not yet begun can still be cancelled; once running it ends by itself, done or undone. */
const cancel = (request: Request, event: Extract<RequestEvent, { kind: 'cancel' }>): Request | null => {
  if (request.state === 'pending')
    return { ...request, state: 'cancelled', cancelled: saidOf(event), endedAt: event.at }
  if (request.state !== 'approved') return null
  const { authority, ...rest } = request
  return { ...rest, state: 'cancelled', cancelled: saidOf(event), endedAt: event.at }
}

/** A second claim is a resumption after a restart: it takes a new fence and keeps the start. */
const claim = (request: Request, event: Extract<RequestEvent, { kind: 'claim' }>): Request | null => {
  if (request.state === 'approved')
    return { ...request, state: 'running', startedAt: event.at, fence: event.fence }
  return request.state === 'running' ? { ...request, fence: event.fence } : null
}

type Ending = Extract<
  RequestEvent,
  { kind: 'succeed' | 'roll-back' | 'need-attention' | 'read-again' | 'retry' | 'resolve' | 'verify' }
>

const finish = (request: Request, event: Ending): Request | null => {
  switch (event.kind) {
    case 'verify':
      return request.state === 'succeeded' ? { ...request, verification: event.verification } : null
    case 'read-again':
    case 'retry':
    case 'resolve':
      return request.state === 'needs-attention' ? attend(request, event) : null
    case 'succeed':
      return request.state === 'running'
        ? { ...request, state: 'succeeded', endedAt: event.at, verification: event.verification }
        : null
    case 'roll-back':
      return request.state === 'running'
        ? { ...request, state: 'rolled-back', endedAt: event.at, why: event.why }
        : null
    case 'need-attention':
      return request.state === 'running'
        ? { ...request, state: 'needs-attention', why: event.why, now: event.now, repair: event.repair }
        : null
  }
}

/** What a person does about a request that needs attention. */
const attend = (
  request: RequestIn<'needs-attention'>,
  event: Extract<Ending, { kind: 'read-again' | 'retry' | 'resolve' }>,
): Request => {
  const { why, now, repair, read, ...rest } = request
  const said = { by: event.by, at: event.at }
  switch (event.kind) {
    case 'read-again':
      return { ...request, now: event.now, repair: event.repair, read: said }
    case 'retry':
      return { ...rest, state: 'running', retried: said }
    case 'resolve':
      return settle({ ...rest, why }, event)
  }
}

/** What is as planned is done, and what is as before is undone, whoever did the last of it. */
const settle = (
  { why, ...rest }: Omit<RequestIn<'needs-attention'>, 'state' | 'now' | 'repair' | 'read'>,
  { as, by, at, found }: Extract<Ending, { kind: 'resolve' }>,
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
