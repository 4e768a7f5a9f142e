/** Approve, deny, cancel: by button or by word. The decision is taken inside the transaction, on the request as it is then. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { STATE_WORDS } from '../../core/request/words'
import { stateWords } from '../../core/cards/approvals'
import { ago } from '../../core/text/figures'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import { shortened, type AskedEnd } from '../../core/time/until'
import type { Notice } from '../../core/notice/notice'
import { refuseDecision } from '../../core/request/permission'
import { personOf, rolesAmong } from '../../core/policy/policy'
import type { Said } from '../../core/policy/approval'
import { settledBy, type Request, type RequestEvent } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { unlockHosts } from '../../store/journal'
import { apply, findRequest, recordDecision } from '../../store/requests'
import { announce } from '../telling/announce'
import { refreshCard } from '../telling/card'
import { wantedEnd } from '../changes/lease/heir'
import { noRequest } from '../context/no-request'
import type { Context } from '../context/context'
import { rejudge } from '../changes/request/rejudge'

export interface Decision {
  readonly verdict: 'approve' | 'deny' | 'cancel'
  readonly requestId: string
  /** The version that the button showed; absent when typed. */
  readonly version?: number
  readonly by: string
  readonly reason: string | undefined
  /** Approves for no longer than this. */
  readonly forMs?: number | undefined
}

export const decide =
  (context: Context, decision: Decision) =>
  async (tx: Tx): Promise<Notice | null> => {
    const request = await findRequest(tx, decision.requestId)
    const refused = request ? refusalOf(context, request, decision) : noRequest(decision.requestId)
    if (refused || !request) {
      context.log.info(
        { request: decision.requestId, by: decision.by, verdict: decision.verdict, code: refused?.code },
        'decision refused',
      )
      const settled = request && settledBy(request)
      if (settled && refused?.code === 'finished' && !hasEndedSince(request, settled))
        return alreadySaid(request.id, settled, context.clock.now())
      return refused && refusalNotice([refused])
    }
    if (decision.verdict === 'approve' && (await rejudge(context, tx, request)))
      return refusalNotice([judgedOtherwise(request.id)])
    const at = context.clock.now()
    const person = personOf(context.policy.inForce(), decision.by) ?? decision.by
    const event = await eventOf(tx, context, request, { decision, person, at })
    if (!event.ok) return refusalNotice(event.refusals)
    const next = await apply(tx, request, event.value)
    if (!next.ok) return refusalNotice(next.refusals)
    // A process that died between taking the host's lock and beginning left the lock behind.
    if (decision.verdict === 'cancel') await unlockHosts(tx, request.id)
    await recordDecision(tx, {
      requestId: request.id,
      person,
      account: decision.by,
      verdict: decision.verdict,
      at,
    })
    await refreshCard(tx, next.value, at)
    if (next.value.state !== 'pending')
      await announce(context, tx, [{ kind: 'request', request: next.value }], { at })
    context.log.info({ request: request.id, by: decision.by, verdict: decision.verdict }, 'decided')
    // Who pressed a button sees the card change; who typed may be far away from it.
    return decision.version === undefined ? doneNotice(`${request.id}: ${stateWords(next.value)}.`) : null
  }

/** The roles are those of this moment. */
const eventOf = async (
  tx: Tx,
  context: Context,
  request: Request,
  { decision, person, at }: { decision: Decision; person: string; at: number },
): Promise<Outcome<RequestEvent>> => {
  const { by, reason, verdict, forMs } = decision
  if (verdict !== 'approve') return accepted({ kind: verdict, by, at, reason })
  const lease = forMs === undefined ? accepted(undefined) : await lentFor(tx, request, forMs, at)
  if (!lease.ok) return lease
  const wanted = request.needs.flatMap((need) => need.by)
  const roles = rolesAmong(context.policy.inForce(), person, wanted)
  return accepted({ kind: verdict, by, person, roles, at, reason, lease: lease.value })
}

const lentFor = async (tx: Tx, request: Request, forMs: number, at: number): Promise<Outcome<AskedEnd>> => {
  const { id, plan } = request
  if (request.extends)
    return refused(
      refusal('not-possible', `${id} asks for one end alone`, `Use: approve ${id}, or deny it and say why.`),
    )
  return plan.action === 'assign' || plan.action === 'move'
    ? shortened((await wantedEnd(tx, request)) ?? undefined, forMs, at)
    : refused(refusal('not-possible', `${id} lends nothing that could end`, `Use: approve ${id}`))
}

const judgedOtherwise = (id: string): Refusal =>
  refusal(
    'stale',
    `the policy has changed, and judges ${id} otherwise: it is void`,
    `Its card says what changed; \`again ${id}\` asks for it anew.`,
  )

const refusalOf = (context: Context, request: Request, decision: Decision): Refusal | null => {
  const cancelling = decision.verdict === 'cancel' && request.state === 'approved'
  if (request.state !== 'pending' && !cancelling)
    return refusal('finished', `${request.id}: ${STATE_WORDS[request.state]}`, `See \`show ${request.id}\`.`)
  if (request.state === 'pending' && context.clock.now() >= request.expiresAt)
    return refusal('finished', `${request.id} has expired`, 'Ask the requester to ask again.')
  const notAllowed = refuseDecision(context.policy.inForce(), request, decision)
  if (notAllowed) return notAllowed
  if (decision.version !== undefined && !isCurrent(request, decision.version))
    return refusal(
      'stale',
      `${request.id} has changed since that button was shown`,
      'Use the newest copy of the message.',
    )
  return null
}

/**
 * While a request is pending, all that changes is who has approved it, never its plan: of several approvers who press
 * at once each one counts, also those whose button is from before the others.
 */
const isCurrent = (request: Request, version: number): boolean =>
  request.state === 'pending' ? version >= 1 && version <= request.version : version === request.version

/** It was approved, and more has become of it by now. */
const hasEndedSince = ({ state }: Request, { what }: { readonly what: string }): boolean =>
  what === 'approved' && ['rolled-back', 'needs-attention', 'void', 'expired'].includes(state)

/** Somebody was faster. */
export const alreadySaid = (
  id: string,
  { what, said }: { what: string; said: Said },
  now: number,
): Notice => {
  const when = `${ago(now - said.at)}.`
  return {
    summary: `${id} was already ${what}`,
    tone: 'plain',
    parts: [
      {
        kind: 'text',
        runs: [`${id} was already ${what} by `, { person: said.by }, ` ${when} Nothing was changed.`],
      },
    ],
  }
}
