/** `show NAME`: one GPU, VM or host, as it was last read. */
import { aliasOf, gpuByPath, placeOf, type HostView, type VmFacts } from '../inventory'
import type { Found } from '../names'
import type { Notice, Part, Run } from '../notice'
import type { RequestLine } from './lines'
import { hostLine, placeWords } from './list'
import { bytes } from './words'

const LISTED = 20

export interface ShowInput {
  readonly subject: Found
  readonly now: number
  readonly requests: readonly RequestLine[]
}

export const showNotice = ({ subject, now, requests }: ShowInput): Notice => {
  const shown = describe(subject)
  const open = requests.filter((request) => [request.gpu, request.from, request.to].includes(shown.name))
  return {
    summary: shown.title,
    tone: 'plain',
    parts: [
      { kind: 'title', text: shown.title },
      facts(shown.rows),
      ...open.slice(0, LISTED).map((request): Part => ({
        kind: 'text',
        runs: [
          { strong: request.id },
          ` ${request.action}, ${request.state}, asked by `,
          { person: request.by },
        ],
      })),
      { kind: 'note', runs: [hostLine(subject.view, now)] },
    ],
  }
}

type Rows = readonly (readonly [string, string])[]
interface Description {
  readonly name: string
  readonly title: string
  readonly rows: Rows
}

const facts = (rows: Rows): Part => ({
  kind: 'facts',
  rows: rows.map(([label, value]) => ({ label, runs: [value] satisfies Run[] })),
})

const describe = (subject: Found): Description => {
  switch (subject.kind) {
    case 'gpu': {
      const { facts: host, gpu } = subject
      const alias = aliasOf(host, gpu)
      const rows: Rows = [
        ['Where', placeWords(host, gpu).where],
        ['Memory', gpu.memoryBytes === null ? 'not known' : bytes(gpu.memoryBytes)],
        [
          'Host driver',
          gpu.driverVersion ??
            (placeOf(host, gpu).kind === 'host-enabled' ? 'none' : 'not in use by the host'),
        ],
        ['Location path', gpu.locationPath],
        ['Instance id', gpu.instanceId],
      ]
      return { name: alias, title: `${alias} ${gpu.model}`, rows }
    }
    case 'vm':
      return describeVm(subject)
    case 'host':
      return describeHost(subject.view)
  }
}

const describeVm = ({ facts: host, vm }: Extract<Found, { kind: 'vm' }>): Description => ({
  name: vm.name,
  title: `${vm.name} on ${host.name}`,
  rows: [
    ['State', vm.state],
    ['GPUs', vm.assigned.length === 0 ? 'none' : vm.assigned.map((path) => nameOf(host, path)).join(', ')],
    ['Generation', `${vm.generation}, guest ${vm.guest}`],
    ['Memory', `${bytes(vm.memory.startupBytes)}${vm.memory.dynamic ? ', dynamic' : ''}`],
    ['MMIO', `${bytes(vm.settings.lowMmioBytes)} low, ${bytes(vm.settings.highMmioBytes)} high`],
    ['Checkpoints', String(vm.checkpoints)],
    ['Clustered', vm.clustered ? 'yes' : 'no'],
    ['Id', vm.id],
  ],
})

const nameOf = (host: NonNullable<HostView['facts']>, path: VmFacts['assigned'][number]): string => {
  const gpu = gpuByPath(host, path)
  return gpu ? aliasOf(host, gpu) : `${path} (no such device)`
}

const describeHost = (view: HostView): Description => {
  const host = view.facts
  if (!host) return { name: view.name, title: view.name, rows: [['State', view.error ?? 'not read yet']] }
  return {
    name: view.name,
    title: view.name,
    rows: [
      ['System', host.os.caption],
      [
        'GPUs',
        host.gpus
          .slice(0, LISTED)
          .map((gpu) => `${gpu.slot} ${gpu.model}: ${placeWords(host, gpu).where}`)
          .join('\n') || 'none',
      ],
      [
        'VMs',
        host.vms
          .slice(0, LISTED)
          .map((vm) => `${vm.name} (${vm.state})`)
          .join(', ') || 'none',
      ],
      [
        'Device assignment',
        host.iov.supported ? 'supported' : `not supported: ${host.iov.reasons.join('; ')}`,
      ],
      ['Dismount with -Force', host.forceDismount ? 'allowed by policy' : 'not allowed'],
    ],
  }
}
