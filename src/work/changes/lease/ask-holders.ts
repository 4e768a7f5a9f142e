/** `ask`: whoever holds a GPU hears, privately, that somebody would like to have it. Nothing else happens. */
import { doneNotice } from '../../../core/answers/done'
import { refusalNotice } from '../../../core/answers/refusal'
import { plea } from '../../../core/cards/lease'
import { refusal, type Refusal } from '../../../core/errors'
import { aliasOf, placeOf } from '../../../core/inventory/inventory'
import type { Lease, LeaseIn } from '../../../core/lease/lease'
import { resolveGpu, type FoundGpu } from '../../../core/inventory/names'
import { personOf, type Policy } from '../../../core/policy/policy'
import { hostViews } from '../../../store/fleet'
import { openLeasesAt } from '../../../store/leases'
import { say, type Caller, type Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { isHolder, tellHolder } from '../../telling/holders'
import { tellingOf } from '../../telling/lease-card'

export const askHolders = async (
  context: Context,
  { gpu, reason }: { readonly gpu: string; readonly reason?: string | undefined },
  caller: Caller,
): Promise<Effect> => {
  const found = resolveGpu(gpu, await hostViews(context.db, [...context.hosts.keys()]))
  if (!found.ok) return say(refusalNotice(found.refusals))
  const { facts, gpu: device } = found.value
  return async (tx) => {
    const policy = context.policy.inForce()
    const leases = (await openLeasesAt(tx, facts.name)).filter(
      (lease) => lease.gpu.locationPath === device.locationPath,
    )
    const others = leases.filter((lease) => !isHolder(policy, lease, caller.account)).filter(isAtHand)
    if (others.length === 0) return refusalNotice([nobodyToAsk(found.value, leases)])
    const at = context.clock.now()
    const asked = { by: caller.account, reason }
    for (const lease of others) {
      const telling = await tellingOf(tx, context, lease, at)
      await tellHolder(tx, lease, plea(lease, asked, telling), { at })
    }
    return doneNotice(`Asked ${namesOf(policy, others)} for ${aliasOf(facts, device)}.`)
  }
}

/** What is being given back already needs no asking. */
const isAtHand = (lease: Lease): lease is LeaseIn<'held'> | LeaseIn<'grace'> =>
  lease.state === 'held' || lease.state === 'grace'

const namesOf = (policy: Policy, leases: readonly Lease[]): string => {
  const people = leases.map(({ holder, vm }) => personOf(policy, holder) ?? `the holder of ${vm.name}`)
  return [...new Set(people)].join(', ')
}

const nobodyToAsk = ({ facts, gpu }: FoundGpu, leases: readonly Lease[]): Refusal => {
  const alias = aliasOf(facts, gpu)
  const [own] = leases
  if (own?.state === 'releasing')
    return refusal('not-possible', `${alias} is being given back (${own.request})`, 'Wait for it.')
  if (own) return refusal('not-possible', `you hold ${alias} yourself`, `Use: done ${own.id}`)
  return placeOf(facts, gpu).kind === 'assigned'
    ? refusal(
        'not-possible',
        `${alias} was not lent by this bot, so it is not known who holds it`,
        `See \`show ${alias}\`; \`move\` and \`release\` ask an approver.`,
      )
    : refusal('not-possible', `nobody holds ${alias}`, `Ask for it: assign ${alias} to VM`)
}
