/** Assign, move, release: names resolved, the host read afresh, a plan made; then a request in the channel, or every reason why not. */
import { planNotice } from '../core/cards/plan'
import { refusalNotice } from '../core/answers/refusal'
import { STATE_WORDS } from '../core/answers/states'
import type { PlanCommand } from '../core/command'
import { accepted, messageOf, refusal, refused, type Outcome } from '../core/errors'
import {
  aliasOf,
  gpuByPath,
  type GpuFacts,
  type HostFacts,
  type HostView,
  type VmFacts,
} from '../core/inventory'
import { resolveAny, resolvePair } from '../core/names'
import type { Plan } from '../core/plan/plan'
import { planAssign, planMove, planRelease, type PlanInput } from '../core/plan/planner'
import { revisionOf } from '../core/policy'
import { isOpen, type RequestIn, type RequestState } from '../core/request'
import { baselinesOf, hostViews, isPaused, saveFacts } from '../store/fleet'
import { post } from '../store/outbox'
import { insertRequest, nextRequestId, requestsIn } from '../store/requests'
import type { Tx } from '../store/database'
import { cardOf } from './card'
import type { Caller, Consequence } from './consequence'
import { say } from './consequence'
import type { Parts } from './parts'

interface Names {
  readonly view: HostView
  readonly gpu: GpuFacts
  readonly vm: VmFacts | null
}

export const ask = async (parts: Parts, command: PlanCommand, caller: Caller): Promise<Consequence> => {
  const names = resolve(command, await hostViews(parts.db, [...parts.hosts.keys()]))
  if (!names.ok) return say(refusalNotice(names.refusals))
  const { view } = names.value
  if (await isPaused(parts.db, view.name))
    return say(
      refusalNotice([
        refusal(
          'paused',
          `${view.name} is paused: no new requests are taken`,
          `An administrator ends it with \`resume ${view.name}\`.`,
        ),
      ]),
    )
  const facts = await readFacts(parts, view)
  if (!facts.ok) return say(refusalNotice(facts.refusals))
  const plan = await planFor(parts, command, { names: names.value, facts: facts.value })
  if (!plan.ok) return say(refusalNotice(plan.refusals))
  if (command.dryRun || command.script) return say(planNotice(plan.value, command.script))
  return raise(parts, { plan: plan.value, facts: facts.value, command, caller })
}

const resolve = (command: PlanCommand, views: readonly HostView[]): Outcome<Names> => {
  if (command.kind === 'release') return resolveRelease(command.name, views)
  return resolvePair(command.gpu, command.vm, views)
}

/** `release VM` means its one GPU; with several, the person must say which. */
const resolveRelease = (name: string, views: readonly HostView[]): Outcome<Names> => {
  const found = resolveAny(name, views)
  if (!found.ok) return found
  const { value } = found
  if (value.kind === 'gpu') return accepted({ view: value.view, gpu: value.gpu, vm: null })
  if (value.kind === 'host')
    return refused(refusal('syntax', `${name} is a host`, `Name one GPU, such as \`release ${name}/gpu0\`.`))
  const gpus = value.vm.assigned.flatMap((path) => gpuByPath(value.facts, path) ?? [])
  const [only] = gpus
  if (only && gpus.length === 1) return accepted({ view: value.view, gpu: only, vm: null })
  if (gpus.length === 0)
    return refused(refusal('not-possible', `${value.vm.name} has no GPU`, 'See `list --mine` or `list`.'))
  const choices = gpus.map((gpu) => `\`release ${aliasOf(value.facts, gpu)}\``).join(' or ')
  return refused(refusal('syntax', `${value.vm.name} has ${gpus.length} GPUs`, `Say which: ${choices}.`))
}

const readFacts = async (parts: Parts, view: HostView): Promise<Outcome<HostFacts>> => {
  try {
    const facts = await parts.hosts.get(view.name)?.inventory()
    if (facts) return accepted(facts)
  } catch (error) {
    parts.log.warn({ host: view.name, error: messageOf(error) }, 'host could not be read')
  }
  return refused(
    refusal(
      'unreachable',
      `${view.name} does not answer, so nothing can be planned on it`,
      `Try again when \`show ${view.name}\` says that it is back.`,
    ),
  )
}

