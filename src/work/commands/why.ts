/** `why`: a request as it is stored, or a command judged as if this person gave it now. Nothing is asked for. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { OWN_RETURN, quarantineParts, whyRequestNotice, whyWishNotice } from '../../core/answers/why'
import type { Command, PlanCommand } from '../../core/command/command'
import { aliasOf, type GpuFacts, type HostFacts } from '../../core/inventory/inventory'
import { lentMsOf } from '../../core/time/until'
import type { Notice } from '../../core/notice/notice'
import { forcesDismount } from '../../core/planner/checks/host-checks'
import { quarantinesIn } from '../../core/plan/quarantined'
import { holderOf } from '../../core/planner/parts/taking'
import { refuseCommand } from '../../core/request/permission'
import { isUnsupported, type Wish } from '../../core/policy/judge'
import { personOf } from '../../core/policy/policy'
import { quarantineOf, type Quarantine } from '../../core/inventory/quarantine'
import type { Request } from '../../core/request/request'
import { hostViews, marks } from '../../store/fleet'
import { findRequest } from '../../store/requests'
import type { Caller } from '../context/consequence'
import { noRequest } from '../context/no-request'
import { isOwn } from '../snapshot/holding'
import { ownToRelease } from '../changes/lease/meant'
import { readEnd } from '../changes/lease/terms'
import { show } from './look'
import type { Parts } from '../context/parts'
import { readCommand } from './typed'
import { subjectsFor } from '../planning/across'
import type { Subjects } from '../snapshot/subjects'

export const why = async (parts: Parts, what: string, caller: Caller): Promise<Notice> => {
  if (/^R-\d+$/.test(what)) {
    const request = await findRequest(parts.db, what)
    return request ? whyRequest(parts, request) : refusalNotice([noRequest(what)])
  }
  if (/^Q-\d+$/i.test(what)) return show(parts, what, caller)
  const read = await readCommand(parts, what, caller)
  return read.ok ? whyCommand(parts, read.value, caller) : refusalNotice(read.refusals)
}

/** One that has begun is brought to its end. */
const whyRequest = async (parts: Parts, request: Request): Promise<Notice> => {
  const notice = whyRequestNotice(parts.policy.inForce(), request, parts.clock.now())
  if (request.state !== 'pending' && request.state !== 'approved') return notice
  const views = await hostViews(parts.db, [...parts.hosts.keys()])
  const readings = new Map(views.flatMap(({ name, facts }) => (facts ? [[name, facts] as const] : [])))
  return withParts(notice, quarantinesIn(request.plan, readings, await marks(parts.db)))
}

/** Behind the title. */
const withParts = (notice: Notice, quarantines: readonly Quarantine[]): Notice => {
  const [title, ...others] = notice.parts
  return title ? { ...notice, parts: [title, ...quarantineParts(quarantines), ...others] } : notice
}

/** Only what changes a host is judged by rules; of everything else the roles decide. */
const whyCommand = async (parts: Parts, command: Command, caller: Caller): Promise<Notice> => {
  const policy = parts.policy.inForce()
  const refused = refuseCommand(policy, caller.account, command.kind)
  if (refused) return refusalNotice([refused])
  if (!isPlanCommand(command))
    return doneNotice(`Your roles let you \`${command.kind}\`; no rule is asked. See \`whoami\`.`)
  if (command.kind === 'release' && (await ownToRelease(parts, command, caller)))
    return doneNotice(OWN_RETURN)
  const views = await hostViews(parts.db, [...parts.hosts.keys()])
  const names = await subjectsFor(parts, command, views)
  if (!names.ok) return refusalNotice(names.refusals)
  const at = parts.clock.now()
  const end = readEnd(policy, command, { by: caller.account, at })
  if (!end.ok) return refusalNotice(end.refusals)
  const lentMs = lentMsOf(end.value, at)
  const { facts } = names.value.view
  const wish = facts && (await wishFor(parts, command, { names: names.value, facts, lentMs, caller }))
  const apart =
    facts && isGiven(command) ? quarantineOf(facts, names.value.gpu, names.value.view.marks) : null
  return wish
    ? withParts(
        whyWishNotice(policy, personOf(policy, caller.account) ?? caller.account, wish, at),
        apart ? [apart] : [],
      )
    : doneNotice(`${names.value.view.name} has not been read yet.`)
}

const isGiven = ({ kind }: PlanCommand): boolean => kind === 'assign' || kind === 'move'

const isPlanCommand = (command: Command): command is PlanCommand => 'dryRun' in command

/** As its plan would be, whether or not the host takes it at this moment. */
const wishFor = async (
  parts: Parts,
  command: PlanCommand,
  {
    names,
    facts,
    lentMs,
    caller,
  }: Pick<Wish, 'lentMs'> & { names: Subjects; facts: HostFacts; caller: Caller },
): Promise<Wish> => {
  const { gpu, vm, release } = names
  const given = release?.view.facts ? releaseOf(release.view.facts, release.gpu) : undefined
  const mode = modeOf(command, names)
  const from = mode === 'dda' ? (holderOf(facts, gpu) ?? null) : command.kind === 'assign' ? null : vm
  const to = command.kind === 'assign' || command.kind === 'move' ? vm : null
  const vms = [from, to].flatMap((each) => each ?? [])
  const touching = {
    from: (given ? given.from : from)?.id ?? null,
    touched: [
      { facts, vms: vms.map(({ id }) => id) },
      ...(given ? [{ facts: release?.view.facts, vms: given.vms.map(({ id }) => id) }] : []),
    ],
  }
  return {
    command: command.kind,
    mode,
    host: facts.name,
    gpu: aliasOf(facts, gpu),
    model: gpu.model,
    vms,
    own: await isOwn(parts.db, parts.policy.inForce(), touching, caller.account),
    lentMs,
    force: command.kind === 'assign' && mode === 'dda' && forcesDismount(facts, gpu),
    powerOff:
      'powerOff' in command && command.powerOff && [from, to].some((each) => each?.state === 'Running'),
    unsupportedPartitioning: isUnsupported({ mode, action: command.kind }, facts),
    release: given && { host: given.host, gpu: given.alias, model: given.gpu.model, vms: given.vms },
  }
}

const releaseOf = (facts: HostFacts, gpu: GpuFacts) => {
  const from = holderOf(facts, gpu) ?? null
  const vms = from ? [from] : []
  return { host: facts.name, gpu, alias: aliasOf(facts, gpu), from, vms }
}

const modeOf = (command: PlanCommand, { vm }: Subjects): Wish['mode'] => {
  switch (command.kind) {
    case 'assign':
      return command.mode ?? 'dda'
    case 'release':
      return vm === null ? 'dda' : 'partition'
    case 'move':
      return 'dda'
    case 'partition':
      return 'partition'
    case 'resize':
      return command.mmio === undefined ? 'partition' : 'dda'
  }
}
