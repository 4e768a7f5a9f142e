/** `list`: every GPU with where it is, from the last reading of its host, whose age is shown. */
import type { Command } from '../command'
import { format } from '../grammar/format'
import { aliasOf, placeOf, vmById, type GpuFacts, type HostFacts, type HostView } from '../inventory'
import type { Notice, Part } from '../notice'
import { isOpen } from '../request'
import { survey } from '../survey'
import type { RequestLine } from './lines'
import { pageOf, pageParts } from './paging'
import { ago } from './words'

const GPUS_A_PAGE = 20
const HOSTS_SHOWN = 20
type ListCommand = Extract<Command, { kind: 'list' }>

export interface ListInput {
  readonly views: readonly HostView[]
  readonly command: ListCommand
  readonly now: number
  /** Open requests. */
  readonly requests: readonly RequestLine[]
  /** GPUs that were assigned by this person's requests and are where those put them. */
  readonly mine: ReadonlySet<string>
}

interface Row {
  readonly alias: string
  readonly model: string
  readonly where: string
  readonly free: boolean
}

export const listNotice = ({ views, command, now, requests, mine }: ListInput): Notice => {
  const asked = views.filter(
    (view) => command.host === undefined || view.name.toLowerCase() === command.host.toLowerCase(),
  )
  if (asked.length === 0) return noHost(command.host, views)
  const rows = asked
    .flatMap((view) => (view.facts ? rowsOf(view.facts, requests) : []))
    .filter((row) => (!command.free || row.free) && (!command.mine || mine.has(row.alias)))
  const page = pageOf(rows, command.page, GPUS_A_PAGE)
  const free = rows.filter((row) => row.free).length
  return {
    summary: `${rows.length} GPUs, ${free} free`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: command.mine ? 'Your GPUs' : command.free ? 'Free GPUs' : 'GPUs' },
      ...(rows.length === 0 ? [emptyPart(command)] : [tableOf(page.lines)]),
      {
        kind: 'note',
        runs: [
          asked
            .slice(0, HOSTS_SHOWN)
            .map((view) => hostLine(view, now))
            .join(' · '),
          asked.length > HOSTS_SHOWN ? ` · and ${asked.length - HOSTS_SHOWN} hosts more` : '',
        ],
      },
      ...pageParts(page, (to) => format({ ...command, page: to })),
    ],
  }
}

const noHost = (name: string | undefined, views: readonly HostView[]): Notice => ({
  summary: 'There is no such host',
  tone: 'bad',
  parts: [
    {
      kind: 'text',
      runs: [
        name === undefined
          ? 'No hosts are configured.'
          : `There is no host ${name}. Hosts: ${views
              .slice(0, HOSTS_SHOWN)
              .map((view) => view.name)
              .join(', ')}.`,
      ],
    },
  ],
})

const emptyPart = (command: ListCommand): Part => ({
  kind: 'text',
  runs: command.mine
    ? ['You hold no GPU. ', { code: 'list --free' }, ' shows those you could ask for.']
    : command.free
      ? ['No GPU is free. ', { code: 'list' }, ' shows who holds them.']
      : ['No GPUs are known here yet.'],
})

const tableOf = (rows: readonly Row[]): Part => ({
  kind: 'table',
  head: ['GPU', 'Model', 'Where'],
  rows: rows.map((row) => [row.alias, row.model, row.where]),
})

const rowsOf = (facts: HostFacts, requests: readonly RequestLine[]): Row[] =>
  facts.gpus.map((gpu) => {
    const alias = aliasOf(facts, gpu)
    const open = requests.find((request) => request.gpu === alias && isOpen(request.state))
    const { where, free } = placeWords(facts, gpu)
    return {
      alias,
      model: gpu.model,
      where: open ? `${where} (${open.id} ${open.state})` : where,
      free: free && !open,
    }
  })

/** Where a GPU is, in words, and whether it could be asked for. */
export const placeWords = (facts: HostFacts, gpu: GpuFacts): { where: string; free: boolean } => {
  const place = placeOf(facts, gpu)
  switch (place.kind) {
    case 'assigned': {
      const vm = vmById(facts, place.vm)
      return { where: vm ? `${vm.name} (${vm.state})` : 'a VM that is gone', free: false }
    }
    case 'dismounted':
      return { where: 'dismounted, attached to nothing', free: false }
    case 'host-disabled':
      return { where: 'disabled on the host', free: false }
    case 'missing':
      return { where: 'not present', free: false }
    case 'host-enabled': {
      if (gpu.partition && gpu.partition.used > 0) return { where: 'shared by GPU partitioning', free: false }
      const against = survey(facts, gpu, null).find((check) => check.verdict === 'fail')
      return against
        ? { where: `cannot be assigned: ${against.title}`, free: false }
        : { where: 'free', free: true }
    }
  }
}

/** `hv01 read 3 s ago`, and what is wrong with the host if anything is. */
export const hostLine = (view: HostView, now: number): string => {
  const read = view.readAt === null ? 'never read' : `read ${ago(now - view.readAt)}`
  return `${view.name} ${view.error === null ? read : `does not answer, ${read}`}${view.paused ? ', paused' : ''}`
}
