/** What people look at: the fleet, one thing of it, requests and their past, themselves. Nothing here changes anything. */
import { blockedWords } from '../../core/inventory/aside'
import { barWords } from '../../core/inventory/bar'
import { blockOn } from '../../core/plan/blocked'
import { hostPlansOf } from '../../core/plan/plan'
import { asideNotice, noAside } from '../../core/answers/aside'
import { checkNotice } from '../../core/answers/check'
import { listNotice } from '../../core/answers/list'
import { placeNotice } from '../../core/answers/queue'
import { refusalNotice } from '../../core/answers/refusal'
import { placeOfPage } from '../../core/answers/paging'
import { REQUESTS_A_PAGE, requestsNotice } from '../../core/answers/requests'
import { showNotice } from '../../core/answers/show'
import { whoamiNotice } from '../../core/answers/whoami'
import { scriptParts } from '../../core/cards/plan'
import type { Command } from '../../core/command/command'
import type { Refusal } from '../../core/errors'
import { idInShort } from '../../core/command/values/names'
import { aliasOf, peersOf, type HostView } from '../../core/inventory/inventory'
import { resolveAny, resolveGpu, resolvePair } from '../../core/inventory/names'
import type { Notice } from '../../core/notice/notice'
import { capabilitiesOf, may } from '../../core/request/permission'
import { goodUntil } from '../../core/request/lapse'
import { personOf, rolesOf } from '../../core/policy/policy'
import { OPEN_STATES, type Request } from '../../core/request/request'
import { isPartitionable } from '../../core/inventory/partitions'
import { fitness } from '../../core/planner/checks/fitness'
import { quarantineOf } from '../../core/inventory/quarantine'
import { partitionSurvey } from '../../core/planner/partition/survey'
import { survey } from '../../core/planner/checks/survey'
import { asides, findAside } from '../../store/aside'
import { hostViews } from '../../store/fleet'
import { openLeases } from '../../store/leases'
import { findWaiter } from '../../store/queue'
import { countRequests, findRequest, lineOf, newestRequests, requestsIn } from '../../store/requests'
import { cardOf } from '../telling/card'
import type { Caller } from '../context/effect'
import { noRequest } from '../context/no-request'
import { heldBy } from '../snapshot/holding'
import type { Context } from '../context/context'
import { snapshotOf } from '../snapshot/snapshot'
import { offersNow } from '../snapshot/kept'
import { noEntry } from '../changes/queue/leave'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

const views = (context: Context) => hostViews(context.db, [...context.hosts.keys()])

const openRequests = (context: Context) => requestsIn(context.db, OPEN_STATES)

export const list = async (context: Context, command: Of<'list'>, caller: Caller): Promise<Notice> =>
  listNotice({
    views: await views(context),
    command,
    now: context.clock.now(),
    requests: (await openRequests(context)).map((each) => lineOf(each)),
    leases: await openLeases(context.db),
    offers: await offersNow(context.db),
    mine: command.mine ? await heldBy(context.db, context.policy.inForce(), caller.account) : new Set(),
  })

const REQUEST_ID = /^r-\d+$/i
const ENTRY_ID = /^q-\d+$/i
const ASIDE_ID = /^s-\d+$/i

export const show = async (context: Context, name: string, caller: Caller): Promise<Notice> => {
  const aside = ASIDE_ID.test(name) ? await findAside(context.db, name.toUpperCase()) : null
  if (aside) return asideNotice(aside, { whole: may(context.policy.inForce(), caller.account, 'resolve') })
  const waiter = ENTRY_ID.test(name) ? await findWaiter(context.db, name.toUpperCase()) : null
  if (waiter) return placeNotice(waiter, await snapshotOf(context.db, context), context.clock.now())
  const request = REQUEST_ID.test(name) ? await findRequest(context.db, name.toUpperCase()) : null
  if (request) return showRequest(context, request)
  const found = resolveAny(name, await views(context))
  const id = found.ok ? null : idInShort(name)
  if (id !== null) return show(context, id, caller)
  if (!found.ok) return refusalNotice(againstName(name) ?? found.refusals)
  return showNotice({
    subject: found.value,
    now: context.clock.now(),
    requests: (await openRequests(context)).map((each) => lineOf(each)),
    leases: await openLeases(context.db),
  })
}

