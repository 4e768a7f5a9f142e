/** What changes a host: names resolved, the host read afresh, a plan made; then a request in the channel, or every reason why not. */
import { brokenGlassNotice } from '../core/cards/change'
import { planNotice } from '../core/cards/plan'
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { STATE_WORDS } from '../core/answers/states'
import type { PlanCommand } from '../core/command'
import { accepted, Fault, messageOf, refusal, refused, type Outcome } from '../core/errors'
import { gpuByPath, peersOf, type HostFacts, type HostView, type VmFacts } from '../core/inventory'
import type { Plan } from '../core/plan/plan'
import {
  planAssign,
  planMove,
  planRelease,
  planResize,
  planShare,
  planSplit,
  planUnshare,
  type PlanInput,
} from '../core/plan/planner'
import { refuseBreakGlass } from '../core/policy/commands'
import { holdAt, holdText } from '../core/policy/calendar'
import { judge, subjectOf, wishOf, type Judgement } from '../core/policy/judge'
import { personOf } from '../core/policy/policy'
import { isOpen, type Request, type RequestEvent, type RequestIn, type RequestState } from '../core/request'
import { baselinesOf, hostViews, isPaused, saveFacts } from '../store/fleet'
import { post } from '../store/outbox'
import { apply, insertRequest, nextRequestId, requestsIn } from '../store/requests'
import type { Tx } from '../store/database'
import { announce } from './announce'
import { cardOf } from './card'
import { placesFor } from './copies'
import type { Caller, Consequence } from './consequence'
import { say } from './consequence'
import { isHeldBy } from './holding'
import type { Parts } from './parts'
import { subjectsOf, type Subjects } from './subjects'

export const ask = async (parts: Parts, command: PlanCommand, caller: Caller): Promise<Consequence> => {
  const views = await hostViews(parts.db, [...parts.hosts.keys()])
  const names = subjectsOf(command, views)
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
  const plan = await planFor(parts, command, { names: names.value, facts: facts.value, views })
  if (!plan.ok) return say(refusalNotice(plan.refusals))
  if (command.dryRun || command.script) return say(planNotice(plan.value, command.script))
  const judged = await judgePlan(parts, { plan: plan.value, facts: facts.value, command, caller })
  if (!judged.ok) return say(refusalNotice(judged.refusals))
  return raise(parts, { plan: plan.value, facts: facts.value, command, caller, judgement: judged.value })
}

type Asked = {
  readonly plan: Plan
  readonly facts: HostFacts
  readonly command: PlanCommand
  readonly caller: Caller
}

/** By the rules, and whether the one who asks may go on without the approval that they want. */
const judgePlan = async (
  parts: Parts,
  { plan, facts, command, caller }: Asked,
): Promise<Outcome<Judgement>> => {
  const policy = parts.policy.inForce()
  const person = personOf(policy, caller.account)
  const own = await isHeldBy(parts.db, policy, plan, caller.account)
  const judged = judge(policy, person, wishOf(plan, facts, own))
  const glass = command.breakGlass === true ? refuseBreakGlass(policy, person, command.reason) : null
  return glass === null ? judged : refused(glass, ...(judged.ok ? [] : judged.refusals))
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
  found: { names: Subjects; facts: HostFacts; views: readonly HostView[] },
): Promise<Outcome<Plan>> => {
  const { names, facts, views } = found
  const gpu = gpuByPath(facts, names.gpu.locationPath)
  const vm = names.vm && (facts.vms.find((each) => each.id === names.vm?.id) ?? null)
  if (!gpu || (names.vm && !vm))
    return refused(
      refusal('stale', `${facts.name} has changed since it was last read`, 'Look at `list` and ask again.'),
    )
  const taken = await openOn(parts.db, {
    host: facts.name,
    gpu,
    vms: vm ? [vm] : [],
    shares: isShare(command, vm),
  })
  const input: PlanInput = {
    host: facts,
    gpu,
    vm,
    consents: command.kind === 'partition' ? { shutdown: false, powerOff: false, noStart: false } : command,
    baselines: await baselinesOf(parts.db, facts.name),
    policyRevision: parts.policy.inForce().revision,
    peers: peersOf(facts, views),
  }
  const plan = planOf(command, input)
  if (taken.length === 0) return plan
  return refused(...taken, ...(plan.ok ? [] : plan.refusals))
}

/** A release with a VM is of the VM's partition. */
const planOf = (command: PlanCommand, input: PlanInput): Outcome<Plan> => {
  switch (command.kind) {
    case 'assign':
      return command.mode === 'partition' ? planShare(input, command.vram ?? null) : planWhole(command, input)
    case 'move':
      return planMove(input)
    case 'release':
      return input.vm ? planUnshare(input, input.vm) : planRelease(input)
    case 'partition':
      return planSplit(input, command.count)
    case 'resize':
      return input.vm ? planResize(input, input.vm, command.vram) : refused()
  }
}

