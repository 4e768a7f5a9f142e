/** Where a host and the records of the bot disagree, or a GPU is of use to nobody, and what can be done about each. */
import { NO_CONSENTS } from '../change/change'
import type { Command } from '../command/command'
import {
  aliasOf,
  placeOf,
  vmById,
  type GpuFacts,
  type GpuPlace,
  type HostFacts,
  type LocationPath,
} from '../inventory/inventory'

/** Who has a whole GPU by its newest lease; null: its host, since that has ended. */
export interface Holding {
  /** The request that made it. */
  readonly leaseId: string
  readonly host: string
  readonly locationPath: string
  readonly vm: { readonly id: string; readonly name: string } | null
}

export interface Way {
  readonly label: string
  readonly command: Command
  /** What is asked before it is done. */
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string }
}

/** A request that needs attention over a GPU, and what can be done about it. */
export interface StuckGpu {
  readonly requestId: string
  readonly host: string
  readonly locationPath: string
  readonly ways: readonly Way[]
}

export interface DriftFinding {
  readonly gpu: string
  readonly locationPath: LocationPath
  readonly place: GpuPlace['kind']
  /** The VM that has it. */
  readonly holder: string | null
  /** What the records say, where they say otherwise. */
  readonly recorded: Holding | null
  /** The request that needs attention over it. */
  readonly stuck: string | null
  /**
   * Each is a request, which needs approval as any other, but for the last one of a contradiction: the records follow. What a
   * request stands half way with is nobody else's to ask for: then they are the ways out of that one.
   */
  readonly ways: readonly Way[]
}

export const driftFindings = (
  host: HostFacts,
  holdings: readonly Holding[],
  stuck: readonly StuckGpu[],
): DriftFinding[] =>
  host.gpus.flatMap((gpu) => {
    const half = stuck.find((each) => isAbout(each, host, gpu))
    const found = findingOf(host, gpu, holdings)
    return half ? halfWay(host, gpu, { half, found }) : (found ?? [])
  })

export const isAbout = (stuck: StuckGpu, host: HostFacts, gpu: GpuFacts): boolean =>
  stuck.host === host.name && stuck.locationPath === gpu.locationPath

const halfWay = (
  host: HostFacts,
  gpu: GpuFacts,
  { half, found }: { readonly half: StuckGpu; readonly found: DriftFinding | null },
): DriftFinding => ({
  ...bare(host, gpu),
  recorded: found?.recorded ?? null,
  stuck: half.requestId,
  ways: half.ways,
})

const bare = (host: HostFacts, gpu: GpuFacts): Omit<DriftFinding, 'recorded' | 'ways'> => {
  const place = placeOf(host, gpu)
  return {
    gpu: aliasOf(host, gpu),
    locationPath: gpu.locationPath,
    place: place.kind,
    holder: place.kind === 'assigned' ? (vmById(host, place.vm)?.name ?? place.vm) : null,
    stuck: null,
  }
}

const findingOf = (host: HostFacts, gpu: GpuFacts, holdings: readonly Holding[]): DriftFinding | null => {
  const alias = aliasOf(host, gpu)
  const place = placeOf(host, gpu)
  const holding = holdings.find((each) => each.host === host.name && each.locationPath === gpu.locationPath)
  const contradicted = holding !== undefined && !agrees(place, holding)
  if (!contradicted && !LOST.includes(place.kind)) return null
  const back = canReturn(host, place) ? [wayOf(host, 'Return to its host', release(alias))] : []
  const gone = place.kind === 'missing' ? [forgetting(host, alias)] : []
  if (!contradicted) return { ...bare(host, gpu), recorded: null, ways: [...back, ...gone] }
  return {
    ...bare(host, gpu),
    recorded: holding,
    ways: [
      ...restoring(host, { alias, place, holding }),
      ...back,
      { label: 'Accept what the host says', command: { kind: 'accept', gpu: alias } },
      ...gone,
    ],
  }
}

/** Of use to nobody. What a resource pool keeps is of use to a cluster. */
const LOST: readonly GpuPlace['kind'][] = ['dismounted', 'host-disabled', 'restart-pending', 'missing']

const forgetting = ({ name }: HostFacts, alias: string): Way => ({
  label: `Forget ${alias}`,
  command: { kind: 'forget', gpu: alias },
  confirm: {
    title: `Forget ${alias}?`,
    text: `${name} shows no such device. It is in no list then, until ${name} shows it again.`,
    yes: 'Forget it',
  },
})

/** A pool that could not be read may have it. */
const canReturn = (host: HostFacts, { kind }: GpuPlace): boolean =>
  kind === 'host-disabled' || (kind === 'dismounted' && host.pools === 'read')

/** What the bot returned to its host may be disabled there by somebody else: no holder is contradicted by that. */
const agrees = (place: GpuPlace, { vm }: Holding): boolean =>
  vm === null ? place.kind !== 'assigned' : place.kind === 'assigned' && place.vm === vm.id

const CONSENTS = { ...NO_CONSENTS, dryRun: false, script: false }
type PlanKind = Extract<Command, { kind: 'assign' | 'move' | 'release' }>
const release = (name: string): PlanKind => ({ kind: 'release', name, ...CONSENTS })

/** No plan gives it to anybody: it is gone, a pool has it or may have it, or its host has to restart first. */
const isOutOfReach = (host: HostFacts, { kind }: GpuPlace): boolean =>
  kind === 'missing' ||
  kind === 'pooled' ||
  kind === 'restart-pending' ||
  (kind === 'dismounted' && host.pools === 'unknown')

/** A VM that the host does not have any more can be given nothing, and nobody a GPU that is not there. */
const restoring = (
  host: HostFacts,
  { alias, place, holding }: { readonly alias: string; readonly place: GpuPlace; readonly holding: Holding },
): Way[] => {
  const wanted = host.vms.find(({ id }) => id === holding.vm?.id)
  const holder = place.kind === 'assigned' ? vmById(host, place.vm) : undefined
  const running = [wanted, holder].flatMap((vm) => (vm?.state === 'Running' ? vm.name : []))
  if (isOutOfReach(host, place) || (holding.vm !== null && !wanted)) return []
  const consents = { ...CONSENTS, shutdown: running.length > 0 }
  const costs = running.length > 0 ? `, shutting down ${running.join(' and ')}` : ''
  if (!wanted) return [wayOf(host, `Take it from its VM${costs}`, { ...release(alias), ...consents })]
  const kind = place.kind === 'assigned' ? 'move' : 'assign'
  const vm = `${host.name}/${wanted.name}`
  const back = { kind, gpu: alias, vm, restore: holding.leaseId, ...consents } as const
  return [wayOf(host, `Give it back to ${wanted.name}${costs}`, back)]
}

const wayOf = (host: HostFacts, label: string, command: PlanKind): Way => ({
  label,
  command: { ...command, reason: `${host.name} was changed outside the bot` },
})
