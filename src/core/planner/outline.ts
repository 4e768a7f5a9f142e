/**
 * A change as far as rules ask about it: who loses and who gets what, what is forced, and which VM is stopped how. Its
 * plan says the same (a property holds both together), but there is none where a host would refuse it at this moment.
 */
import { givesOf, vmOf, type Change } from '../change/change'
import { gpuByPath, vmById, type HostFacts, type VmFacts } from '../inventory/inventory'
import { seal } from '../plan/digest'
import type { Plan } from '../plan/plan'
import { takeFromHost } from './assign'
import { gpuRefOf, vmRefOf } from './checks/input'
import { stopOf } from './parts/power'
import { gpuHolder } from './parts/taking'

/** Null where a host that it is about was not read yet, or shows no such GPU or VM any more. */
export const outlineOf = (change: Change, readings: ReadonlyMap<string, HostFacts>): Plan | null => {
  const { host, consents } = change
  const outline = outlineOn(change, readings.get(host))
  const gives = givesOf(change)
  if (!gives || !outline) return outline
  const given: Change = {
    action: 'release',
    mode: 'dda',
    host: gives.host,
    gpus: [gives.gpu],
    consents,
  }
  const release = outlineOn(given, readings.get(given.host))
  return release && { ...outline, release }
}

const outlineOn = (change: Change, host: HostFacts | undefined): Plan | null => {
  const gpu = host && gpuByPath(host, change.gpus[0])
  const named = vmOf(change)
  const vm = host && named !== null ? vmById(host, named) : null
  if (!gpu || vm === undefined) return null
  const holder = change.mode === 'dda' ? gpuHolder(host, gpu) : isHeld(change) ? vm : null
  const taker = change.action === 'release' ? null : vm
  const vms = [...new Set([holder, taker])].flatMap((each) => each ?? [])
  const isTaken = change.mode === 'dda' && (change.action === 'assign' || givesOf(change) !== undefined)
  return seal(
    {
      action: change.action,
      mode: change.mode,
      host: host.name,
      gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
      from: holder ? vmRefOf(holder) : null,
      to: taker ? vmRefOf(taker) : null,
      steps: [...(isTaken ? takeFromHost(host, gpu) : []), ...stopsOf(vms, change)],
      costs: [],
      warnings: [],
      baselines: [],
    },
    host,
  )
}

const isHeld = ({ action }: Change): boolean => action === 'release' || action === 'resize'

const stopsOf = (vms: readonly VmFacts[], { consents }: Change) =>
  vms.flatMap((vm) => (vm.state === 'Running' ? (stopOf(vm, consents) ?? []) : []))
