/** `why`: a request as it is stored, or a command judged as if this person gave it now. Nothing is asked for. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { OWN_RETURN, quarantineParts, whyRequestNotice, whyWishNotice } from '../../core/answers/explain'
import type { Command, PlanCommand } from '../../core/command/command'
import type { Notice } from '../../core/notice/notice'
import { quarantinesIn } from '../../core/plan/quarantined'
import { refuseCommand } from '../../core/request/permission'
import type { Readings } from '../../core/operation/progress'
import { outlineOf } from '../../core/planner/outline'
import { wishOf } from '../../core/policy/judge'
import { personOf } from '../../core/policy/policy'
import type { Quarantine } from '../../core/inventory/quarantine'
import type { Request } from '../../core/request/request'
import { hostViews, marks } from '../../store/fleet'
import { findRequest } from '../../store/requests'
import type { Caller } from '../context/effect'
import { noRequest } from '../context/no-request'
import { ownToRelease } from '../changes/lease/meant'
import { readEnd } from '../changes/lease/terms'
import { show } from './list'
import type { Context } from '../context/context'
import { readTyped } from './typed'
import { changeFor } from '../planning/across'
import { groundsFor } from '../planning/grounds'

export const why = async (context: Context, what: string, caller: Caller): Promise<Notice> => {
  if (/^R-\d+$/.test(what)) {
    const request = await findRequest(context.db, what)
    return request ? whyRequest(context, request) : refusalNotice([noRequest(what)])
  }
  if (/^Q-\d+$/i.test(what)) return show(context, what, caller)
  const read = await readTyped(context, what, caller)
  return read.ok ? whyCommand(context, read.value, caller) : refusalNotice(read.refusals)
}

/** One that has begun is brought to its end. */
const whyRequest = async (context: Context, request: Request): Promise<Notice> => {
  const notice = whyRequestNotice(context.policy.inForce(), request, context.clock.now())
  if (request.state !== 'pending' && request.state !== 'approved') return notice
  return withParts(notice, quarantinesIn(request.plan, await lastRead(context), await marks(context.db)))
}

const lastRead = async ({ db, hosts }: Context): Promise<Readings> => {
  const views = await hostViews(db, [...hosts.keys()])
  return new Map(views.flatMap(({ name, facts }) => (facts ? [[name, facts] as const] : [])))
}

/** Behind the title. */
const withParts = (notice: Notice, quarantines: readonly Quarantine[]): Notice => {
  const [title, ...others] = notice.parts
  return title ? { ...notice, parts: [title, ...quarantineParts(quarantines), ...others] } : notice
}

/**
 * As its plan would be judged, whether or not its host takes it at this moment. Only what changes a host is judged by
 * rules; of everything else the roles decide.
 */
const whyCommand = async (context: Context, command: Command, caller: Caller): Promise<Notice> => {
  const policy = context.policy.inForce()
  const refused = refuseCommand(policy, caller.account, command.kind)
  if (refused) return refusalNotice([refused])
  if (!isPlanCommand(command))
    return doneNotice(`Your roles let you \`${command.kind}\`; no rule is asked. See \`whoami\`.`)
  const change = await changeFor(context, command)
  if (!change.ok) return refusalNotice(change.refusals)
  if (await ownToRelease(context, { change: change.value, words: command }, caller))
    return doneNotice(OWN_RETURN)
  const at = context.clock.now()
  const end = readEnd(policy, command, { by: caller.account, at })
  if (!end.ok) return refusalNotice(end.refusals)
  const readings = await lastRead(context)
  const plan = outlineOf(change.value, readings)
  if (!plan) return doneNotice(`${change.value.host} has not been read yet.`)
  const { roles, ...basis } = await groundsFor(context, { plan, readings, caller, end: end.value })
  const person = personOf(policy, caller.account) ?? caller.account
  const notice = whyWishNotice(policy, person, wishOf(plan, basis), at)
  return withParts(notice, quarantinesIn(plan, readings, await marks(context.db)))
}

const isPlanCommand = (command: Command): command is PlanCommand => 'dryRun' in command
