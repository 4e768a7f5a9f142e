/**
 * Who holds which GPU until when, and what each team has used: from the requests that succeeded. They say nothing of an
 * end. What somebody took back by hand is held by nobody, and no use either, since nobody knows since when.
 */
import { Fault } from '../core/errors'
import { gpuByPath, instanceId, locationPath, placeOf, type HostView } from '../core/inventory'
import { isOpen, newLease, transition, type Lease } from '../core/lease/lease'
import { partitionsOf } from '../core/partitions'
import { personOf, type Policy } from '../core/policy/policy'
import { teamOf } from '../core/queue/waiter'
import type { RequestIn } from '../core/request'
import type { Db, Tx } from '../store/database'
import { requestsIn } from '../store/requests'
import { heldKey } from './holding'

type Done = RequestIn<'succeeded'>
interface Known {
  readonly policy: Policy
  readonly views: readonly HostView[]
}

/** All that were open at some moment since then (epoch milliseconds): those that are open say who holds what, all of them what was used. */
export const holdsSince = async (db: Db | Tx, known: Known, from: number): Promise<Lease[]> => {
  const done = (await requestsIn(db, ['succeeded'])).filter((each) => each.state === 'succeeded')
  const changes = new Map<string, Done[]>()
  for (const each of done.sort((a, b) => a.endedAt - b.endedAt))
    if (each.plan.action !== 'partition' && each.plan.action !== 'resize')
      changes.set(heldKey(each.plan), [...(changes.get(heldKey(each.plan)) ?? []), each])
  return [...changes.values()].flatMap((line) =>
    line.flatMap((gift, at) => holdOf(gift, line[at + 1], known) ?? []).filter((each) => wasOpen(each, from)),
  )
}

const wasOpen = (hold: Lease, from: number): boolean =>
  isOpen(hold) || !('endedAt' in hold) || hold.endedAt >= from

/** What the request gave to a VM, until the next one that was about it. */
const holdOf = (gift: Done, next: Done | undefined, known: Known): Lease | null => {
  const { plan, asked, id, endedAt } = gift
  if (plan.to === null || (next === undefined && !isThere(gift, known.views))) return null
  const hold = newLease({
    id,
    gpu: {
      alias: plan.gpu.alias,
      instanceId: instanceId.parse(plan.gpu.instanceId),
      locationPath: locationPath.parse(plan.gpu.locationPath),
    },
    part: plan.mode === 'dda' ? 1 : 1 / (partitionsNow(gift, known.views) ?? 1),
    vm: plan.to,
    holder: asked.by,
    team: teamOf(known.policy, personOf(known.policy, asked.by) ?? asked.person),
    endsAt: null,
    at: endedAt,
  })
  if (next === undefined) return hold
  const ended = transition(hold, { kind: 'move', by: next.asked.by, at: next.endedAt })
  if (!ended.ok) throw new Fault('internal', `ending the hold of ${id}`)
  return ended.value
}

const factsOf = ({ plan }: Done, views: readonly HostView[]) => {
  const facts = views.find(({ name }) => name === plan.host)?.facts
  const gpu = facts && gpuByPath(facts, locationPath.parse(plan.gpu.locationPath))
  return facts && gpu ? { facts, gpu } : null
}

const isThere = (gift: Done, views: readonly HostView[]): boolean => {
  const found = factsOf(gift, views)
  if (found === null) return false
  const { facts, gpu } = found
  const { mode, to } = gift.plan
  if (mode === 'partition')
    return facts.vms.some((vm) => vm.id === to?.id && partitionsOf(facts, vm, gpu).length > 0)
  const place = placeOf(facts, gpu)
  return place.kind === 'assigned' && place.vm === to?.id
}

const partitionsNow = (gift: Done, views: readonly HostView[]): number | undefined =>
  factsOf(gift, views)?.gpu.partition?.count
