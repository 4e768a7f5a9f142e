/** Where a GPU is, in words, and whether it could be asked for: the same in every answer. */
import { shown } from '../text/shown'
import { placeOf, vmById, type GpuFacts, type HostFacts, type HostView } from '../inventory/inventory'
import type { CheckId } from './checks/check'
import { maybeSharersOf, partitionsInUse, sharersOf } from '../inventory/partitions'
import { quarantineBriefly, quarantineOf } from '../inventory/quarantine'
import { partitionSurvey } from './partition/survey'
import { survey } from './checks/survey'
import { ago } from '../text/figures'

export interface Whereabouts {
  readonly where: string
  readonly free: boolean
  /** What there is to know beyond `where`, such as why it cannot be assigned. */
  readonly because?: string
}

/**
 * With its quarantine, if it is in one. `busy`: a request that runs is moving this GPU, so a place between two others is
 * nothing to worry about.
 */
export const whereabouts = ({ facts, gpu, marks }: Seen, busy: 'busy' | 'idle' = 'idle'): Whereabouts => {
  const at = placeOnly(facts, gpu, busy)
  const quarantine = quarantineOf(facts, gpu, marks)
  const brief = quarantine && quarantineBriefly(quarantine)
  if (brief === null) return at
  return { ...at, where: at.free ? brief : `${at.where}, ${brief}`, free: false }
}

/** A GPU, by a reading of its host and what was said of it. */
export interface Seen extends Pick<HostView, 'marks'> {
  readonly facts: HostFacts
  readonly gpu: GpuFacts
}

/** The same without its quarantine. */
export const placeOnly = (host: HostFacts, gpu: GpuFacts, busy: 'busy' | 'idle' = 'idle'): Whereabouts => {
  const place = placeOf(host, gpu)
  switch (place.kind) {
    case 'assigned': {
      const vm = vmById(host, place.vm)
      return { where: vm ? `${shown(vm.name)} (${vm.state})` : place.vm, free: false }
    }
    case 'pooled':
      return { where: `in the resource pool ${shown(place.pool)}`, free: false, because: POOLED }
    case 'restart-pending':
      return {
        where: 'waits for a restart of the host: needs attention',
        free: false,
        because: RESTART_PENDING,
      }
    case 'dismounted':
      if (busy === 'busy') return { where: 'dismounted', free: false }
      return host.pools === 'unknown'
        ? { where: 'dismounted, perhaps in a resource pool', free: false, because: POOLS_UNKNOWN }
        : {
            where: 'dismounted, attached to nothing: needs attention',
            free: false,
            because: 'Neither the host nor a VM uses it: assign it to a VM, or mount it back on the host.',
          }
    case 'host-disabled':
      return { where: 'disabled on the host', free: false }
    case 'missing':
      return { where: 'missing: the host shows no such device', free: false }
    case 'host-enabled':
      return onHost(host, gpu)
  }
}

const POOLED = 'It is kept for the VMs of a cluster. The bot leaves it there, and neither gives nor takes it.'
const POOLS_UNKNOWN =
  'Whether a resource pool keeps it for the VMs of a cluster could not be read, so it is offered to nobody.'
const RESTART_PENDING =
  'It was switched on or off, and Windows does that only when the host restarts (problem code 14). Until then nobody is given it.'

/** Why not, in as few words as a table has room for; where there is none, the title of the check. */
const BRIEFLY: { readonly [I in CheckId]?: string } = {
  acs: 'no ACS',
  'reserved-memory': 'reserved memory (RMRR)',
  edition: 'not Windows Server',
  interrupts: 'line-based interrupts',
}

const onHost = (host: HostFacts, gpu: GpuFacts): Whereabouts => {
  const shared = sharing(host, gpu)
  if (shared) return shared
  const against = survey(host, gpu, null).find((check) => check.verdict === 'fail')
  return against
    ? {
        where: `cannot be assigned: ${BRIEFLY[against.id] ?? against.title}`,
        free: false,
        because: against.reason,
      }
    : { where: 'free', free: true }
}

const SHARERS_NAMED = 3

/** A GPU that is split, or has partitions in use: who has them, and whether one is left. */
const sharing = (host: HostFacts, gpu: GpuFacts): Whereabouts | null => {
  const used = partitionsInUse(host, gpu)
  const count = gpu.partition?.count ?? 0
  if (used === 0 && count <= 1) return null
  const names = [
    ...sharersOf(host, gpu).map((vm) => shown(vm.name)),
    ...maybeSharersOf(host, gpu).map((vm) => `perhaps ${shown(vm.name)}`),
  ]
  const more = names.length - SHARERS_NAMED
  const who = [...names.slice(0, SHARERS_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ')
  const against = partitionSurvey(host, gpu, { vm: null, peers: [] }).find(
    (check) => check.verdict === 'fail',
  )
  return {
    where:
      used === 0
        ? `split into ${count} partitions, none in use`
        : `shared: ${used} of ${count} partitions in use (${who})`,
    free: against === undefined,
    ...(against ? { because: against.reason } : {}),
  }
}

const BAR_WORDS = {
  'other-bot': 'takes the orders of another bot',
  'old-module': 'has an older module: takes no orders',
} as const

/** A host that is new is asked at once; it has not answered yet, or it does not. */
const NEVER = { asked: 'is being read', silent: 'never read' } as const

/** `hv01 read 3 s ago`, and what is wrong with the host if anything is. */
export const hostLine = ({ name, readAt, error, paused, asides, bar }: HostView, now: number): string => {
  const age =
    readAt === null
      ? NEVER[error === null ? 'asked' : 'silent']
      : `${error === null ? 'read' : 'last read'} ${ago(now - readAt)}`
  return [
    `${name} ${error === null ? age : `does not answer, ${age}`}`,
    ...(paused ? ['paused'] : []),
    ...(bar ? [BAR_WORDS[bar.kind]] : []),
    ...(asides.length > 0 ? [`blocked (${asides.map(({ id }) => id).join(', ')})`] : []),
  ].join(', ')
}
