/** `queue`: who waits and for what; or a place in the line for a GPU, or for one of a kind. */
import { joinedNotice, queueNotice } from '../../../core/answers/queue'
import { refusalNotice } from '../../../core/answers/refusal'
import type { Command } from '../../../core/command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../../core/errors'
import { aliasOf, type HostView } from '../../../core/inventory/inventory'
import { refuseEnd } from '../../../core/lease/caps'
import { refuseEndless } from '../../../core/lease/quota'
import { resolveGpu, resolvePair, resolveVm } from '../../../core/inventory/names'
import { type Policy, isSamePerson, personOf, teamOf } from '../../../core/policy/policy'
import { againstGpu, candidatesOf } from '../../../core/queue/candidates'
import { newEntry, type NewEntry, type Want } from '../../../core/queue/entry'
import { refuseJoin } from '../../../core/queue/join'
import { kindOf } from '../../../core/queue/kind'
import { fits } from '../../../core/queue/order'
import { againstPerson } from '../../../core/queue/rights'
import type { Wanting, Waiter } from '../../../core/queue/waiter'
import { hostViews } from '../../../store/fleet'
import { insertWaiter, nextEntryId } from '../../../store/queue'
import { say, type Caller, type Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { snapshotOf } from '../../snapshot/snapshot'
import { askedBy } from '../../snapshot/most'

type QueueCommand = Extract<Command, { kind: 'queue' }>

export const queue = async (context: Context, command: QueueCommand, caller: Caller): Promise<Effect> => {
  const { gpu, model, memory, vm } = command
  if ([gpu, model, memory, vm].every((each) => each === undefined))
    return say(
      queueNotice(await snapshotOf(context.db, context), { now: context.clock.now(), page: command.page }),
    )
  const policy = context.policy.inForce()
  const views = await hostViews(context.db, [...context.hosts.keys()])
  const wish = wishOf(policy, command, views)
  if (!wish.ok) return say(refusalNotice(wish.refusals))
  const forMs = command.forMs ?? null
  const against = againstWish(policy, wish.value, { views, by: caller.account, forMs })
  return against.ok
    ? join(context, command, { wish: wish.value, caller })
    : say(refusalNotice(against.refusals))
}

interface QueueWish {
  readonly want: Want
  readonly vm: Waiter['vm']
}

const wishOf = (policy: Policy, command: QueueCommand, views: readonly HostView[]): Outcome<QueueWish> => {
  if (command.gpu === undefined) return wishOfKind(policy, command, views)
  if (command.model !== undefined || command.memory !== undefined)
    return refused(
      refusal(
        'syntax',
        `\`${command.gpu}\` is one GPU, and \`any\` and \`with\` are for one of many`,
        'Say `queue GPU`, or `queue any MODEL with SIZE free`.',
      ),
    )
  const pair = command.vm === undefined ? null : resolvePair(command.gpu, command.vm, views)
  const found = pair ?? resolveGpu(command.gpu, views)
  if (!found.ok) return found
  const { facts, gpu } = found.value
  const against = againstGpu(facts, gpu)
  if (against.length > 0) return refused(...against)
  const { locationPath } = gpu
  const vm = pair?.ok ? pair.value.vm : null
  return accepted({
    want: { kind: 'gpu', alias: aliasOf(facts, gpu), host: facts.name, locationPath },
    vm: vm && { id: vm.id, name: vm.name },
  })
}

/** The VM says the host: a GPU stays in its own. */
const wishOfKind = (
  policy: Policy,
  { model = 'any', memory, vm: name }: QueueCommand,
  views: readonly HostView[],
): Outcome<QueueWish> => {
  const found = name === undefined ? null : resolveVm(name, views)
  if (found?.ok === false) return found
  const host = found === null ? {} : { host: found.value.facts.name }
  const vm = found && { id: found.value.vm.id, name: found.value.vm.name }
  const freeBytes = memory ?? null
  return accepted({ want: { kind: 'class', freeBytes, ...kindOf(policy, model), ...host }, vm })
}

/** What nobody could ever offer them is said at once. */
const againstWish = (
  policy: Policy,
  { want, vm }: QueueWish,
  { views, ...who }: { readonly views: readonly HostView[] } & Pick<Wanting, 'by' | 'forMs'>,
): Outcome<null> => {
  const suitable = candidatesOf(policy, views).filter((gpu) => fits(want, gpu))
  const [first, ...others] = suitable.map((gpu) => againstPerson(policy, { ...who, vm }, gpu, views))
  if (first === undefined) return refused(refuseKind(policy, { want, vm }, views))
  if ([first, ...others].every((each) => each.length > 0)) return refused(...first)
  const tooLong = againstLength(policy, who.forMs)
  return tooLong === null ? accepted(null) : refused(tooLong)
}

/** Nothing is like that: nowhere, or not on the host of the VM, which a GPU of another one cannot reach. */
const refuseKind = (policy: Policy, { want, vm }: QueueWish, views: readonly HostView[]): Refusal => {
  const { host, ...anywhere } = want
  const elsewhere =
    vm === null || anywhere.kind === 'gpu'
      ? []
      : candidatesOf(policy, views).filter((gpu) => fits(anywhere, gpu))
  if (vm === null || elsewhere.length === 0)
    return refusal(
      'unknown-name',
      'no GPU that can be given to a VM as a whole is like that',
      '`list` shows the GPUs, and `check GPU` why one cannot be given.',
    )
  const hosts = [...new Set(elsewhere.map((gpu) => gpu.host))].join(', ')
  return refusal(
    'not-possible',
    `${vm.name} is on ${host ?? ''}, where no GPU is like that: those are on ${hosts}, and a GPU stays in its host`,
    `Name a VM of ${hosts}, or wait for another GPU of ${host ?? ''}.`,
  )
}

/** Whatever they are offered, it could not be lent for so long. */
const againstLength = ({ leases: { caps, quota } }: Policy, forMs: number | null): Refusal | null =>
  refuseEnd(forMs, 0, caps) ?? refuseEndless(forMs, quota)

const join =
  (context: Context, command: QueueCommand, { wish, caller }: { wish: QueueWish; caller: Caller }): Effect =>
  async (tx) => {
    const snapshot = await snapshotOf(tx, context)
    const { policy } = snapshot
    const { account: by } = caller
    const now = context.clock.now()
    const draft = (id: string): NewEntry => ({
      id,
      by,
      team: teamOf(policy, personOf(policy, by) ?? by),
      want: wish.want,
      since: now,
      forMs: command.forMs ?? null,
    })
    const entries = snapshot.waiters.map(({ entry }) =>
      isSamePerson(policy, entry.by, by) ? { ...entry, by } : entry,
    )
    const { most } = policy.queue
    const against = refuseJoin(entries, draft(''), { most, asked: await askedBy(tx, policy, by) })
    if (against) return refusalNotice([against])
    const { shutdown, powerOff, noStart, reason } = command
    const waiter: Waiter = {
      entry: newEntry(draft(await nextEntryId(tx))),
      vm: wish.vm,
      consents: { shutdown, powerOff, noStart },
      ...(reason === undefined ? {} : { reason }),
      channel: caller.channel,
      back: caller.back,
      privately: caller.privately ?? caller.back,
    }
    await insertWaiter(tx, waiter)
    context.log.info({ entry: waiter.entry.id, by }, 'joined the queue')
    return joinedNotice(waiter, { ...snapshot, waiters: [...snapshot.waiters, waiter] }, now)
  }