/** What the name of a thing says is missing; null where it could be the name of anything. */
const againstName = (name: string): readonly Refusal[] | null => {
  if (REQUEST_ID.test(name)) return [noRequest(name)]
  if (ASIDE_ID.test(name)) return [noAside(name)]
  return ENTRY_ID.test(name) ? [noEntry(name.toUpperCase())] : null
}

/** The card without its buttons (those belong to the copies in the channel), and the plan as one script. */
const showRequest = async (context: Context, request: Request) => {
  const standing = { wait: null, goodUntil: goodUntil(context.policy.inForce(), request) }
  const card = await cardOf(context.db, request, context.clock.now(), standing)
  return {
    ...card,
    parts: [...card.parts.filter((part) => part.kind !== 'buttons'), ...scriptParts(request.plan)],
  }
}

export const check = async (context: Context, command: Of<'check'>): Promise<Notice> => {
  const all = await views(context)
  const pair = command.vm === undefined ? null : resolvePair(command.gpu, command.vm, all)
  const found = pair ?? resolveGpu(command.gpu, all)
  if (!found.ok) return refusalNotice(found.refusals)
  const { view, facts, gpu } = found.value
  const fit = fitness(quarantineOf(facts, gpu, view.marks))
  const vm = pair?.ok ? pair.value.vm : null
  const modes = command.mode
    ? [command.mode]
    : (['dda', ...(isPartitionable(gpu) ? ['partition' as const] : [])] as const)
  return checkNotice({
    alias: aliasOf(facts, gpu),
    vm: vm?.name ?? null,
    ways: modes.map((mode) => ({
      mode,
      checks: [
        fit,
        ...(mode === 'dda'
          ? survey(facts, gpu, vm)
          : partitionSurvey(facts, gpu, { vm, peers: peersOf(facts, all) })),
      ],
    })),
  })
}

/** As far as the last reading of its host tells. */
const waitingOf = (request: Request, all: readonly HostView[]): string | null => {
  if (request.state !== 'approved' && request.state !== 'running') return null
  const hosts = hostPlansOf(request.plan).flatMap(({ host }) => all.find((view) => view.name === host) ?? [])
  const paused = hosts.find((host) => host.paused)
  if (paused) return `${paused.name} is paused`
  const barred = hosts.find(({ bar }) => bar !== null)
  if (barred?.bar) return barWords(barred.name, barred.bar)
  const blocked =
    request.state === 'approved'
      ? blockOn(
          request.plan,
          hosts.flatMap(({ asides }) => asides),
        )
      : null
  if (blocked) return blockedWords(blocked.gpu, blocked.aside)
  const silent = hosts.find((host) => host.error !== null)
  return silent ? `${silent.name} does not answer` : null
}

export const requests = async (context: Context, command: Of<'requests'>): Promise<Notice> => {
  const all = await views(context)
  const states = command.all ? null : OPEN_STATES
  const count = await countRequests(context.db, states)
  const { from, ...place } = placeOfPage(count, command.page, REQUESTS_A_PAGE)
  const found = await newestRequests(context.db, states, { from, limit: REQUESTS_A_PAGE })
  return requestsNotice({
    shown: { ...place, lines: found.map((each) => lineOf(each, waitingOf(each, all))) },
    count,
    all: command.all,
    asides: await asides(context.db),
    now: context.clock.now(),
  })
}

export const whoami = (context: Context, caller: Caller): Notice => {
  const policy = context.policy.inForce()
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
