/** `take`: the GPU that is on offer is asked for, as any other would be; the request and the end of the offer are one commit. */
import { refusalNotice } from '../../core/answers/refusal'
import { accepted, refusal, refused, type Outcome } from '../../core/errors'
import { lengthWithin } from '../../core/lease/caps'
import type { Consents } from '../../core/planner/checks/input'
import { refuseCommand } from '../../core/request/permission'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import type { Delivery } from '../../core/ports/delivery'
import { transition, type EntryIn } from '../../core/queue/entry'
import type { Waiter } from '../../core/queue/waiter'
import { findWaiter } from '../../store/queue'
import { ask } from './ask'
import { say, type Caller, type Consequence } from '../context/consequence'
import type { Parts } from '../context/parts'
import { leave, noEntry } from '../changes/queue/leave'
import { takingTurn } from '../changes/queue/turn'

export interface Taking {
  readonly entryId: string
  /** The version that the button showed; absent when typed. */
  readonly version?: number
  readonly vm?: string | undefined
  /** In milliseconds; absent: for as long as was said in the queue. */
  readonly forMs?: number | undefined
  readonly consents: Consents
  readonly reason: string | undefined
}

export const take = async (parts: Parts, taking: Taking, caller: Caller): Promise<Consequence> => {
  const found = offerOf(parts.policy.inForce(), await findWaiter(parts.db, taking.entryId), {
    ...taking,
    by: caller.account,
    now: parts.clock.now(),
  })
  if (!found.ok) return say(refusalNotice(found.refusals))
  const { waiter, entry } = found.value
  const vm = taking.vm ?? waiter.vm?.id
  if (vm === undefined)
    return say(
      refusalNotice([
        refusal(
          'syntax',
          `${entry.id} names no VM that ${entry.gpu.alias} shall go to`,
          `Say \`take ${entry.id} to VM\`.`,
        ),
      ]),
    )
  const reason = taking.reason ?? waiter.reason
  const forMs = taking.forMs ?? lengthWithin(entry.forMs, parts.policy.inForce().leases.caps)
  return ask(
    parts,
    {
      kind: 'assign',
      gpu: entry.gpu.alias,
      vm,
      dryRun: false,
      script: false,
      shutdown: taking.consents.shutdown || waiter.consents.shutdown,
      powerOff: taking.consents.powerOff || waiter.consents.powerOff,
      noStart: taking.consents.noStart || waiter.consents.noStart,
      ...(forMs === null ? {} : { forMs }),
      ...(reason === undefined ? {} : { reason }),
    },
    { ...caller, channel: waiter.channel },
    takingTurn(parts, entry),
  )
}

/** The button of an offer. */
export const answerOffer = async (
  parts: Parts,
  said: Extract<Delivery['said'], { kind: 'offer' }>,
  caller: Caller,
): Promise<Consequence> => {
  const against = refuseCommand(parts.policy.inForce(), caller.account, said.verdict)
  if (against) return say(refusalNotice([against]))
  return said.verdict === 'take'
    ? take(parts, { ...said, consents: NO_CONSENT, reason: undefined }, caller)
    : leave(parts, said, caller)
}

const NO_CONSENT: Consents = { shutdown: false, powerOff: false, noStart: false }

type Offered = { readonly waiter: Waiter; readonly entry: EntryIn<'offered'> }

/** The offer that this person may take now, or why there is none. */
const offerOf = (
  policy: Policy,
  waiter: Waiter | null,
  { entryId, version, by, now }: Pick<Taking, 'entryId' | 'version'> & { by: string; now: number },
): Outcome<Offered> => {
  if (waiter === null) return refused(noEntry(entryId))
  const { entry } = waiter
  if (version !== undefined && version !== entry.version && entry.state !== 'accepted')
    return refused(
      refusal(
        'stale',
        `${entryId} has changed since that button was shown`,
        '`queue` shows where you stand.',
      ),
    )
  const said = isSamePerson(policy, by, entry.by) ? entry.by : by
  const next = transition(entry, { kind: 'accept', at: now, by: said })
  if (!next.ok) return next
  return entry.state === 'offered' ? accepted({ waiter, entry }) : refused(noEntry(entryId))
}