const planWhole = ({ vram }: { readonly vram?: number | undefined }, input: PlanInput): Outcome<Plan> =>
  vram === undefined
    ? planAssign(input)
    : refused(
        refusal(
          'syntax',
          'Only a partition has its own amount of video memory; a whole GPU has all of its own',
          'Add `--mode partition`, or leave `--vram` out.',
        ),
      )

/** Several requests may wait for shares of one GPU; whoever finds none left is told so. */
const isShare = (command: PlanCommand, vm: VmFacts | null): boolean =>
  command.kind === 'resize' ||
  (command.kind === 'assign' && command.mode === 'partition') ||
  (command.kind === 'release' && vm !== null)

/** Open requests that already speak for this GPU or VM. */
const openOn = async (
  db: Parts['db'] | Tx,
  subject: {
    host: string
    gpu: { locationPath: string }
    vms: readonly { id: string }[]
    /** It is about a partition, not about the whole GPU or how it is split. */
    shares: boolean
  },
) => {
  const open = await requestsIn(db, ['pending', 'approved', 'running', 'needs-attention'])
  return open
    .filter(({ plan, state }) => {
      const vms = [plan.from?.id, plan.to?.id]
      return (
        isOpen(state) &&
        plan.host === subject.host &&
        ((plan.gpu.locationPath === subject.gpu.locationPath && !(subject.shares && sharesIn(plan))) ||
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

const sharesIn = ({ mode, action }: Plan): boolean => mode === 'partition' && action !== 'partition'

const HOW_IT_ENDS: { readonly [S in RequestState]?: (id: string) => string } = {
  pending: (id) => `An approver decides it, or its requester says \`cancel ${id}\`.`,
  approved: (id) => `It is about to run; its requester can still say \`cancel ${id}\`.`,
  running: () => 'It ends by itself; ask again then.',
  'needs-attention': (id) => `An administrator repairs the host and says \`resolve ${id}\`.`,
}

const raise =
  (parts: Parts, asked: Asked & { readonly judgement: Judgement }): Consequence =>
  async (tx) => {
    const { plan, facts, command, caller, judgement } = asked
    const vms = [plan.from, plan.to].flatMap((vm) => vm ?? [])
    const taken = await openOn(tx, {
      host: plan.host,
      gpu: { locationPath: plan.gpu.locationPath },
      vms,
      shares: sharesIn(plan),
    })
    if (taken.length > 0) return refusalNotice(taken)
    const at = parts.clock.now()
    const { home: channel, places } = placesFor(parts.requestsChannels, caller.channel)
    const person = personOf(parts.policy.inForce(), caller.account) ?? caller.account
    const said = { by: caller.account, person, at }
    const pending: RequestIn<'pending'> = {
      state: 'pending',
      id: await nextRequestId(tx),
      version: 1,
      plan,
      command,
      channel,
      asked: command.reason === undefined ? said : { ...said, reason: command.reason },
      needs: judgement.kind === 'quorum' ? [...judgement.needs] : [],
      approvals: [],
      expiresAt: at + parts.limits.requestExpiresMs,
    }
    await insertRequest(tx, pending)
    const request = await authorised(tx, pending, { command, judgement, caller })
    await saveFacts(tx, facts, at)
    const card = await cardOf(tx, request, at)
    for (const place of places)
      await post(tx, place, card, { at, requestId: request.id, otherwise: caller.back })
    const broken = 'authority' in request && request.authority.kind === 'break-glass'
    const changes = parts.changesChannel ?? channel
    if (broken) await post(tx, changes, brokenGlassNotice(request), { at, otherwise: caller.back })
    await announce(parts, tx, [{ kind: 'request', request }], { at, except: broken ? [changes] : [] })
    parts.log.info(
      { request: request.id, by: caller.account, action: plan.action, gpu: plan.gpu.alias },
      'asked',
    )
    const policy = parts.policy.inForce()
    const hold = holdAt(policy, subjectOf(plan), at)
    return hold && doneNotice(`${request.id} begins later: ${holdText(policy, hold)}.`)
  }

/** What needs nobody's approval has its authority in the same commit. A rule goes before broken glass. */
const authorised = async (
  tx: Tx,
  pending: RequestIn<'pending'>,
  { command, judgement, caller }: Pick<Asked, 'command' | 'caller'> & { readonly judgement: Judgement },
): Promise<Request> => {
  const event = authorityOf(pending, { command, judgement, caller })
  if (event === null) return pending
  const next = await apply(tx, pending, event)
  if (!next.ok) throw new Fault('internal', `authorising ${pending.id}: it cannot ${event.kind}`)
  return next.value
}

const authorityOf = (
  { asked: { at } }: RequestIn<'pending'>,
  { command, judgement, caller }: Pick<Asked, 'command' | 'caller'> & { readonly judgement: Judgement },
): RequestEvent | null => {
  if (judgement.kind === 'automatic') return { kind: 'automatic', at, rules: [...judgement.rules] }
  if (command.breakGlass !== true || command.reason === undefined) return null
  return { kind: 'break-glass', by: caller.account, at, reason: command.reason }
}
