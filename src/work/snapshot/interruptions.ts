/**
 * What the stops of a plan would interrupt, asked when it is planned, so that whoever approves it sees it. A guest that
 * cannot be asked, or does not answer, is "not known", and keeps no plan from being made.
 */
import { interruptionOf, type Interruption } from '../../core/smi/interruption'
import { vmById, type HostFacts, type VmFacts } from '../../core/inventory/inventory'
import { stepsOn, type Plan } from '../../core/plan/plan'
import type { GuestUse } from '../../core/ports/host'
import { messageOf } from '../../core/errors'
import { samplesOf } from '../../store/samples'
import type { Context } from '../context/context'

const WINDOW_MS = 3 * 24 * 3_600_000

/** `readings` are those that the plan was made from. */
export const interruptionsOf = async (
  context: Context,
  plan: Plan,
  readings: readonly HostFacts[],
): Promise<Interruption[]> => {
  const found = await Promise.all(
    readings.map((facts) =>
      Promise.all(stoppedOn(plan, facts).map((vm) => interruptionIn(context, facts, vm))),
    ),
  )
  return found.flat()
}

/** What does not run is not interrupted. */
const stoppedOn = (plan: Plan, facts: HostFacts): VmFacts[] => {
  const ids = new Set(stepsOn(plan, facts.name).flatMap((step) => (step.kind === 'stopVm' ? step.vm.id : [])))
  return [...ids].flatMap((id) => vmById(facts, id) ?? []).filter(({ state }) => state === 'Running')
}

const interruptionIn = async (context: Context, facts: HostFacts, vm: VmFacts): Promise<Interruption> => {
  const since = context.clock.now() - WINDOW_MS
  const samples = await samplesOf(context.db, { host: facts.name, vm: vm.id, since })
  return interruptionOf(vm, { use: await useOf(context, facts, vm), samples: [...samples.values()].flat() })
}

const useOf = async (context: Context, facts: HostFacts, vm: VmFacts): Promise<GuestUse | null> => {
  try {
    return (await context.hosts.get(facts.name)?.use?.(vm.id)) ?? null
  } catch (error) {
    context.log.warn(
      { vm: vm.id, error: messageOf(error) },
      'a guest could not be asked what a stop interrupts',
    )
    return null
  }
}
