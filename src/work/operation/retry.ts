/** Reading a host that may not answer, or whose VMs are on their way between two states. */
import { Fault, messageOf } from '../../core/errors'
import { vmById, type HostFacts } from '../../core/inventory/inventory'
import type { HostPlan } from '../../core/plan/plan'
import type { Host } from '../../core/ports/host'
import { startPatienceMs } from '../../core/inventory/starting'
import type { Operation } from '../context/context'
import { record } from './record'

export const RETRY_MS = 2_000

export type HostReading =
  | { readonly kind: 'read'; readonly facts: HostFacts }
  | { readonly kind: 'out of patience'; readonly why: string }
  /** The process stops. */
  | { readonly kind: 'stopped' }

/**
 * Reads until the host answers with VMs at rest, as long as `hostPatienceMs` allows, or as a VM that starts may take; the card
 * says what it waits for.
 */
export const readWithRetry = async (operation: Operation, plan: HostPlan): Promise<HostReading> => {
  const { context, stopping } = operation
  const host = hostOf(operation, plan)
  const began = context.clock.now()
  while (!stopping.aborted) {
    const reading = await readOnce(host, plan)
    if (reading.kind === 'read') return reading
    const patienceMs = Math.max(context.limits.hostPatienceMs, reading.mayTakeMs)
    if (context.clock.now() - began >= patienceMs) return { kind: 'out of patience', why: reading.why }
    await record(operation, { kind: 'waiting', waiting: reading.waiting })
    await context.clock.sleep(RETRY_MS, stopping)
  }
  return { kind: 'stopped' }
}

/** Throws Fault('internal') for a host that the operation was not begun with. */
export const hostOf = ({ hosts, request }: Operation, { host }: HostPlan): Host => {
  const found = hosts.get(host)
  if (!found) throw new Fault('internal', `${request.id} is carried out without ${host}`)
  return found
}

type Once =
  | { readonly kind: 'read'; readonly facts: HostFacts }
  | { readonly kind: 'not yet'; readonly why: string; readonly waiting: string; readonly mayTakeMs: number }

const readOnce = async (host: Host, plan: HostPlan): Promise<Once> => {
  try {
    const facts = await host.inventory()
    const moving = inTransit(plan, facts)
    if (moving === null) return { kind: 'read', facts }
    return { kind: 'not yet', why: moving.says, waiting: moving.says, mayTakeMs: moving.mayTakeMs }
  } catch (error) {
    return { kind: 'not yet', why: messageOf(error), waiting: `${host.name} does not answer`, mayTakeMs: 0 }
  }
}

interface Moving {
  readonly says: string
  readonly mayTakeMs: number
}

const inTransit = (plan: HostPlan, facts: HostFacts): Moving | null => {
  for (const ref of [plan.from, plan.to]) {
    const vm = ref ? vmById(facts, ref.id) : undefined
    if (vm?.state === 'Starting') return { says: `${vm.name} is starting`, mayTakeMs: startPatienceMs(vm) }
    if (vm?.state === 'Stopping') return { says: `${vm.name} is stopping`, mayTakeMs: 0 }
  }
  return null
}
