/**
 * The digest of a plan: SHA-256 over the plan and the stable facts that it rests on, so that what is carried out is
 * what was approved. Stable are identities, places, power states and settings; never counters, times or versions of
 * what the plan does not rest on.
 */
import { createHash } from 'node:crypto'
import {
  type GpuFacts,
  type HostFacts,
  type LocationPath,
  type VmDevice,
  type VmFacts,
  type VmId,
  gpuByPath,
  placeOf,
  vmById,
} from '../inventory/inventory'
import { partitionsInUse } from '../inventory/partitions'
import { needWords } from '../text/roles'
import { deviceWords, goneFrom } from '../inventory/vm-devices'
import type { HostPlan, Plan } from './plan'

/** A plan before it is sealed. */
export type Draft = Omit<Plan, 'digest' | 'facts' | 'order' | 'computer'>
/** What of a plan tells which facts it rests on. */
export type Subjects = Pick<HostPlan, 'gpu' | 'from' | 'to' | 'mode'>
type Facts = Readonly<Record<string, string>>
type Pair = readonly [name: string, value: string]

const GONE = 'not there'
const said = (value: string | number | boolean | null): string =>
  value === null ? 'not known' : String(value)
const barsOf = (gpu: GpuFacts): string =>
  gpu.bars.map((bar) => `${bar.bytes} bytes (${bar.bits}-bit)`).join(', ') || 'not known'

const placeText = (host: HostFacts, gpu: GpuFacts): string => {
  const place = placeOf(host, gpu)
  return place.kind === 'assigned'
    ? `assigned to ${vmById(host, place.vm)?.name ?? ''} (${place.vm})`
    : place.kind
}

const hostPairs = (host: HostFacts): Pair[] => [
  ['Windows', `${host.os.edition} ${host.os.release}`],
  ['I/O virtualization', said(host.iov.supported)],
  ['physical address bits', said(host.physicalAddressBits)],
  ['policy RequireSecureDeviceAssignment', said(host.policies.requireSecureDeviceAssignment)],
  ['policy RequireSupportedDeviceAssignment', said(host.policies.requireSupportedDeviceAssignment)],
  ['dismount with -Force', said(host.forceDismount)],
]

const gpuPairs = (host: HostFacts, gpu: GpuFacts): Pair[] => [
  ['instance id', gpu.instanceId],
  ['place', placeText(host, gpu)],
  ['BARs', barsOf(gpu)],
  // The memory stands in for BARs that are not known; with them nothing rests on it.
  ...(gpu.bars.length === 0 ? [['memory', said(gpu.memoryBytes)] as const] : []),
  ['ACS', said(gpu.acs)],
  ['device type', `${said(gpu.deviceType)}, class ${said(gpu.baseClass)}`],
  ['reserved memory', said(gpu.reservedMemory)],
  ['interrupts', gpu.interrupts],
  ['partitioned', said((gpu.partition?.count ?? 0) > 1 || partitionsInUse(host, gpu) > 0)],
  ['host display', said(gpu.hostDisplay)],
]

/** Who shares it with the plan's VM is no fact that the plan rests on, only that there is room. */
const sharedGpuPairs = (host: HostFacts, gpu: GpuFacts, plan: Subjects): Pair[] => {
  const { partition } = gpu
  const used = partitionsInUse(host, gpu)
  const room: Pair =
    plan.to === null
      ? ['partitions in use', plan.from === null ? said(used) : 'not asked']
      : ['room for its partition', said(plan.from !== null || used < (partition?.count ?? 0))]
  return [
    ['instance id', gpu.instanceId],
    ['place', placeText(host, gpu)],
    ['partitions from', said(partition?.name ?? null)],
    ['partition count', said(partition?.count ?? null)],
    [
      'video memory of a partition',
      partition ? `${partition.vram.min} to ${partition.vram.max}` : 'not known',
    ],
    room,
  ]
}

const sharedHostPairs = (host: HostFacts): Pair[] => [
  ['Windows', `${host.os.edition} ${host.os.release}`],
  ['GPU-P commands', host.partitioning],
  ['GPU-P where it is not supported', said(host.unsupportedPartitioning)],
  ['policy RequireSecureDeviceAssignment', said(host.policies.requireSecureDeviceAssignment)],
  ['policy RequireSupportedDeviceAssignment', said(host.policies.requireSupportedDeviceAssignment)],
]

const partitionText = ({ gpu, vram }: VmFacts['partitions'][number]): string =>
  `${gpu ?? 'GPU not told'}${vram ? ` [${vram.min}, ${vram.optimal}, ${vram.max}]` : ''}`

const assignedText = (host: HostFacts, path: LocationPath): string => {
  const gpu = gpuByPath(host, path)
  return gpu ? `${path} [${barsOf(gpu)}]` : path
}

const goneText = (device: VmDevice): string => `${deviceWords(device)} seems to be gone`

