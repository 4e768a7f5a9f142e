/**
 * How a host stands, fact by fact, as far as its changes are told: whose each GPU is, where it sits, its driver, how it is
 * split, which VMs there are and who has partitions. Each fact has a name of its own, so that two standings are compared
 * and mixed one fact at a time.
 */
import { z } from 'zod'
import { aliasOf, placeOf, vmById, vmId, type GpuFacts, type HostFacts } from '../inventory/inventory'
import { gpuOfPartition, instanceIdIn } from '../inventory/partitions'

const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host-enabled') }),
  z.object({ kind: z.literal('host-disabled') }),
  z.object({ kind: z.literal('restart-pending') }),
  z.object({ kind: z.literal('dismounted') }),
  z.object({ kind: z.literal('pooled'), pool: z.string() }),
  z.object({ kind: z.literal('assigned'), id: vmId, name: z.string() }),
])
export type PlaceFact = z.infer<typeof place>

/** `gpu` is an alias, as people say it; a change of it alone is no change. */
const gpu = z.string()
export const fact = z.discriminatedUnion('of', [
  z.object({ of: z.literal('place'), gpu, place }),
  z.object({ of: z.literal('slot'), gpu, path: z.string() }),
  z.object({ of: z.literal('driver'), gpu, version: z.string() }),
  z.object({ of: z.literal('split'), gpu, count: z.number() }),
  z.object({ of: z.literal('vm'), name: z.string() }),
  /** How many partitions of one GPU a VM has; null where the host does not tell of which. */
  z.object({ of: z.literal('share'), gpu: gpu.nullable(), vm: z.string(), held: z.number() }),
])
export type Fact = z.infer<typeof fact>

export const factSnapshot = z.record(z.string(), fact)
export type FactSnapshot = Readonly<z.infer<typeof factSnapshot>>

/** The names of facts. A GPU is known by its instance id, wherever it sits; UNNAMED where the host does not tell. */
export const UNNAMED = ''
const idOf = (instanceId: string): string => instanceId.toUpperCase()
export const nameOf = {
  place: (instanceId: string) => `place ${idOf(instanceId)}`,
  slot: (instanceId: string) => `slot ${idOf(instanceId)}`,
  driver: (instanceId: string) => `driver ${idOf(instanceId)}`,
  split: (instanceId: string) => `split ${idOf(instanceId)}`,
  vm: (id: string) => `vm ${id}`,
  share: (instanceId: string, vm: string) => `share ${vm} ${idOf(instanceId)}`,
} as const

type Entry = readonly [name: string, fact: Fact]

/**
 * The standing of a host as it was just read. A driver and a split are told only while the host uses the GPU: until it
 * does again, they are as they were `before`.
 */
export const snapshotOfHost = (host: HostFacts, before: FactSnapshot): FactSnapshot =>
  Object.fromEntries([
    ...host.gpus.flatMap((each) => gpuEntries(host, each, before)),
    ...host.vms.map(({ id, name }): Entry => [nameOf.vm(id), { of: 'vm', name }]),
    ...shareEntries(host),
  ])

const gpuEntries = (host: HostFacts, each: GpuFacts, before: FactSnapshot): Entry[] => {
  const now = placeNow(host, each)
  if (now === null) return []
  const { instanceId, locationPath, driverVersion, partition } = each
  const alias = aliasOf(host, each)
  const kept = (name: string): Entry[] => (before[name] ? [[name, before[name]]] : [])
  const driver = nameOf.driver(instanceId)
  const split = nameOf.split(instanceId)
  return [
    [nameOf.place(instanceId), { of: 'place', gpu: alias, place: now }],
    [nameOf.slot(instanceId), { of: 'slot', gpu: alias, path: locationPath }],
    ...(driverVersion === null
      ? kept(driver)
      : [[driver, { of: 'driver', gpu: alias, version: driverVersion }] as const]),
    ...(partition === null
      ? kept(split)
      : [[split, { of: 'split', gpu: alias, count: partition.count }] as const]),
  ]
}

/** Null: the host shows no such device. */
const placeNow = (host: HostFacts, each: GpuFacts): PlaceFact | null => {
  const at = placeOf(host, each)
  if (at.kind === 'missing') return null
  return at.kind === 'assigned'
    ? { kind: 'assigned', id: at.vm, name: vmById(host, at.vm)?.name ?? at.vm }
    : at
}

const shareEntries = (host: HostFacts): Entry[] => {
  const shares = new Map<string, Extract<Fact, { of: 'share' }>>()
  for (const vm of host.vms)
    for (const each of vm.partitions) {
      const found = gpuOfPartition(host, each)
      const name = nameOf.share(each.gpu === null ? UNNAMED : instanceIdIn(each.gpu), vm.id)
      shares.set(name, {
        of: 'share',
        gpu: each.gpu === null || !found ? null : aliasOf(host, found),
        vm: vm.name,
        held: (shares.get(name)?.held ?? 0) + 1,
      })
    }
  return [...shares]
}

/** What is of one GPU and nobody else's. A partition is named by its VM, which goes on naming the GPU as before. */
const OF_GPU = ['place', 'slot', 'driver', 'split'] as const

/**
 * `before`, by the ids of `now`: a GPU with another instance id and the same alias is the same card, which its host knows
 * anew (see host/powershell/moved.ts).
 */
export const withMoved = (before: FactSnapshot, now: FactSnapshot): FactSnapshot => {
  const went = placesIn(before).filter(([name]) => !(name in now))
  const came = placesIn(now).filter(([name]) => !(name in before))
  const pairs = went.flatMap(([old, { gpu: alias }]) => {
    const found = came.find(([, each]) => each.gpu === alias)
    return found ? OF_GPU.map((of) => [ofOther(old, of), ofOther(found[0], of)] as const) : []
  })
  const names = new Map(pairs)
  return Object.fromEntries(Object.entries(before).map(([name, each]) => [names.get(name) ?? name, each]))
}

const placesIn = (all: FactSnapshot): [string, Extract<Fact, { of: 'place' }>][] =>
  Object.entries(all).flatMap(([name, each]) => (each.of === 'place' ? [[name, each]] : []))

const ofOther = (place: string, of: (typeof OF_GPU)[number]): string => place.replace(/^place/, of)

const placeValue = (each: PlaceFact): string => {
  if (each.kind === 'assigned') return `assigned ${each.id}`
  return each.kind === 'pooled' ? `pooled ${each.pool}` : each.kind
}

/** What of a fact makes it another one. */
export const valueOf = (each: Fact | null): string => {
  switch (each?.of) {
    case undefined:
      return 'none'
    case 'place':
      return placeValue(each.place)
    case 'slot':
      return each.path
    case 'driver':
      return each.version
    case 'split':
      return String(each.count)
    case 'vm':
      return each.name
    case 'share':
      return String(each.held)
  }
}

/** `now`, but for the facts of these names, which are as they were `before`. */
export const except = (now: FactSnapshot, before: FactSnapshot, names: ReadonlySet<string>): FactSnapshot =>
  mixed(now, before, (name) => names.has(name))

/** `before`, but for the facts of these names, which are as they are `now`. */
export const onlyThese = (
  now: FactSnapshot,
  before: FactSnapshot,
  names: ReadonlySet<string>,
): FactSnapshot => mixed(now, before, (name) => !names.has(name))

const mixed = (now: FactSnapshot, before: FactSnapshot, isOld: (name: string) => boolean): FactSnapshot =>
  Object.fromEntries([
    ...Object.entries(now).filter(([name]) => !isOld(name)),
    ...Object.entries(before).filter(([name]) => isOld(name)),
  ])
