/** `forget`: an administrator says of a GPU that its host shows no more that it is gone for good. No host is changed. */
import { OPEN_STATES } from '../../core/request/request'
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { refusal, type Refusal } from '../../core/errors'
import { shown } from '../../core/text/shown'
import { aliasOf, placeOf, vmById, type GpuFacts, type HostFacts } from '../../core/inventory/inventory'
import { resolveGpu } from '../../core/inventory/names'
import { sharersOf } from '../../core/inventory/partitions'
import { gpusOf } from '../../core/plan/plan'
import { unmatchedIn } from '../../core/policy/unmatched'
import { forgetFailing } from '../../store/failing'
import { hostViews, resume } from '../../store/fleet'
import { openLeasesOn } from '../../store/leases'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'
import { refreshHost } from '../readings/reading'

/** The host is read first: what it shows by now is not forgotten. */
export const forgetGpu = async (context: Context, name: string, caller: Caller): Promise<Effect> => {
  const first = resolveGpu(name, await viewsOf(context))
  if (!first.ok) return say(refusalNotice(first.refusals))
  const alias = aliasOf(first.value.facts, first.value.gpu)
  const host = context.hosts.get(first.value.view.name)
  if (!host || !(await refreshHost(context, host)))
    return say(
      refusalNotice([
        refusal(
          'unreachable',
          `${first.value.view.name} does not answer, so that it is not known whether ${alias} is gone`,
          'Try again once it does.',
        ),
      ]),
    )
  const found = resolveGpu(name, await viewsOf(context))
  if (!found.ok) return say(refusalNotice(found.refusals))
  const { facts, gpu } = found.value
  const against = stillThere(facts, gpu) ?? (await inUse(context, alias))
  if (against) return say(refusalNotice([against]))
  host.forget(gpu.instanceId)
  await refreshHost(context, host)
  const unmatched = unmatchedIn(context.policy.inForce(), await viewsOf(context)).filter((each) =>
    each.includes(` ${alias} `),
  )
  return async (tx) => {
    const at = context.clock.now()
    await resume(tx, alias)
    await forgetFailing(tx, alias)
    const text = [
      `${alias} (${shown(gpu.model)}) is forgotten: it is in no list any more, and no other GPU gets its name. Should ${facts.name} show it again, it is back.`,
      ...unmatched.map((each) => `Look at the policy: ${shown(each)}.`),
    ].join('\n')
    await post(tx, caller.channel, doneNotice(text, caller.account), { at, otherwise: caller.back })
    return null
  }
}

const viewsOf = ({ db, hosts }: Context) => hostViews(db, [...hosts.keys()])

const stillThere = (facts: HostFacts, gpu: GpuFacts): Refusal | null => {
  const alias = aliasOf(facts, gpu)
  const place = placeOf(facts, gpu)
  const holders = place.kind === 'assigned' ? [vmById(facts, place.vm)] : sharersOf(facts, gpu)
  const names = holders.flatMap((vm) => (vm ? shown(vm.name) : []))
  if (names.length > 0)
    return refusal(
      'not-possible',
      `${names.join(', ')} on ${facts.name} ${names.length === 1 ? 'lists' : 'list'} ${alias}, so that it is not forgotten`,
      `Take it from ${names.length === 1 ? 'that VM' : 'those VMs'} first: \`show ${alias}\`.`,
    )
  if (place.kind === 'missing') return null
  return refusal(
    'not-possible',
    `${facts.name} shows ${alias}, and only what is gone is forgotten`,
    `To lend it to nobody, say \`pause ${alias}\`.`,
  )
}

const inUse = async ({ db }: Context, alias: string): Promise<Refusal | null> => {
  const [request] = (await requestsIn(db, OPEN_STATES)).filter(({ plan }) => gpusOf(plan).includes(alias))
  if (request)
    return refusal(
      'busy',
      `${request.id} is about ${alias} and is open`,
      `Settle or cancel it first: \`show ${request.id}\`.`,
    )
  const [lease] = await openLeasesOn(db, alias)
  return lease
    ? refusal(
        'busy',
        `${alias} is lent by ${lease.id}, and that lease is open`,
        `It ends once ${shown(lease.vm.name)} is seen without it: \`show ${lease.id}\`.`,
      )
    : null
}
