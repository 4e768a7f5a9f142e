import { runsOf } from '../../notice/prose'
import { shown } from '../../text/shown'
import { aliasOf, placeOf, type GpuFacts, type HostFacts, type VmFacts } from '../../inventory/inventory'
import type { FoundGpu } from '../../inventory/names'
import type { Run } from '../../notice/notice'
import {
  isParavirtual,
  isPartitionable,
  partitionsInUse,
  partitionsOf as partitionsOfVm,
  sharersOf,
  type PartitionableGpu,
} from '../../inventory/partitions'
import { vramWords } from '../../plan/steps/partition'
import { causeWords, endWords, quarantineOf, type Cause, type Quarantine } from '../../inventory/quarantine'
import { whereabouts } from '../../planner/whereabouts'
import { bytes } from '../../text/figures'
import { listed, type Sheet, type SheetRow } from './sheet'

export const gpuSheet = ({ view, facts: host, gpu }: FoundGpu, busy: 'busy' | 'idle'): Sheet => {
  const alias = aliasOf(host, gpu)
  const { where, because } = whereabouts({ facts: host, gpu, marks: view.marks }, busy)
  return {
    title: `${alias} ${shown(gpu.model)}`,
    rows: [
      ['Where', where, ...(because === undefined ? [] : [`\n${because}`])],
      ...quarantineRows(quarantineOf(host, gpu, view.marks)),
      ['Memory', gpu.memoryBytes === null ? 'not known' : bytes(gpu.memoryBytes)],
      ['BARs', barsOf(gpu)],
      ['Driver on the host', driverOf(host, gpu)],
      ['Partitions', partitionsOf(host, gpu)],
      ...(gpu.pool === null ? [] : [['Resource pool', shown(gpu.pool)] as const]),
      ...cautions(host, gpu),
      ['Location path', { code: gpu.locationPath }],
      ['Instance id', { code: gpu.instanceId }],
      ['Can it be assigned?', { code: `check ${alias}` }, ' runs every compatibility check'],
    ],
  }
}

const quarantineRows = (quarantine: Quarantine | null): SheetRow[] =>
  quarantine === null
    ? []
    : [
        [
          'Quarantine',
          ...quarantine.causes.flatMap((cause): Run[] => [...causeRuns(quarantine, cause), '\n']),
          'Nobody is offered it or given it; whoever has it may give it back.',
        ],
      ]

/** Who said it and when, where somebody did, and what ends it. */
const causeRuns = (quarantine: Quarantine, cause: Cause): Run[] => [
  causeWords(quarantine.host, cause),
  ...(cause.by === 'person' ? [', by ', { person: cause.account }] : []),
  ...('at' in cause ? [', ', { time: cause.at }] : []),
  '. ',
  ...runsOf(endWords(quarantine, cause)),
]

const barsOf = ({ bars }: GpuFacts): string =>
  listed(
    bars.map((bar) => `${bytes(bar.bytes)} (${bar.bits} bit)`),
    ', ',
    'not known: they can be read only while the host has the device',
  )

const driverOf = (host: HostFacts, gpu: GpuFacts): string => {
  const place = placeOf(host, gpu).kind
  if (place !== 'host-enabled' && place !== 'host-disabled' && place !== 'restart-pending')
    return 'not in use by the host'
  const version = gpu.driverVersion === null ? 'none' : shown(gpu.driverVersion)
  const code = gpu.problemCode ?? 0
  return code === 0 ? version : `${version}, problem code ${code}`
}

const partitionsOf = (host: HostFacts, gpu: GpuFacts): string => {
  if (!isPartitionable(gpu))
    return placeOf(host, gpu).kind === 'host-enabled'
      ? 'its driver offers none'
      : 'not known while the host does not use it'
  const { count, validCounts } = gpu.partition
  return [
    `${partitionsInUse(host, gpu)} of ${count} in use; it can be split into ${listed(validCounts.map(String), ', ')}`,
    ...sharersOf(host, gpu).map((vm) => shareOf(host, gpu, vm)),
  ].join('\n')
}

const shareOf = (host: HostFacts, gpu: PartitionableGpu, vm: VmFacts): string => {
  const vram = partitionsOfVm(host, vm, gpu)[0]?.vram
  return `${shown(vm.name)} (${vm.state})${vram && !isParavirtual(gpu) ? `: ${vramWords(vram)}` : ''}`
}

const cautions = (host: HostFacts, gpu: GpuFacts): SheetRow[] => [
  ...(gpu.hostDisplay
    ? [['Display', `${host.name} draws its own console on it`] as const satisfies SheetRow]
    : []),
  ...(gpu.audioFunction === null
    ? []
    : [['Audio function', { code: gpu.audioFunction }, ' stays with the host'] as const satisfies SheetRow]),
]