/** All settings, not only those to be changed: that the others need no change is part of the plan. */
const vmPairs = (host: HostFacts, vm: VmFacts): Pair[] => [
  ['name', vm.name],
  ['power state', vm.state],
  ['generation', said(vm.generation)],
  ...Object.entries(vm.settings).map(([name, value]): Pair => [name, said(value)]),
  ['memory', vm.memory.dynamic ? 'dynamic' : `static, ${vm.memory.startupBytes} bytes`],
  ['replication', vm.replication === 'unknown' ? 'not known' : vm.replication],
  ['checkpoints', said(vm.checkpoints)],
  ['clustered', vm.clustered ? `yes, offline action ${said(vm.offlineAction)}` : 'no'],
  ['partitions', vm.partitions.map(partitionText).sort().join(', ') || 'none'],
  [
    'assigned devices',
    [...vm.assigned.map((path) => assignedText(host, path)).sort(), ...goneFrom(vm).map(goneText)].join(
      ', ',
    ) || 'none',
  ],
]

const subject = (title: string, pairs: readonly Pair[] | null): Pair[] =>
  pairs ? pairs.map(([name, value]) => [`${title}: ${name}`, value]) : [[title, GONE]]

const vmSubject = (
  host: HostFacts,
  role: string,
  ref: { readonly id: VmId; readonly name: string } | null,
): Pair[] => {
  if (!ref) return []
  const vm = vmById(host, ref.id)
  return subject(`${role} ${ref.name}`, vm ? vmPairs(host, vm) : null)
}

/** The facts by name, as words. The same names come out whatever the facts are, so that two readings compare. */
export const stableFacts = (plan: Subjects, host: HostFacts): Facts => {
  const gpu = host.gpus.find((each) => each.locationPath === plan.gpu.locationPath)
  const whole = plan.mode === 'dda'
  return Object.fromEntries([
    ...subject(host.name, whole ? hostPairs(host) : sharedHostPairs(host)),
    ...subject(plan.gpu.alias, gpu ? (whole ? gpuPairs(host, gpu) : sharedGpuPairs(host, gpu, plan)) : null),
    ...vmSubject(host, 'holder', plan.from),
    ...vmSubject(host, 'VM', plan.to),
  ])
}

/** The same text whatever the order of keys: a plan that went through the store digests as before. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, canonical(each)]),
  )
}

/** SHA-256 in hexadecimal over the plan (but its own digest) and these facts. */
const digestOver = (plan: Draft | HostPlan, facts: Facts): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical({ ...plan, facts, digest: undefined })))
    .digest('hex')

/** The same with the stable facts as `host` has them. */
export const planDigest = (plan: Draft | HostPlan, host: HostFacts): string =>
  digestOver(plan, stableFacts(plan, host))

/** The plan with its facts and its digest. */
export const seal = (draft: Draft, host: HostFacts): Plan => {
  const { computer } = host
  const plan = { ...draft, order: 'device-first' as const, ...(computer !== null && { computer }) }
  return {
    ...plan,
    facts: stableFacts(plan, host),
    digest: planDigest(plan, host),
  }
}

/** The same plan, over what the policy says to it as well: what an approval binds to. */
export const bindTo = (plan: Plan, judged: Facts): Plan => {
  const facts = { ...plan.facts, ...judged }
  return { ...plan, facts, digest: digestOver(plan, facts) }
}

/**
 * The facts as they are now, for as far as the plan was sealed over them. What it was not asked about does not concern it,
 * such as BARs that were read since; nor does what nobody asks about any more, as of a plan of an earlier version. A GPU or
 * VM that is gone does.
 */
const concerning = (before: Facts, now: Facts): Facts => {
  const gone = Object.keys(now).filter((name) => now[name] === GONE)
  const isOfGone = (name: string): boolean => gone.some((title) => name.startsWith(`${title}: `))
  return Object.fromEntries([
    ...Object.entries(now).filter(([name]) => name in before || gone.includes(name)),
    ...Object.entries(before).filter(([name]) => !(name in now) && !isOfGone(name)),
  ])
}

/** The digest of what is done on this host as it would be now; compared before the first step. */
export const digestNow = (plan: HostPlan, host: HostFacts): string =>
  digestOver(plan, concerning(plan.facts, stableFacts(plan, host)))

/** A need is kept as `1 of approve`; see request/judged.ts. */
const inWords = (name: string, value: string | undefined): string | undefined =>
  !name.startsWith('The approval by the rule ')
    ? value
    : value?.replace(/^(\d+) of (.+)$/, (_, count: string, roles: string) =>
        needWords({ by: roles.split(' or '), count: Number(count) }),
      )

/** Which facts changed, one sentence each; empty when none did. */
export const explainChange = (before: Facts, now: Facts): string[] => {
  const after = concerning(before, now)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      const [was, is] = [before[name], after[name]].map((value) => inWords(name, value))
      if (is === undefined) return `${name} was ${was ?? ''} and is not there any more.`
      return was === undefined ? `${name} is now ${is}.` : `${name} was ${was} and is now ${is}.`
    })
}
