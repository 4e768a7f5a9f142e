/** A request with its card, and the authority that it has at once, if any, in one transaction. */
import type { Change } from '../../../core/change/change'
import { askedNotice } from '../../../core/cards/call'
import { brokenGlassNotice } from '../../../core/cards/change'
import type { Touched } from '../../../core/request/consent'
import { accepted, Fault, refused, type Outcome, type Refusal } from '../../../core/errors'
import type { HostFacts } from '../../../core/inventory/inventory'
import { decidersIn, type Deciders } from '../../../core/request/deciders'
import { bindTo } from '../../../core/plan/digest'
import type { Policy } from '../../../core/policy/policy'
import type { Address } from '../../../core/ports/address'
import { authorityOf, type Request, type RequestEvent, type RequestIn } from '../../../core/request/request'
import type { Tx } from '../../../store/database'
import { saveFacts } from '../../../store/fleet'
import { copiesOf, editCopies, handCopiesOn, post } from '../../../store/outbox'
import { apply, insertRequest, nextRequestId } from '../../../store/requests'
import { placeKey } from '../../../store/subscriptions'
import { announce } from '../../telling/announce'
import { cardOf } from '../../telling/card'
import { tellTouched, touchesOf } from './consent'
import { placesFor } from '../../telling/copies'
import type { Context } from '../../context/context'
import { openAgainst, type Prepared } from '../../planning/planning'
import {
  boundFacts,
  longestIn,
  authorise,
  type Grounds,
  type Authorisation,
} from '../../snapshot/authorisation'

export interface Raising extends Omit<Prepared, 'facts' | 'change'> {
  /** Absent where nothing is done on a host. */
  readonly change?: Change
  /** Read for it just now; absent where its host was not asked. */
  readonly facts?: HostFacts
  /** What was typed, in case it is asked again; absent where nobody typed it. */
  readonly command?: Request['command']
  readonly asked: Omit<RequestIn<'pending'>['asked'], 'at'>
  readonly channel: Address
  /** Who is told when the channel takes no posts. */
  readonly back: Address
  readonly privately: Address | undefined
  /** Until when, and to whom; empty where nothing is lent. */
  readonly lends: Pick<Request, 'lease' | 'holder' | 'continues'>
  readonly extends?: Request['extends']
  readonly grounds: Grounds
  readonly answers?: Answered | undefined
}

/** What the request answers, the end of a lease or an offer: it is told in the same commit, and may refuse. */
export interface Answered {
  readonly id: string
  /** It is a place in the queue. */
  readonly inQueue?: true
  readonly tell: (tx: Tx, requestId: string) => Promise<readonly Refusal[]>
}

/** Refused by what is so at this very moment; then nothing was written. */
export const raise = async (tx: Tx, context: Context, raising: Raising): Promise<Outcome<Request>> => {
  const { plan, facts, otherFacts, grounds, back, answers, change } = raising
  const policy = context.policy.inForce()
  const authorisation = authorise(policy, plan, grounds)
  if (!authorisation.ok) return authorisation
  const taken = await openAgainst(context, tx, { plan, change, answers })
  if (taken.length > 0) return refused(...taken)
  const at = context.clock.now()
  const id = await nextRequestId(tx)
  const against = answers ? await answers.tell(tx, id) : []
  if (against.length > 0) return refused(...against)
  const { home, places } = placesFor(context.requestsChannels, raising.channel)
  const touches = await touchesOf(tx, policy, { plan, by: raising.asked.by })
  const expiresAt = at + context.limits.requestExpiresMs
  const longestMs = longestIn(policy, authorisation.value)
  const elsewhere = placeKey(home) === placeKey(raising.channel) ? {} : ({ elsewhere: true } as const)
  const drawn = { channel: home, id, at, expiresAt, longestMs, ...elsewhere }
  const bound = bindTo(plan, boundFacts(policy, authorisation.value, touches))
  const pending = pendingOf({ ...raising, plan: bound, authorisation: authorisation.value, touches }, drawn)
  await insertRequest(tx, pending)
  const request = await authorised(tx, pending, authorisation.value)
  if (facts) await saveFacts(tx, facts, at)
  if (otherFacts) await saveFacts(tx, otherFacts, at)
  await showCards(tx, policy, { request, places, back, at })
  const broken = authorityOf(request)?.kind === 'break-glass'
  const changes = context.changesChannel ?? home
  // What is tried again they heard of the first time, and hear of how it ends.
  if (touches.length > 0 && request.ends?.after === undefined) await tellTouched(tx, policy, request, at)
  if (broken) await post(tx, changes, brokenGlassNotice(request), { at, otherwise: back })
  await announce(context, tx, [{ kind: 'request', request }], { at, except: broken ? [changes] : [] })
  context.log.info({ request: id, by: request.asked.by, action: plan.action, gpu: plan.gpu.alias }, 'asked')
  return accepted(request)
}