/** Plans on fresh facts; a name that was resolved from the last reading must still mean the same device. */
const planFor = async (
  parts: Parts,
  command: PlanCommand,
  found: { names: Names; facts: HostFacts },
): Promise<Outcome<Plan>> => {
  const { names, facts } = found
  const gpu = gpuByPath(facts, names.gpu.locationPath)
  const vm = names.vm && (facts.vms.find((each) => each.id === names.vm?.id) ?? null)
  if (!gpu || (names.vm && !vm))
    return refused(
      refusal('stale', `${facts.name} has changed since it was last read`, 'Look at `list` and ask again.'),
    )
  const taken = await openOn(parts.db, { host: facts.name, gpu, vms: vm ? [vm] : [] })
  const input: PlanInput = {
    host: facts,
    gpu,
    vm,
    consents: { shutdown: command.shutdown, powerOff: command.powerOff, noStart: command.noStart },
    baselines: await baselinesOf(parts.db, facts.name),
    policyRevision: revisionOf(parts.policy),
  }
  const plan = { assign: planAssign, move: planMove, release: planRelease }[command.kind](input)
  if (taken.length === 0) return plan
  return refused(...taken, ...(plan.ok ? [] : plan.refusals))
}

/** Open requests that already speak for this GPU or VM. */
const openOn = async (
  db: Parts['db'] | Tx,
  subject: { host: string; gpu: { locationPath: string }; vms: readonly { id: string }[] },
) => {
  const open = await requestsIn(db, ['pending', 'approved', 'running', 'needs-attention'])
  return open
    .filter(({ plan, state }) => {
      const vms = [plan.from?.id, plan.to?.id]
      return (
        isOpen(state) &&
        plan.host === subject.host &&
        (plan.gpu.locationPath === subject.gpu.locationPath ||
          subject.vms.some((vm) => vms.some((id) => id === vm.id)))
      )
    })
    .map(({ id, state, plan }) =>
      refusal(
        'busy',
        `${plan.gpu.alias}${plan.to ? ` and ${plan.to.name}` : ''}: request ${id} comes first (${STATE_WORDS[state]})`,
        `${HOW_IT_ENDS[state]?.(id) ?? ''} See \`show ${id}\`.`.trim(),
      ),
    )
}

const HOW_IT_ENDS: { readonly [S in RequestState]?: (id: string) => string } = {
  pending: (id) => `An approver decides it, or its requester says \`cancel ${id}\`.`,
  approved: (id) => `It is about to run; its requester can still say \`cancel ${id}\`.`,
  running: () => 'It ends by itself; ask again then.',
  'needs-attention': (id) => `An administrator repairs the host and says \`resolve ${id}\`.`,
}

const raise =
  (
    parts: Parts,
    asked: { plan: Plan; facts: HostFacts; command: PlanCommand; caller: Caller },
  ): Consequence =>
  async (tx) => {
    const { plan, facts, command, caller } = asked
    const vms = [plan.from, plan.to].flatMap((vm) => vm ?? [])
    const taken = await openOn(tx, { host: plan.host, gpu: { locationPath: plan.gpu.locationPath }, vms })
    if (taken.length > 0) return refusalNotice(taken)
    const at = parts.clock.now()
    const channel = parts.requestsChannel ?? caller.channel
    const request: RequestIn<'pending'> = {
      state: 'pending',
      id: await nextRequestId(tx),
      version: 1,
      plan,
      channel,
      asked:
        command.reason === undefined
          ? { by: caller.account, at }
          : { by: caller.account, at, reason: command.reason },
      expiresAt: at + parts.limits.requestExpiresMs,
    }
    await insertRequest(tx, request)
    await saveFacts(tx, facts, at)
    await post(tx, channel, await cardOf(tx, request, at), {
      at,
      requestId: request.id,
      otherwise: caller.back,
    })
    parts.log.info(
      { request: request.id, by: caller.account, action: plan.action, gpu: plan.gpu.alias },
      'asked',
    )
    return null
  }
