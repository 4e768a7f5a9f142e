/** A request in each of its states, and the events that change it; see transition.ts. */
import { z } from 'zod'
import { approval, authority, need, said, type Authority, type Said } from '../policy/approval'
import { command } from '../command/command'
import { consentAnswer, touched, type ConsentAnswer } from './consent'
import { interruption } from '../smi/interruption'
import { askedEnd, type AskedEnd } from '../time/until'
import { plan, type Plan } from '../plan/plan'
import { judgedOn } from './judged'
import { account, address } from '../ports/address'

const common = {
  id: z.string(),
  version: z.number().int().positive(),
  plan,
  /** `person` is whose account it is by the policy: nobody approves on one chat what they asked for on the other. */
  asked: said.extend({ person: z.string(), name: z.string().max(200).optional() }),
  /** What it was judged on, so that it can be judged again; absent for the end of a lease, and before it was kept. */
  judgedOn: judgedOn.optional(),
  /** What a quorum takes. None: no quorum decides, but a rule or broken glass. */
  needs: z.array(need),
  /** In their order, one a person. */
  approvals: z.array(approval),
  /** Others who hold something in a VM that it stops, and what was said to that, one answer a person. */
  touches: z.array(touched).optional(),
  answers: z.array(consentAnswer).optional(),
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
  /** The place in the queue that became it. */
  turn: z.string().optional(),
  /** The place in the queue for whose sake it expires sooner. */
  hurried: z.string().optional(),
  /** Who was told that it still waits, as far as that has come. */
  reminded: z.enum(['approvers', 'escalated']).optional(),
}
const approved = { ...common, authority }
const begun = {
  ...approved,
  startedAt: z.number(),
  fence: z.number().int(),
  /** Who had what was refused tried again last. */
  retried: said.optional(),
}
/** Who said that it was put in order by hand, and what the hosts showed then. */
const repaired = said.extend({ found: z.string() }).optional()
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
  z.object({ state: z.literal('succeeded'), ...begun, ...ended, verification, repaired }),
  z.object({ state: z.literal('rolled-back'), ...begun, ...ended, why: z.string(), repaired }),
  z.object({
    state: z.literal('needs-attention'),
    ...begun,
    why: z.string(),
    now: z.array(z.string()),
    repair: z.array(z.string()),
    /** Who had the hosts read again last. */
    read: said.optional(),
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
    /** The policy changed, and not the facts. */
    rejudged: z.literal(true).optional(),
  }),
])
export type Request = z.infer<typeof request>
export type Reminded = NonNullable<Request['reminded']>
export type RequestState = Request['state']
export const REQUEST_STATES: readonly RequestState[] = request.options.map(({ shape }) => shape.state.value)
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
  | ({ readonly kind: 'answer' } & ConsentAnswer)
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
  /** Somebody waits for what it asks for. */
  | { readonly kind: 'hurry'; readonly at: number; readonly expiresAt: number; readonly waiter: string }
  | { readonly kind: 'expire'; readonly at: number }
  | { readonly kind: 'claim'; readonly at: number; readonly fence: number }
  | { readonly kind: 'void'; readonly at: number; readonly changes: string[] }
  /** The policy of now judges it otherwise. */
  | { readonly kind: 'rejudge'; readonly at: number; readonly changes: string[] }
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
  /** Its hosts were read once more: how they are now, and what repairs them. */
  | {
      readonly kind: 'read-again'
      readonly at: number
      readonly by: string
      readonly now: string[]
      readonly repair: string[]
    }
  /** What was refused is tried again: its undo, or the start of a VM after everything else was done. */
  | { readonly kind: 'retry'; readonly at: number; readonly by: string }
  /** `as` is what the hosts agree with: the result of the plan, how they were before, or neither. */
  | {
      readonly kind: 'resolve'
      readonly at: number
      readonly by: string
      readonly as: 'done' | 'undone' | 'found'
      readonly found: string
    }
  | { readonly kind: 'verify'; readonly at: number; readonly verification: Verification }

/** What the history of a request consists of. */
export type RequestChange = RequestEvent['kind'] | 'asked'

export const OPEN_STATES: readonly RequestState[] = ['pending', 'approved', 'running', 'needs-attention']
/** Open requests still hold their GPU and VMs against other requests. */
export const isOpenState = (state: RequestState): boolean => OPEN_STATES.includes(state)

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
  if ('repaired' in request && request.repaired) return { what: 'resolved', said: request.repaired }
  if ('denial' in request) return { what: 'denied', said: request.denial }
  if ('cancelled' in request) return { what: 'cancelled', said: request.cancelled }
  const authority = authorityOf(request)
  if (authority === null) return null
  if (authority.kind === 'automatic' || authority.kind === 'lease-end') return null
  const last = authority.kind === 'quorum' ? request.approvals.at(-1) : authority
  return last ? { what: 'approved', said: last } : null
}

/** Of a request that has just come to be done. */
export const firstVerification = ({ to }: Pick<Plan, 'to'>): Verification =>
  to ? { kind: 'due' } : { kind: 'not-checked', why: 'the host holds the GPU' }
