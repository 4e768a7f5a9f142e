/** GPUs that fail, are hot, or count errors of their memory, by what nvidia-smi says in their VM: told once it has lasted. */
import type { HostFacts, HostView, VmFacts } from '../../core/inventory/inventory'
import { leaseNewsNotice } from '../../core/cards/lease'
import type { Lease } from '../../core/lease/lease'
import { firstSeen, observe, type Condition } from '../../core/news/condition'
import { COOL, countErrors, heatOf, HOT, WORKS } from '../../core/news/health'
import type { HealthFinding } from '../../core/news/news'
import type { Notice, Run } from '../../core/notice/notice'
import type { SmiReading } from '../../core/smi/smi'
import type { SmiGpu } from '../../core/smi/table'
import { conditionOf, forgetConditions, saveCondition } from '../../store/conditions'
import type { Tx } from '../../store/database'
import { announce } from '../telling/announce'
import { keptNotice } from './apart'
import { tellOfQuarantine } from './failing'
import type { Context } from '../context/context'
import { vendorsIn } from './smi'

interface Read {
  readonly host: string
  readonly vm: { readonly id: string; readonly name: string }
  /** What it has, by alias; which of them is which in its nvidia-smi is known where it has one. */
  readonly gpus: readonly string[]
  readonly reading: Exclude<SmiReading, { verdict: 'not-checked' }>
  readonly at: number
  /** Those that are in quarantine by it. */
  readonly apart: readonly string[]
}

/** It runs, and has a GPU of NVIDIA: there is something to be read. */
export const isSampled = (facts: HostFacts, { id, state }: VmFacts): boolean =>
  state === 'Running' && vendorsIn(facts, id).includes('nvidia')

/** What is wrong with GPUs by what was told of it last: for each host one line a finding. */
export const healthFindings = (
  views: readonly HostView[],
  conditions: ReadonlyMap<string, Condition>,
): ReadonlyMap<string, readonly Run[][]> =>
  new Map(
    views.map(({ name: host, facts, marks }) => [
      host,
      (facts?.vms ?? []).flatMap((vm) => {
        if (facts === null || !isSampled(facts, vm)) return []
        const smi = conditions.get(nameOf('smi', { host, vm }))
        const hot = [...conditions].some(
          ([name, { told }]) => name.startsWith(`${nameOf('heat', { host, vm })} `) && told === HOT,
        )
        return [
          ...(smi && smi.told !== WORKS && !isMarked(marks, vm) ? [smi.told] : []),
          ...(hot ? ['a GPU is hotter than the limit'] : []),
        ].map((what): Run[] => [{ strong: vm.name }, `: ${what}`])
      }),
    ]),
  )

/** Its GPUs are among those in quarantine, which say the same. */
const isMarked = (marks: HostView['marks'], { name }: VmFacts): boolean =>
  marks.some(({ said }) => said.by === 'guest' && said.vm === name)

/** In the transaction that saves the sample. */
export const noticeHealth = async (
  context: Pick<Context, 'policy' | 'health' | 'requestsChannels' | 'changesChannel'>,
  tx: Tx,
  read: Read,
): Promise<void> => {
  const { host, vm, gpus, reading, at } = read
  const limit = context.health?.hotCelsius ?? null
  if (reading.verdict === 'verified') await forgetOthers(tx, read)
  const findings = [
    await working(tx, read),
    ...(await each(reading.gpus, (gpu) => errors(tx, read, gpu))),
    ...(limit === null ? [] : await each(reading.gpus, (gpu) => heat(tx, read, { gpu, limit }))),
  ].flatMap((finding) => finding ?? [])
  for (const finding of findings) {
    const news = { kind: 'health', host, gpus, vm: vm.name } as const
    if (finding.is === 'failing' && finding.apart) {
      const toHolder = (lease: Lease): Notice => keptNotice(leaseNewsNotice(lease, finding.why))
      await tellOfQuarantine(context, tx, { ...news, finding }, { gpus: read.apart, toHolder, at })
    } else await announce(context, tx, [{ ...news, finding }], { at })
  }
}

const each = async <T>(gpus: readonly SmiGpu[], look: (gpu: SmiGpu) => Promise<T>): Promise<T[]> => {
  const found: T[] = []
  for (const gpu of gpus) found.push(await look(gpu))
  return found
}

/** GPUs that the VM has no more are nothing to look at. */
const forgetOthers = async (tx: Tx, read: Read): Promise<void> => {
  for (const what of ['heat', 'errors'] as const) {
    const kept = read.reading.gpus.map((gpu) => nameOf(what, read, gpu))
    await forgetConditions(tx, `${nameOf(what, read)} `, kept)
  }
}

/** The name of a condition; those of a VM begin alike. */
const nameOf = (
  what: 'smi' | 'heat' | 'errors',
  { host, vm }: { readonly host: string; readonly vm: { readonly id: string } },
  gpu?: SmiGpu,
): string => [what, host, vm.id, ...(gpu ? [gpu.uuid ?? String(gpu.index)] : [])].join(' ')

const working = async (tx: Tx, read: Read): Promise<HealthFinding | null> => {
  const { reading, at } = read
  const name = nameOf('smi', read)
  const is = reading.verdict === 'failed' ? reading.why : WORKS
  const { next, tell } = observe((await conditionOf(tx, name)) ?? firstSeen(is, WORKS, at), is, at)
  await saveCondition(tx, name, next)
  if (tell === null) return null
  return reading.verdict === 'failed'
    ? { is: 'failing', why: reading.why, next: reading.next, apart: read.apart.length > 0 }
    : { is: 'working' }
}

const errors = async (tx: Tx, read: Read, gpu: SmiGpu): Promise<HealthFinding | null> => {
  const count = gpu.uncorrectedErrors
  if (count === null) return null
  const name = nameOf('errors', read, gpu)
  const { next, tell } = countErrors(await conditionOf(tx, name), count, read.at)
  await saveCondition(tx, name, next)
  return tell ? { is: 'memory-errors', count } : null
}

const heat = async (
  tx: Tx,
  read: Read,
  { gpu, limit }: { readonly gpu: SmiGpu; readonly limit: number },
): Promise<HealthFinding | null> => {
  const celsius = gpu.temperatureCelsius
  if (celsius === null) return null
  const name = nameOf('heat', read, gpu)
  const before = await conditionOf(tx, name)
  const is = heatOf(celsius, limit, before)
  const { next, tell } = observe(before ?? firstSeen(is, COOL, read.at), is, read.at)
  await saveCondition(tx, name, next)
  return tell && { is: is === HOT ? 'hot' : 'cooler', celsius, limit }
}
