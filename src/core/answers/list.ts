/** `list`: every GPU with where it is, from the last reading of its host, whose age is shown. */
import type { Command } from '../command/command'
import { leaseLines } from '../cards/lease'
import { format } from '../grammar/format'
import { shown } from '../text/shown'
import { aliasOf, asideOn, type HostName, type HostView } from '../inventory/inventory'
import type { Lease } from '../lease/lease'
import { resolveHost } from '../inventory/names'
import type { Notice, Part } from '../notice/notice'
import { isOpenState } from '../request/request'
import { gpuPlaces, type RequestLine } from '../cards/lines'
import { pageOf, pageParts } from './paging'
import { hostLine, whereabouts } from '../planner/whereabouts'
import { refusalNotice } from './refusal'
import { STATE_WORDS } from '../request/words'
import { counted } from '../text/figures'

const GPUS_A_PAGE = 20
/** Hosts named under the table; the others are counted. */
const HOSTS_NAMED = 20
type ListCommand = Extract<Command, { kind: 'list' }>

export interface ListInput {
  readonly views: readonly HostView[]
  readonly command: ListCommand
  readonly now: number
  /** Open requests. */
  readonly requests: readonly RequestLine[]
  /** Open leases. */
  readonly leases: readonly Lease[]
  /** GPUs that were assigned by this person's requests and are where those put them. */
  readonly mine: ReadonlySet<string>
  /** GPUs on offer, each with the place in the queue to which it is offered. */
  readonly offers: ReadonlyMap<string, string>
}

interface Row {
  readonly host: HostName
  readonly alias: string
  readonly model: string
  readonly where: string
  readonly free: boolean
}

export const listNotice = (input: ListInput): Notice => {
  const { views, command, now, requests, leases, mine, offers } = input
  const scope = scopeOf(views, command)
  if ('refusal' in scope) return scope.refusal
  const open = new Map(
    requests
      .filter((each) => isOpenState(each.state))
      .flatMap((each) => gpuPlaces(each).map(({ gpu }) => [gpu, each] as const)),
  )
  const rows = scope.views
    .flatMap((view) => rowsOf(view, open, offers))
    .filter((row) => (!command.free || row.free) && (!command.mine || mine.has(row.alias)))
  const page = pageOf(rows, command.page, GPUS_A_PAGE)
  const free = rows.filter((row) => row.free).length
  return {
    summary: `${counted(rows.length, 'GPU')}, ${free} free`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: command.mine ? 'Your GPUs' : command.free ? 'Free GPUs' : 'GPUs' },
      rows.length === 0 ? emptyPart(command, scope.views) : tableOf(page.lines),
      ...leasesPart(leases, page.lines),
      ...hostsPart(scope.views, { rows: page.lines, now }),
      ...pageParts(page, (to) => format({ ...command, page: to })),
    ],
  }
}

const scopeOf = (
  views: readonly HostView[],
  { host }: ListCommand,
): { readonly views: readonly HostView[] } | { readonly refusal: Notice } => {
  if (host === undefined) return { views }
  const found = resolveHost(host, views)
  return found.ok ? { views: [found.value] } : { refusal: refusalNotice(found.refusals) }
}

const emptyPart = (command: ListCommand, views: readonly HostView[]): Part => {
  if (views.length === 0)
    return {
      kind: 'text',
      runs: ['No hosts are configured. An administrator names them in the configuration.'],
    }
  if (command.mine)
    return {
      kind: 'text',
      runs: ['You hold no GPU. ', { code: 'list --free' }, ' shows those you could ask for.'],
    }
  if (command.free)
    return { kind: 'text', runs: ['No GPU is free. ', { code: 'list' }, ' shows where they all are.'] }
  return {
    kind: 'text',
    runs: ['No GPUs are known here. Hosts that do not answer show theirs once they do.'],
  }
}

const tableOf = (rows: readonly Row[]): Part => ({
  kind: 'table',
  head: ['GPU', 'Model', 'Where'],
  rows: rows.map((row) => [row.alias, row.model, row.where]),
})

/** Who holds what of this page, until when. */
const leasesPart = (leases: readonly Lease[], rows: readonly Row[]): Part[] => {
  const here = leases.filter(({ gpu }) => rows.some(({ alias }) => alias === gpu.alias))
  return here.length === 0 ? [] : [{ kind: 'text', runs: leaseLines(here) }]
}

const rowsOf = (
  view: HostView,
  open: ReadonlyMap<string, RequestLine>,
  offers: ReadonlyMap<string, string>,
): Row[] => {
  const { facts, marks } = view
  if (facts === null) return []
  return facts.gpus.map((gpu) => {
    const alias = aliasOf(facts, gpu)
    const request = open.get(alias)
    const offer = offers.get(alias)
    const aside = asideOn(view, gpu)
    const { where, free } = whereabouts({ facts, gpu, marks }, request?.state === 'running' ? 'busy' : 'idle')
    const stale = view.error === null ? '' : ', when last read'
    return {
      host: view.name,
      alias,
      model: shown(gpu.model),
      where: `${where}${stale}${request ? ` (${request.id} ${STATE_WORDS[request.state]})` : ''}${offer === undefined ? '' : ` (on offer, ${offer})`}${aside ? ` (blocked, ${aside.id})` : ''}`,
      // A host that does not answer, or takes no orders, refuses every request, so nothing of it can be had.
      free: free && !request && !aside && offer === undefined && view.error === null && view.bar === null,
    }
  })
}

const isWell = (view: HostView): boolean =>
  view.facts !== null && view.error === null && !view.paused && view.bar === null && view.asides.length === 0

/** The hosts of this page first, then those with something wrong; the rest is a number. */
const hostsPart = (
  views: readonly HostView[],
  { rows, now }: { readonly rows: readonly Row[]; readonly now: number },
): Part[] => {
  if (views.length === 0) return []
  const here = new Set(rows.map((row) => row.host))
  const notable = [
    ...views.filter((view) => here.has(view.name)),
    ...views.filter((view) => !here.has(view.name) && !isWell(view)),
  ]
  const named = (notable.length > 0 ? notable : views).slice(0, HOSTS_NAMED)
  const others = views.filter((view) => !named.includes(view))
  const unwell = others.filter((view) => !isWell(view)).length
  return [
    {
      kind: 'note',
      runs: [
        [
          ...named.map((view) => hostLine(view, now)),
          ...(others.length === 0
            ? []
            : [
                `${counted(others.length, 'more host')}${unwell > 0 ? `, ${unwell} of them paused, blocked or not answering` : ''}`,
              ]),
        ].join(' · '),
      ],
    },
  ]
}
