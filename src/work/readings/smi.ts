/** `smi VM` and `smi HOST`: nvidia-smi, read now, posted in the channel. */
import { refusalNotice } from '../../core/answers/refusal'
import { refusal } from '../../core/errors'
import { vmById, type HostFacts, type VmId } from '../../core/inventory/inventory'
import { partitionsOf } from '../../core/inventory/partitions'
import { resolveAny, type FoundVm } from '../../core/inventory/names'
import type { SmiTarget } from '../../core/ports/host'
import { smiNotice } from '../../core/answers/smi'
import { readSmi } from '../../core/smi/smi'
import { hostViews } from '../../store/fleet'
import { post } from '../../store/outbox'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'

export const readNvidiaSmi = async (context: Context, name: string, caller: Caller): Promise<Effect> => {
  const found = resolveAny(name, await hostViews(context.db, [...context.hosts.keys()]))
  if (!found.ok) return say(refusalNotice(found.refusals))
  const subject = found.value
  if (subject.kind === 'gpu')
    return say(
      refusalNotice([
        refusal(
          'syntax',
          `${name} is a GPU; nvidia-smi runs in a VM or on a host`,
          `Name its VM, or \`smi ${subject.view.name}\`.`,
        ),
      ]),
    )
  if (subject.kind === 'vm' && hasNothing(subject))
    return say(
      refusalNotice([
        refusal(
          'not-possible',
          `${subject.vm.name} has no GPU, so its nvidia-smi has nothing to show`,
          '`list --free` shows the GPUs that you could ask for.',
        ),
      ]),
    )
  const host = context.hosts.get(subject.view.name)
  if (!host)
    return say(
      refusalNotice([refusal('unknown-name', `there is no host ${subject.view.name}`, 'See `list`.')]),
    )
  const target: SmiTarget = subject.kind === 'vm' ? { kind: 'guest', vm: subject.vm.id } : { kind: 'host' }
  const facts = subject.view.facts
  const vendors = facts === null ? [] : subject.kind === 'vm' ? vendorsIn(facts, subject.vm.id) : []
  const reading = readSmi(await host.smi(target), { vendors })
  const label =
    subject.kind === 'vm' ? `in ${subject.vm.name} on ${subject.view.name}` : `on ${subject.view.name}`
  return async (tx) => {
    await post(tx, caller.channel, smiNotice(label, reading), {
      at: context.clock.now(),
      otherwise: caller.privately ?? caller.back,
    })
    return null
  }
}

/** By the last reading of its host. */
const hasNothing = ({ vm }: FoundVm): boolean => vm.assigned.length === 0 && vm.partitions.length === 0

/** The makers of the GPUs that a VM has, by the last reading of its host: what its nvidia-smi ought to show. */
export const vendorsIn = (facts: HostFacts, id: VmId): HostFacts['gpus'][number]['vendor'][] => {
  const vm = vmById(facts, id)
  if (!vm) return []
  return facts.gpus
    .filter((gpu) => vm.assigned.includes(gpu.locationPath) || partitionsOf(facts, vm, gpu).length > 0)
    .map((gpu) => gpu.vendor)
}
