/**
 * Tells those whom a request concerns what was decided, and how it ended: who asked, whose VM it stops, and whose GPU it
 * takes. The posts are rows of the transaction that changes the request. Each person is told once, whatever they are.
 */
import { attentionCall, toldNotice, type Concern } from '../../core/cards/told'
import { isSamePerson, personOf, type Policy } from '../../core/policy/policy'
import type { Address } from '../../core/ports/address'
import { holderOf, settledBy, type Request, type RequestIn } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { copiesOf, post, type Copy } from '../../store/outbox'
import { findRequest } from '../../store/requests'
import { callAdministrators } from './administrators'
import { leasesTaken } from '../snapshot/drafts'
import { leasesTouched } from '../snapshot/touched'
import type { Context } from '../context/context'

interface Concerned {
  readonly account: string
  readonly concern: Concern
  /** Where they alone read it; null where the chat never said. */
  readonly privately: Address | null
}

/** The accounts of those who were told. Call it in the transaction in which the request changed its state. */
export const tellConcerned = async (
  context: Pick<Context, 'policy'>,
  tx: Tx,
  request: Request,
  at: number,
): Promise<readonly string[]> => {
  const policy = context.policy.inForce()
  const copies = await copiesOf(tx, request.id)
  const known = new Set(knowing(policy, request))
  const told: string[] = []
  for (const { account, concern, privately } of await concernedBy(tx, policy, request)) {
    const person = personOf(policy, account) ?? account
    if (known.has(person)) continue
    known.add(person)
    const to = privately ?? request.channel
    const notice = toldNotice(request, concern, privately === null ? account : null)
    if (notice === null) continue
    await post(tx, to, notice, { at, ...besideCard(copies, to), otherwise: request.channel })
    told.push(account)
  }
  if (request.state === 'needs-attention')
    await callAdministrators(tx, policy, { beside: request.id, at }, (whom) => attentionCall(request, whom))
  return told
}

/** Under the card where that is in the same place, and about it in any. */
const besideCard = (copies: readonly Copy[], to: Address): { under?: number; about?: number } => {
  const same = copies.find((each) => JSON.stringify(each.to) === JSON.stringify(to))
  if (same) return { under: same.seq }
  const inChat = copies.find((each) => each.to.chat === to.chat)
  return inChat ? { about: inChat.seq } : {}
}

/** Whoever did it, and whoever is told of it in another way. */
const knowing = (policy: Policy, request: Request): string[] => {
  const by = settledBy(request)?.said.by
  const done = by === undefined ? [] : [personOf(policy, by) ?? by]
  return isToldOtherwise(request) ? [...done, request.asked.person] : done
}

/** The lease tells its holder how it ended, that it did not, or how long it goes on; and a lapse is told with a button. */
const isToldOtherwise = ({ ends, extends: more, ...request }: Request): boolean =>
  ends?.why === 'expired' ||
  (ends !== undefined && cameToNothing(request)) ||
  (more !== undefined && request.state === 'succeeded') ||
  (request.state === 'void' && request.lapsed === true)

/** By itself: what administrators did about it the lease does not tell. */
const cameToNothing = (request: Pick<Request, 'state'> & Partial<Attended>): boolean =>
  ['rolled-back', 'void', 'cancelled'].includes(request.state) &&
  request.repaired === undefined &&
  request.retried === undefined

type Attended = Pick<RequestIn<'rolled-back'>, 'repaired' | 'retried'>

const concernedBy = async (tx: Tx, policy: Policy, request: Request): Promise<Concerned[]> => {
  const { plan, asked, elsewhere, privately } = request
  const asker: Concerned = {
    account: asked.by,
    concern: 'asker',
    privately: elsewhere ? (privately ?? null) : null,
  }
  const touched = await leasesTouched(tx, policy, { plan, by: asked.by })
  const holders = await Promise.all(
    touched.map(({ lease }) => concernOf(tx, { lease: lease.id, account: lease.holder, concern: 'touched' })),
  )
  const taken = request.state === 'succeeded' ? [] : await leasesTaken(tx, plan)
  const losers = await Promise.all(
    taken
      .filter(({ holder }) => !keeps(policy, request, holder))
      .map((lease) => concernOf(tx, { lease: lease.id, account: lease.holder, concern: 'loser' })),
  )
  return [asker, ...losers, ...holders]
}

/** An administrator moves it, and it stays theirs. */
const keeps = (policy: Policy, { holder }: Request, account: string): boolean =>
  holder !== undefined && isSamePerson(policy, holder.account, account)

const concernOf = async (
  tx: Tx,
  { lease, ...rest }: { readonly lease: string; readonly account: string; readonly concern: Concern },
): Promise<Concerned> => {
  const lender = await findRequest(tx, lease)
  return { ...rest, privately: lender ? (holderOf(lender).privately ?? null) : null }
}
