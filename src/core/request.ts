/**
 * A request and its life. Every change goes through `transition`, which lists the legal pairs of state and event and
 * refuses the rest. The store saves a request only if its version is still the one that was read, so of two people
 * who press at once one finds the version moved on and is told who was first; see store/requests.ts.
 */
import { z } from 'zod'
import { approval, authority, isQuorum, need, said, saidOf, type Authority, type Said } from './approval'
import { command } from './command'
import { answer, touched, type Answer } from './consent'
import { accepted, refused, refusal, type Outcome, type Refusal } from './errors'
import { interruption } from './interruption'
import { askedEnd, type AskedEnd } from './lease/until'
import { plan } from './plan/plan'
import { account, address } from './ports'

const common = {
  id: z.string(),
  version: z.number().int().positive(),
  plan,
  /** `person` is whose account it is by the policy: nobody approves on one chat what they asked for on the other. */
  asked: said.extend({ person: z.string(), name: z.string().max(200).optional() }),
  /** What a quorum takes. None: no quorum decides, but a rule or broken glass. */
  needs: z.array(need),
  /** In their order, one a person. */
  approvals: z.array(approval),
  /** Others who hold something in a VM that it stops, and what was said to that, one answer a person. */
  touches: z.array(touched).optional(),
  answers: z.array(answer).optional(),
  channel: address,
  /** It was asked for in another place than the one where its card is. */
  elsewhere: z.literal(true).optional(),
  /** Where the one who asked is told what concerns nobody else. */
  privately: address.optional(),
  /** How long what it assigns is lent; absent: without an end, or nothing is lent. */
  lease: askedEnd.optional(),
  /** The shortest `longest` of the rules that it was judged by, in milliseconds; null: none of them has one. */
  longestMs: z.number().nullable().optional(),
  /** `lease` is what an approver made of what was asked for. */
  shortened: z.literal(true).optional(),
  /** Who will hold what it lends, where that is not whoever asked: what is put back, or moved by an administrator. */
  holder: z.object({ account, person: z.string(), privately: address.optional() }).optional(),
  /** The lease that goes on in the one that it makes: with its holder, and its end unless another one was asked for. */
  continues: z.string().optional(),
  /** The lease that it ends: the holder gave back what it lent, or its time was over. */
  ends: z
    .object({
      lease: z.string(),
      why: z.enum(['done', 'expired']),
      /** The request that tried the same before, and failed: this one goes on in its card. */
      after: z.string().optional(),
    })
    .optional(),
  /** More time on a lease, until `to`, and no change of a host; `from` is the end that it had when it was asked for. */
  extends: z.object({ lease: z.string(), from: z.number(), to: z.number() }).optional(),
  /** What its stops would interrupt, as it was when it was planned. */
  interrupts: z.array(interruption).optional(),
  /** What was asked for, in case it is asked again. */
  command: command.optional(),
  expiresAt: z.number(),
  /** Who was told that it still waits, as far as that has come. */
  reminded: z.enum(['approvers', 'escalated']).optional(),
}
const approved = { ...common, authority }
const begun = { ...approved, startedAt: z.number(), fence: z.number().int() }
const ended = { endedAt: z.number() }

/** nvidia-smi in the guest, after success. Never a reason to undo. */
const verification = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('due') }),
  z.object({ kind: z.literal('verified') }),
  /** `cure`: what may mend it, where that is one press. */
  z.object({ kind: z.literal('failed'), why: z.string(), cure: z.literal('mmio').optional() }),
  z.object({ kind: z.literal('not-checked'), why: z.string() }),
])
export type Verification = z.infer<typeof verification>

export const request = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending'), ...common }),
  z.object({ state: z.literal('approved'), ...approved }),
  z.object({ state: z.literal('running'), ...begun }),
  z.object({ state: z.literal('succeeded'), ...begun, ...ended, verification }),
  z.object({ state: z.literal('rolled-back'), ...begun, ...ended, why: z.string() }),
  z.object({
    state: z.literal('needs-attention'),
    ...begun,
    why: z.string(),
    now: z.array(z.string()),
    repair: z.array(z.string()),
  }),
  z.object({ state: z.literal('resolved'), ...begun, ...ended, resolved: said, found: z.string() }),
  z.object({ state: z.literal('denied'), ...common, ...ended, denial: said }),
  z.object({ state: z.literal('cancelled'), ...common, ...ended, cancelled: said }),
  z.object({ state: z.literal('expired'), ...common, ...ended }),
  /** Without an authority: it was void before anybody had to decide it. `lapsed`: nothing changed but the time. */
  z.object({
    state: z.literal('void'),
    ...common,
    authority: authority.optional(),
    ...ended,
    changes: z.array(z.string()),
    lapsed: z.literal(true).optional(),
  }),
])
export type Request = z.infer<typeof request>
export type Reminded = NonNullable<Request['reminded']>
export type RequestState = Request['state']
export type RequestIn<S extends RequestState> = Extract<Request, { state: S }>

