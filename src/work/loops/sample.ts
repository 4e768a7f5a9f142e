/**
 * Reads nvidia-smi in the VMs that have a GPU of NVIDIA, at a low rate and few at a time, for health and for use over
 * time. It looks and tells, and changes nothing. A guest that cannot be asked says nothing about its GPUs.
 */
import { hostPlansOf } from '../../core/plan/plan'
import { messageOf } from '../../core/errors'
import { aliasOf, type HostFacts, type HostView, type VmFacts } from '../../core/inventory/inventory'
import { partitionsOf } from '../../core/inventory/partitions'
import { readSmi } from '../../core/smi/smi'
import { saveSamples } from '../../store/samples'
import { hostViews } from '../../store/fleet'
import { requestsIn } from '../../store/requests'
import { heedGuest } from '../readings/failing'
import { isSampled, noticeHealth } from '../readings/healthy'
import { startLoop, type Loop } from '../context/loop'
import type { SmiSampling, Context } from '../context/context'
import { vendorsIn } from '../readings/smi'

const AT_ONCE = 2

interface Target {
  readonly facts: HostFacts
  readonly vm: VmFacts
}

/** Samples until it is stopped; the VMs that are being read are waited for, and no more. */
export const startSampling = (context: Context, { everyMs }: SmiSampling): Loop => {
  const stopping = new AbortController()
  const loop = startLoop(context, { doing: 'sampling VMs', waitsFor: 'others' }, async () => {
    await sample(context, stopping.signal)
    return everyMs
  })
  return {
    ...loop,
    stop: () => {
      stopping.abort()
      return loop.stop()
    },
  }
}

/** Each VM once. Never throws for the sake of one of them. */
export const sample = async (context: Context, stopping: AbortSignal): Promise<void> => {
  const targets = (await targetsOf(context)).values()
  const work = async (): Promise<void> => {
    for (const target of targets) {
      if (stopping.aborted) return
      try {
        await sampleOne(context, target)
      } catch (error) {
        context.log.error({ vm: target.vm.id, error: messageOf(error) }, 'sampling a VM')
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  context.wake.deliver()
}

/** What a request is at work on is not looked at: a GPU on its way is neither here nor there. */
const targetsOf = async (context: Context): Promise<Target[]> => {
  const views = await hostViews(context.db, [...context.hosts.keys()])
  const moving = (await requestsIn(context.db, ['running'])).flatMap(({ plan }) =>
    hostPlansOf(plan).flatMap(({ from, to }) => [from?.id, to?.id]),
  )
  return views
    .filter(({ error }) => error === null)
    .flatMap(targetsOn)
    .filter(({ vm }) => !moving.includes(vm.id))
}

const targetsOn = ({ facts }: HostView): Target[] =>
  facts === null ? [] : facts.vms.filter((vm) => isSampled(facts, vm)).map((vm) => ({ facts, vm }))

const sampleOne = async (context: Context, { facts, vm }: Target): Promise<void> => {
  const host = context.hosts.get(facts.name)
  if (!host) return
  const answer = await host.smi({ kind: 'guest', vm: vm.id })
  const reading = readSmi(answer, { vendors: vendorsIn(facts, vm.id) })
  if (reading.verdict === 'not-checked') return
  const gpus = facts.gpus
    .filter((gpu) => vm.assigned.includes(gpu.locationPath) || partitionsOf(facts, vm, gpu).length > 0)
    .map((gpu) => aliasOf(facts, gpu))
  await context.db.transaction().execute(async (tx) => {
    const at = context.clock.now()
    await saveSamples(tx, { host: facts.name, vm: vm.id, at }, reading.gpus)
    const apart = await heedGuest(tx, { facts, vm, reading, at })
    await noticeHealth(context, tx, { host: facts.name, vm, gpus, reading, at, apart })
  })
}
