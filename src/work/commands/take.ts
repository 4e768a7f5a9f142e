/** `take`: the GPU that is on offer is asked for, as any other would be; the request and the end of the offer are one commit. */
import { refusalNotice } from '../../core/answers/refusal'
import { NO_CONSENTS, type Change, type Consents } from '../../core/change/change'
import type { PlanCommand } from '../../core/command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import { lengthWithin } from '../../core/lease/caps'
import { resolvePair } from '../../core/inventory/names'
import { refuseCommand } from '../../core/request/permission'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import type { Delivery } from '../../core/ports/delivery'
import { nextEntry, type EntryIn } from '../../core/queue/entry'
import type { Waiter } from '../../core/queue/waiter'
import { hostViews } from '../../store/fleet'
import { findWaiter } from '../../store/queue'
import { askFor } from './ask'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'
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

export const take = async (context: Context, taking: Taking, caller: Caller): Promise<Effect> => {
  const found = offerOf(context.policy.inForce(), await findWaiter(context.db, taking.entryId), {
    ...taking,
    by: caller.account,
    now: context.clock.now(),
  })
  if (!found.ok) return say(refusalNotice(found.refusals))
  const { waiter, entry } = found.value
  const name = taking.vm ?? waiter.vm?.id
  if (name === undefined) return say(refusalNotice([whichVm(entry)]))
  const { gpu } = entry
  const pair = resolvePair(gpu.alias, name, await hostViews(context.db, [...context.hosts.keys()]))
  if (!pair.ok) return say(refusalNotice(pair.refusals))
  const reason = taking.reason ?? waiter.reason
  const forMs = taking.forMs ?? lengthWithin(entry.forMs, context.policy.inForce().leases.caps)
  const consents = bothOf(taking.consents, waiter.consents)
  const target = { host: gpu.host, gpus: [gpu.locationPath], consents } as const
  const change: Change = { ...target, action: 'assign', mode: 'dda', vm: pair.value.vm.id }
  const words: PlanCommand = {
    kind: 'assign',
    gpu: gpu.alias,
    vm: name,
    ...consents,
    ...(forMs === null ? {} : { forMs }),
    ...(reason === undefined ? {} : { reason }),
    dryRun: false,
    script: false,
  }
  return askFor(
    context,
    { change, words },
    { ...caller, channel: waiter.channel },
    takingTurn(context, entry),
  )
}

const whichVm = ({ id, gpu }: EntryIn<'offered'>): Refusal =>
  refusal('syntax', `${id} names no VM that ${gpu.alias} shall go to`, `Say \`take ${id} to VM\`.`)

const bothOf = (now: Consents, before: Consents): Consents => ({
  shutdown: now.shutdown || before.shutdown,
  powerOff: now.powerOff || before.powerOff,
  noStart: now.noStart || before.noStart,
})

/** The button of an offer. */
export const answerOffer = async (
  context: Context,
  said: Extract<Delivery['said'], { kind: 'offer' }>,
  caller: Caller,
): Promise<Effect> => {
  const against = refuseCommand(context.policy.inForce(), caller.account, said.verdict)
  if (against) return say(refusalNotice([against]))
  return said.verdict === 'take'
    ? take(context, { ...said, consents: NO_CONSENTS, reason: undefined }, caller)
    : leave(context, said, caller)
}

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
  const next = nextEntry(entry, { kind: 'accept', at: now, by: said })
  if (!next.ok) return next
  return entry.state === 'offered' ? accepted({ waiter, entry }) : refused(noEntry(entryId))
}
