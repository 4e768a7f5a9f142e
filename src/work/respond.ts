/** One command of one person, already allowed by the policy, to what it leads to. */
import { checkNotice } from '../core/answers/check'
import { listNotice } from '../core/answers/list'
import { refusalNotice } from '../core/answers/refusal'
import { requestsNotice } from '../core/answers/requests'
import { showNotice } from '../core/answers/show'
import { whoamiNotice } from '../core/answers/whoami'
import { scriptParts } from '../core/cards/plan'
import type { Command } from '../core/command'
import { helpNotice } from '../core/grammar/help'
import { aliasOf, peersOf, type HostView } from '../core/inventory'
import { resolveAny, resolveGpu, resolvePair } from '../core/names'
import { capabilitiesOf, may } from '../core/policy/commands'
import { personOf, rolesOf } from '../core/policy/policy'
import type { Request, RequestState } from '../core/request'
import { isPartitionable } from '../core/partitions'
import { partitionSurvey, survey } from '../core/survey'
import { hostViews } from '../store/fleet'
import { findRequest, lineOf, requestsIn } from '../store/requests'
import { askAgain } from './again'
import { comment } from './comment'
import { ask } from './ask'
import { cardOf } from './card'
import { say, type Caller, type Consequence } from './consequence'
import { decide, noRequest } from './decide'
import { heldBy } from './holding'
import type { Parts } from './parts'
import { pastOf } from './past'
import { acceptHost, reconcile } from './reconcile'
import { reloadPolicy } from './reload'
import { pauseScope, resolveRequest, resumeScope } from './administer'
import { readNvidiaSmi } from './smi'
import { why } from './why'

export const respond = async (parts: Parts, command: Command, caller: Caller): Promise<Consequence> => {
  switch (command.kind) {
    case 'assign':
    case 'move':
    case 'release':
    case 'partition':
    case 'resize':
      return ask(parts, command, caller)
    case 'approve':
    case 'deny':
    case 'cancel':
      return decide(parts, {
        verdict: command.kind,
        requestId: command.requestId,
        by: caller.account,
        reason: command.reason,
      })
    case 'again':
      return askAgain(parts, command.requestId, caller)
    case 'comment':
      return comment(parts, { requestId: command.requestId, text: command.reason }, caller)
    case 'reconcile':
      return reconcile(parts, command.host)
    case 'accept':
      return acceptHost(parts, command.gpu, caller)
    case 'pause':
      return pauseScope(parts, command.scope, caller)
    case 'resume':
      return resumeScope(parts, command.scope, caller)
    case 'resolve':
      return resolveRequest(parts, command.requestId, caller)
    case 'reload':
      return reloadPolicy(parts, caller)
    case 'smi':
      return readNvidiaSmi(parts, command.name, caller)
    case 'list':
      return say(await list(parts, command, caller))
    case 'show':
      return say(await show(parts, command.name))
    case 'check':
      return say(await check(parts, command))
    case 'requests':
      return say(await requests(parts, command))
    case 'history':
      return say(await pastOf(parts, command))
    case 'why':
      return say(await why(parts, command.what, caller))
    case 'help':
      return say(helpNotice(command.topic, (kind) => may(parts.policy.inForce(), caller.account, kind)))
    case 'whoami':
      return say(whoami(parts, caller))
  }
}

const views = (parts: Parts) => hostViews(parts.db, [...parts.hosts.keys()])

const OPEN: readonly RequestState[] = ['pending', 'approved', 'running', 'needs-attention']
const ENDED: readonly RequestState[] = [
  'succeeded',
  'rolled-back',
  'denied',
  'expired',
  'cancelled',
  'void',
  'resolved',
]
const openRequests = (parts: Parts) => requestsIn(parts.db, OPEN)

const list = async (parts: Parts, command: Extract<Command, { kind: 'list' }>, caller: Caller) =>
  listNotice({
    views: await views(parts),
    command,
    now: parts.clock.now(),
    requests: (await openRequests(parts)).map((each) => lineOf(each)),
    mine: command.mine ? await heldBy(parts.db, parts.policy.inForce(), caller.account) : new Set(),
  })

const REQUEST_ID = /^r-\d+$/i

const show = async (parts: Parts, name: string) => {
  const request = REQUEST_ID.test(name) ? await findRequest(parts.db, name.toUpperCase()) : null
  if (request) return showRequest(parts, request)
  const found = resolveAny(name, await views(parts))
  if (!found.ok) return refusalNotice(REQUEST_ID.test(name) ? [noRequest(name)] : found.refusals)
  return showNotice({
    subject: found.value,
    now: parts.clock.now(),
    requests: (await openRequests(parts)).map((each) => lineOf(each)),
  })
}

/** The card without its buttons (those belong to the copies in the channel), and the plan as one script. */
const showRequest = async (parts: Parts, request: Request) => {
  const card = await cardOf(parts.db, request, parts.clock.now())
  return {
    ...card,
    parts: [...card.parts.filter((part) => part.kind !== 'buttons'), ...scriptParts(request.plan)],
  }
}

const check = async (parts: Parts, command: Extract<Command, { kind: 'check' }>) => {
  const all = await views(parts)
  const pair = command.vm === undefined ? null : resolvePair(command.gpu, command.vm, all)
  const found = pair ?? resolveGpu(command.gpu, all)
  if (!found.ok) return refusalNotice(found.refusals)
  const { facts, gpu } = found.value
  const vm = pair?.ok ? pair.value.vm : null
  const modes = command.mode
    ? [command.mode]
    : (['dda', ...(isPartitionable(gpu) ? ['partition' as const] : [])] as const)
  return checkNotice({
    alias: aliasOf(facts, gpu),
    vm: vm?.name ?? null,
    ways: modes.map((mode) => ({
      mode,
      checks:
        mode === 'dda'
          ? survey(facts, gpu, vm)
          : partitionSurvey(facts, gpu, { vm, peers: peersOf(facts, all) }),
    })),
  })
}

/** As far as the last reading of its host tells. */
const waitingOf = (request: Request, all: readonly HostView[]): string | null => {
  if (request.state !== 'approved' && request.state !== 'running') return null
  const host = all.find((view) => view.name === request.plan.host)
  if (host?.paused) return `${host.name} is paused`
  return host && host.error !== null ? `${host.name} does not answer` : null
}

const requests = async (parts: Parts, command: Extract<Command, { kind: 'requests' }>) => {
  const all = await views(parts)
  const found = await requestsIn(parts.db, command.all ? [...OPEN, ...ENDED] : OPEN)
  return requestsNotice({
    lines: found.toReversed().map((each) => lineOf(each, waitingOf(each, all))),
    page: command.page,
    all: command.all,
    now: parts.clock.now(),
  })
}

const whoami = (parts: Parts, caller: Caller) => {
  const policy = parts.policy.inForce()
  const person = personOf(policy, caller.account)
  return whoamiNotice({
    account: caller.account,
    name: caller.name,
    person: person === null ? null : { name: person, accounts: policy.people.get(person) ?? [] },
    roles: rolesOf(policy, person),
    may: capabilitiesOf(policy, person),
    unread: policy.unread,
  })
}