export type RequestEvent =
  | {
      readonly kind: 'approve'
      readonly by: string
      readonly person: string
      readonly roles: string[]
      readonly at: number
      /** In place of the end that was asked for. */
      readonly lease?: AskedEnd | undefined
      readonly reason?: string | undefined
    }
  | ({ readonly kind: 'answer' } & Answer)
  | { readonly kind: 'automatic'; readonly at: number; readonly rules: string[] }
  | { readonly kind: 'break-glass'; readonly by: string; readonly at: number; readonly reason: string }
  | { readonly kind: 'lease-end'; readonly at: number; readonly lease: string }
  | { readonly kind: 'deny'; readonly by: string; readonly at: number; readonly reason?: string | undefined }
  | {
      readonly kind: 'cancel'
      readonly by: string
      readonly at: number
      readonly reason?: string | undefined
    }
  | { readonly kind: 'remind'; readonly at: number; readonly level: Reminded }
  | { readonly kind: 'expire'; readonly at: number }
  | { readonly kind: 'claim'; readonly at: number; readonly fence: number }
  | { readonly kind: 'void'; readonly at: number; readonly changes: string[] }
  /** Its approval is good no longer. */
  | { readonly kind: 'lapse'; readonly at: number; readonly why: string }
  | { readonly kind: 'succeed'; readonly at: number; readonly verification: Verification }
  | { readonly kind: 'roll-back'; readonly at: number; readonly why: string }
  | {
      readonly kind: 'need-attention'
      readonly at: number
      readonly why: string
      readonly now: string[]
      readonly repair: string[]
    }
  /** What was refused is tried again: the start of a VM, after everything else was done. */
  | { readonly kind: 'retry'; readonly at: number; readonly by: string }
  | { readonly kind: 'resolve'; readonly at: number; readonly by: string; readonly found: string }
  | { readonly kind: 'verify'; readonly at: number; readonly verification: Verification }

/** What the history of a request consists of. */
export type RequestChange = RequestEvent['kind'] | 'asked'

const OPEN: readonly RequestState[] = ['pending', 'approved', 'running', 'needs-attention']
/** Open requests still hold their GPU and VMs against other requests. */
export const isOpen = (state: RequestState): boolean => OPEN.includes(state)

const FRUITLESS: readonly RequestState[] = ['rolled-back', 'denied', 'cancelled', 'expired', 'void']
/** It is over, and nothing came of it. */
export const mayBeAskedAgain = (state: RequestState): boolean => FRUITLESS.includes(state)

/** What it is, was or would have been carried out on; null where it has not come to that. */
export const authorityOf = (request: Request): Authority | null =>
  'authority' in request ? (request.authority ?? null) : null

/** VMs of others are stopped without their yes: the glass was broken, or a lease ends, and they were told before. */
export const waivesConsent = (request: Request): boolean =>
  authorityOf(request)?.kind === 'break-glass' || request.ends?.why === 'expired'

/** Whose the lease is that it makes, and where they are told what concerns nobody else. */
export const holderOf = ({
  asked,
  privately,
  holder,
}: Pick<Request, 'privately' | 'holder'> & {
  readonly asked: Pick<Request['asked'], 'by' | 'person'>
}): NonNullable<Request['holder']> =>
  holder ?? {
    account: asked.by,
    person: asked.person,
    ...(privately === undefined ? {} : { privately }),
  }

/** Who settled it, for "already approved by ... ": null when nobody did. */
export const settledBy = (request: Request): { what: string; said: Said } | null => {
  if ('resolved' in request) return { what: 'resolved', said: request.resolved }
  if ('denial' in request) return { what: 'denied', said: request.denial }
  if ('cancelled' in request) return { what: 'cancelled', said: request.cancelled }
  const authority = authorityOf(request)
  if (authority === null) return null
  if (authority.kind === 'automatic' || authority.kind === 'lease-end') return null
  const last = authority.kind === 'quorum' ? request.approvals.at(-1) : authority
  return last ? { what: 'approved', said: last } : null
}

const notFrom = (request: Request, event: RequestEvent): Refusal =>
  refusal(
    'finished',
    `${request.id} is ${request.state}; it cannot ${event.kind.replace('-', ' ')} any more`,
    `See \`show ${request.id}\`.`,
  )

/** The next request, with its version one higher, or the refusal. Pure: the clock is in the event. */
export const transition = (request: Request, event: RequestEvent): Outcome<Request> => {
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
  { kind: 'succeed' | 'roll-back' | 'need-attention' | 'retry' | 'resolve' | 'verify' }
>

const finish = (request: Request, event: Ending): Request | null => {
  if (event.kind === 'verify')
    return request.state === 'succeeded' ? { ...request, verification: event.verification } : null
  if (event.kind === 'resolve' || event.kind === 'retry') {
    if (request.state !== 'needs-attention') return null
    const { why, now, repair, ...rest } = request
    if (event.kind === 'retry') return { ...rest, state: 'running' }
    return {
      ...rest,
      state: 'resolved',
      resolved: { by: event.by, at: event.at },
      found: event.found,
      endedAt: event.at,
    }
  }
  if (request.state !== 'running') return null
  switch (event.kind) {
    case 'succeed':
      return { ...request, state: 'succeeded', endedAt: event.at, verification: event.verification }
    case 'roll-back':
      return { ...request, state: 'rolled-back', endedAt: event.at, why: event.why }
    case 'need-attention':
      return { ...request, state: 'needs-attention', why: event.why, now: event.now, repair: event.repair }
  }
}
