/** The GPUs of the fleet as the queue sees them: which can be waited for, which are free, and why the others are not. */
import { placeOnly } from '../planner/whereabouts'
import { STATE_WORDS } from '../request/words'
import { barWords } from '../inventory/bar'
import { blockedWords } from '../inventory/aside'
import {
  aliasOf,
  asideOn,
  gpuByPath,
  placeOf,
  type GpuFacts,
  type HostFacts,
  type HostView,
} from '../inventory/inventory'
import type { Refusal } from '../errors'
import { isOpenLease as isHeld, type Lease } from '../lease/lease'
import { obstacles } from '../planner/checks/obstacles'
import { hostPlansOf } from '../plan/plan'
import { quarantineBriefly, quarantineOf } from '../inventory/quarantine'
import { concerns } from '../policy/judge'
import type { Policy } from '../policy/policy'
import type { Request } from '../request/request'
import { survey } from '../planner/checks/survey'
import type { Place } from './entry'
import type { TakenGpu } from './forecast'
import { isSameGpu, type Candidate } from './order'

/** Why it could not be given to any VM, whoever gave it back. That somebody has it is no such reason. */
export const againstGpu = (host: HostFacts, gpu: GpuFacts): Refusal[] =>
  obstacles(survey(host, gpu, null), ['place'])

export const candidateOf = (policy: Policy, host: HostFacts, gpu: GpuFacts): Candidate => {
  const alias = aliasOf(host, gpu)
  const subject = { host: host.name, gpu: alias, model: gpu.model, vms: [] }
  const classes = [...policy.classes.keys()].filter((name) =>
    concerns(policy, { classes: [name] }, subject, null),
  )
  const { locationPath, model, memoryBytes } = gpu
  return { alias, host: host.name, locationPath, model, freeBytes: memoryBytes, classes }
}

/** Whole GPUs that can be given to a VM, now or once they are given back. */
export const candidatesOf = (policy: Policy, views: readonly HostView[]): Candidate[] =>
  views.flatMap(({ facts }) =>
    facts === null
      ? []
      : facts.gpus
          .filter((gpu) => againstGpu(facts, gpu).length === 0)
          .map((gpu) => candidateOf(policy, facts, gpu)),
  )

/** Nobody has it: the host does, or neither. */
export const isUnheld = (facts: HostFacts, gpu: Pick<Place, 'locationPath'>): boolean =>
  ['host-enabled', 'dismounted'].includes(placeOf(facts, gpu).kind)

/** What keeps each GPU from being offered, apart from leases and offers; a GPU that is in none of these is free. */
export const takenOf = (
  gpus: readonly Candidate[],
  {
    views,
    requests,
    leases,
  }: {
    readonly views: readonly HostView[]
    /** Open ones. */
    readonly requests: readonly Request[]
    readonly leases: readonly Lease[]
  },
): TakenGpu[] =>
  gpus.flatMap((gpu) => {
    const view = views.find(({ name }) => name === gpu.host)
    const why = [
      ...hostWords(view),
      ...asideWords(view, gpu),
      ...quarantineWords(view, gpu),
      ...requests.filter(({ plan }) => isOn(plan, gpu)).map(requestWords),
      ...(isLeased(leases, gpu) ? [] : placeWords(view, gpu)),
    ]
    return why.length === 0 ? [] : [{ ...gpu, why: why.join('; ') }]
  })

const isLeased = (leases: readonly Lease[], { alias }: Place): boolean =>
  leases.some((lease) => isHeld(lease) && lease.gpu.alias === alias)

export const isOn = (plan: Request['plan'], place: Pick<Place, 'host' | 'locationPath'>): boolean =>
  hostPlansOf(plan).some(({ host, gpu }) => host === place.host && gpu.locationPath === place.locationPath)

const requestWords = ({ id, state }: Request): string => `${id} is open (${STATE_WORDS[state]})`

const hostWords = (view: HostView | undefined): string[] => [
  ...(view?.paused ? [`${view.name} is paused`] : []),
  ...(view?.bar ? [barWords(view.name, view.bar)] : []),
  ...(view && view.error !== null ? [`${view.name} does not answer`] : []),
]

const asideWords = (view: HostView | undefined, gpu: Candidate): string[] => {
  const aside = view && asideOn(view, gpu)
  return aside ? [blockedWords(gpu.alias, aside)] : []
}

const quarantineWords = (view: HostView | undefined, { locationPath }: Candidate): string[] => {
  const gpu = view?.facts && gpuByPath(view.facts, locationPath)
  const quarantine = view?.facts && gpu && quarantineOf(view.facts, gpu, view.marks)
  const brief = quarantine ? quarantineBriefly(quarantine) : null
  return brief === null ? [] : [`it is ${brief}`]
}

const placeWords = (view: HostView | undefined, place: Place): string[] => {
  const facts = view?.facts
  const gpu = facts?.gpus.find((each) => each.locationPath === place.locationPath)
  return !facts || !gpu || isUnheld(facts, place) ? [] : [placeOnly(facts, gpu).where]
}

/** Neither held nor taken. Those on offer are among them. */
export const freeAmong = (
  gpus: readonly Candidate[],
  { taken, leases }: { readonly taken: readonly TakenGpu[]; readonly leases: readonly Lease[] },
): Candidate[] => gpus.filter((gpu) => !taken.some((each) => isSameGpu(each, gpu)) && !isLeased(leases, gpu))