interface Showing {
  readonly request: Request
  readonly places: readonly Address[]
  readonly back: Address
  readonly at: number
}

/** In each place, but for what is tried again: that goes on in the card that there is. */
const showCards = async (tx: Tx, policy: Policy, { request, places, back, at }: Showing): Promise<void> => {
  const { id, ends } = request
  const card = await cardOf(tx, request, at)
  if (ends?.after !== undefined) {
    await handCopiesOn(tx, { from: ends.after, to: id })
    await editCopies(tx, id, card, at)
    if ((await copiesOf(tx, id)).length > 0) return
  }
  const calls = request.state === 'pending' ? callsFor(policy, request, places) : []
  for (const [n, place] of places.entries()) {
    const deciders = calls[n] ?? null
    const first = deciders === null ? card : askedNotice(card, request, deciders)
    await post(tx, place, first, { at, requestId: id, otherwise: back })
  }
}

/** Nobody is called where no approver is waited for. */
const callsFor = (policy: Policy, request: Request, places: readonly Address[]): (Deciders | null)[] =>
  request.needs.length === 0
    ? []
    : decidersIn(policy, request, { level: 'approvers', chats: places.map(({ chat }) => chat) })

const pendingOf = (
  {
    plan,
    command,
    asked,
    privately,
    lends,
    extends: more,
    interrupts,
    authorisation,
    touches,
    answers,
  }: Omit<Raising, 'grounds'> & { readonly authorisation: Authorisation; readonly touches: Touched[] },
  {
    at,
    ...drawn
  }: Pick<Request, 'id' | 'channel' | 'elsewhere' | 'expiresAt' | 'longestMs'> & { readonly at: number },
): RequestIn<'pending'> => ({
  state: 'pending',
  ...drawn,
  version: 1,
  plan,
  ...(authorisation.kind === 'judged' ? { judgedOn: authorisation.on } : {}),
  ...(command === undefined ? {} : { command }),
  ...(privately === undefined ? {} : { privately }),
  asked: { ...asked, at },
  needs:
    authorisation.kind === 'judged' && authorisation.judgement.kind === 'quorum'
      ? [...authorisation.judgement.needs]
      : [],
  approvals: [],
  ...(touches.length === 0 ? {} : { touches }),
  ...(answers?.inQueue ? { turn: answers.id } : {}),
  ...lent(lends),
  ...(authorisation.kind === 'judged' ? {} : { ends: authorisation.ends }),
  ...(more === undefined ? {} : { extends: more }),
  ...(interrupts.length === 0 ? {} : { interrupts: [...interrupts] }),
})

const lent = ({ lease, holder, continues }: Raising['lends']): Raising['lends'] => ({
  ...(lease === undefined ? {} : { lease }),
  ...(holder === undefined ? {} : { holder }),
  ...(continues === undefined ? {} : { continues }),
})

/** What needs nobody's approval has its authority in the same commit. A rule goes before broken glass where that adds nothing. */
const authorised = async (
  tx: Tx,
  pending: RequestIn<'pending'>,
  authorisation: Authorisation,
): Promise<Request> => {
  const event = authorityFrom(pending, authorisation)
  if (event === null) return pending
  const next = await apply(tx, pending, event)
  if (!next.ok) throw new Fault('internal', `authorising ${pending.id}: it cannot ${event.kind}`)
  return next.value
}

const authorityFrom = (
  { asked: { at, by, reason }, touches = [] }: RequestIn<'pending'>,
  authorisation: Authorisation,
): RequestEvent | null => {
  if (authorisation.kind === 'lease-end') return { kind: 'lease-end', at, lease: authorisation.ends.lease }
  const { judgement, breakGlass } = authorisation
  const broken: RequestEvent | null =
    breakGlass && reason !== undefined ? { kind: 'break-glass', by, at, reason } : null
  const byRule: RequestEvent | null =
    judgement.kind === 'automatic' ? { kind: 'automatic', at, rules: [...judgement.rules] } : null
  // A rule waives the approval, but not the yes of those whose VM is stopped.
  return touches.length > 0 ? (broken ?? byRule) : (byRule ?? broken)
}
