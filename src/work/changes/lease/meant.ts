/** Which lease somebody means to end or to extend: by its id, by its GPU, or the only one that they hold. */
import { refusalNotice } from '../../../core/answers/refusal'
import { vmOf, type Change } from '../../../core/change/change'
import type { Command, PlanCommand } from '../../../core/command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../../core/errors'
import { copyable } from '../../../core/grammar/format'
import { shown } from '../../../core/text/shown'
import { aliasOf, placeOf } from '../../../core/inventory/inventory'
import type { Lease, LeaseIn } from '../../../core/lease/lease'
import { resolveGpu } from '../../../core/inventory/names'
import { may } from '../../../core/request/permission'
import { hostViews } from '../../../store/fleet'
import { openLeases, openLeasesAt } from '../../../store/leases'
import { say, type Caller, type Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { isHolder } from '../../telling/holders'

export type OfLease = Extract<Command, { kind: 'done' | 'extend' }>

const MOST_NAMED = 5

/** What comes of the lease that is meant; refused, with each that could be meant, where that is not one. */
export const onLease = async (
  context: Context,
  command: OfLease,
  caller: Caller,
  then: (leaseId: string) => Effect | Promise<Effect>,
): Promise<Effect> => {
  const meant = await leaseMeant(context, command, caller)
  return meant.ok ? then(meant.value) : say(refusalNotice(meant.refusals))
}

const leaseMeant = async (context: Context, command: OfLease, caller: Caller): Promise<Outcome<string>> => {
  if (command.requestId !== undefined) return accepted(command.requestId)
  if (command.gpu !== undefined) return ofGpu(context, { ...command, gpu: command.gpu }, caller)
  const leases = ownOf(context, await openLeases(context.db), caller)
  return onlyOne(command, leases, refusal('not-possible', 'you hold no GPU', '`list` shows who holds which.'))
}

const ownOf = ({ policy }: Context, leases: readonly Lease[], { account }: Caller): Lease[] =>
  leases.filter((lease) => isHolder(policy.inForce(), lease, account))

/**
 * The caller's own lease of what they would release: to give that back needs no approver, by whichever word. Null for
 * everything else, and where a rule of the policy has a say: a VM that is cut off, or glass that is broken.
 */
export const ownToRelease = async (
  context: Context,
  { change, words }: { readonly change: Change; readonly words: PlanCommand },
  caller: Caller,
): Promise<LeaseIn<'held'> | LeaseIn<'grace'> | null> => {
  const { host, gpus, action, consents } = change
  if (action !== 'release' || consents.powerOff || words.breakGlass === true) return null
  const [view] = await hostViews(context.db, [host])
  const place = view?.facts ? placeOf(view.facts, { locationPath: gpus[0] }) : null
  const from = vmOf(change) ?? (place?.kind === 'assigned' ? place.vm : null)
  const own = ownOf(context, await openLeasesAt(context.db, host), caller)
  const lease = own.find((each) => each.gpu.locationPath === gpus[0] && each.vm.id === from)
  return lease?.state === 'held' || lease?.state === 'grace' ? lease : null
}

/** Their own; that of somebody else only where they may extend it by its id. */
const ofGpu = async (
  context: Context,
  command: OfLease & { readonly gpu: string },
  caller: Caller,
): Promise<Outcome<string>> => {
  const found = resolveGpu(command.gpu, await hostViews(context.db, [...context.hosts.keys()]))
  if (!found.ok) return found
  const { facts, gpu } = found.value
  const leases = (await openLeasesAt(context.db, facts.name)).filter(
    (lease) => lease.gpu.locationPath === gpu.locationPath,
  )
  const own = ownOf(context, leases, caller)
  const mayOthers = command.kind === 'extend' && may(context.policy.inForce(), caller.account, 'pause')
  const alias = aliasOf(facts, gpu)
  const none = refusal('not-possible', `you do not hold ${alias}`, `\`show ${alias}\` says who does.`)
  return onlyOne(command, own.length === 0 && mayOthers ? leases : own, none)
}

/** One that is being given back counts: to say it twice is not to mean the next one. */
const onlyOne = (command: OfLease, leases: readonly Lease[], none: Refusal): Outcome<string> => {
  const [only, ...others] = leases
  if (!only) return refused(none)
  return others.length === 0 ? accepted(only.id) : refused(several(command, leases))
}

const several = ({ gpu, ...command }: OfLease, leases: readonly Lease[]): Refusal => {
  const open = leases.filter(({ state }) => state !== 'releasing')
  const choices = open
    .slice(0, MOST_NAMED)
    .map((lease) => `\`${copyable({ ...command, requestId: lease.id }) ?? lease.id}\` for ${whereOf(lease)}`)
  const more =
    open.length > MOST_NAMED ? `, or one of ${open.length - MOST_NAMED} more (\`list --mine\`)` : ''
  const going = leases.filter(({ state }) => state === 'releasing').map(whereOf)
  return refusal(
    'syntax',
    `${leases.length} leases ${gpu === undefined ? 'are yours' : `of ${shown(gpu)} could be meant`}${going.length === 0 ? '' : ` (${going.join(', ')} is being given back)`}`,
    choices.length === 0 ? '`list --mine` shows them.' : `Say which: ${choices.join(', or ')}${more}.`,
  )
}

const whereOf = ({ gpu, vm }: Lease): string => `${gpu.alias} in ${shown(vm.name)}`
