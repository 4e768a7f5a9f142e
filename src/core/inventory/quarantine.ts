/**
 * Is this GPU fit to be lent, and if not, why? One that is not is in quarantine: it is offered to nobody and given to
 * nobody, and whoever has it keeps it and may give it back. What is not known is no reason. See docs/decisions/quarantine.md.
 */
import { shown } from '../text/shown'
import { aliasOf, placeOf, vmById, type GpuFacts, type HostFacts } from './inventory'
import type { GpuMark, MarkSource } from './mark'
import { goneFrom } from './vm-devices'

export type Cause =
  | MarkSource
  /** The host's own node of the device has this problem code. */
  | { readonly by: 'host'; readonly code: number }
  /** A VM lists it, and the host shows no such device. */
  | { readonly by: 'loss'; readonly vm: string }
  /** It was there before, and the host shows it no more. */
  | { readonly by: 'absence' }

export interface Quarantine {
  readonly host: string
  /** By its alias. */
  readonly gpu: string
  readonly causes: readonly [Cause, ...Cause[]]
}

/**
 * ConfigManagerErrorCode (Microsoft, "Error codes in Device Manager") of a driver that is absent, broken, switched off or
 * blocked. A whole GPU leaves the driver of its host behind, so that they say nothing about the card.
 */
const OF_THE_DRIVER: readonly number[] = [1, 3, 18, 19, 28, 31, 32, 37, 39, 40, 48, 52]

const MEANS: { readonly [code: number]: string } = {
  10: 'it cannot start',
  12: 'it finds too few free resources',
  24: 'it does not work, or is not all there',
  29: 'its firmware gave it no resources',
  43: 'its driver stopped it',
  47: 'it was made ready to be pulled',
  54: 'it failed and is being reset',
}

/** Null: nothing is known against it. `marks` may be of any GPUs. */
export const quarantineOf = (
  host: HostFacts,
  gpu: GpuFacts,
  marks: readonly GpuMark[],
): Quarantine | null => {
  const alias = aliasOf(host, gpu)
  const said = marks.filter((mark) => mark.gpu === alias).map((mark) => mark.said)
  const [first, ...others] = [...said, ...reportedBy(host, gpu)]
  return first ? { host: host.name, gpu: alias, causes: [first, ...others] } : null
}

/** What the host itself reports. Its problem code counts while the device is in its use: elsewhere it is of a node that is not present. */
const reportedBy = (host: HostFacts, gpu: GpuFacts): Cause[] => {
  const place = placeOf(host, gpu)
  switch (place.kind) {
    case 'missing':
      return [{ by: 'absence' }]
    case 'host-enabled': {
      const code = gpu.problemCode ?? 0
      return code === 0 || OF_THE_DRIVER.includes(code) ? [] : [{ by: 'host', code }]
    }
    case 'assigned': {
      const vm = vmById(host, place.vm)
      const isGone = vm && goneFrom(vm).some(({ path }) => path === gpu.locationPath)
      return isGone ? [{ by: 'loss', vm: vm.name }] : []
    }
    default:
      return []
  }
}

/** In as few words as a table has room for. */
const briefly = (cause: Cause): string => {
  switch (cause.by) {
    case 'person':
      return cause.reason === null ? 'paused by an administrator' : shown(cause.reason)
    case 'guest':
      return shown(cause.why)
    case 'host':
      return `problem code ${cause.code}`
    case 'loss':
    case 'absence':
      return 'the host shows no such device'
  }
}

/** A clause, such as "hv01 reports problem code 43 of it (its driver stopped it)". */
export const causeWords = (host: string, cause: Cause): string => {
  switch (cause.by) {
    case 'person':
      return `an administrator paused it${cause.reason === null ? '' : ` (${shown(cause.reason)})`}`
    case 'guest':
      return `nvidia-smi in ${shown(cause.vm)} said that ${shown(cause.why)}`
    case 'host': {
      const means = MEANS[cause.code]
      return `${host} reports problem code ${cause.code} of it${means === undefined ? '' : ` (${means})`}`
    }
    case 'loss':
      return `${shown(cause.vm)} has it, and ${host} shows no such device`
    case 'absence':
      return `${host} shows no such device`
  }
}

/** A sentence: what ends it. */
export const endWords = ({ host, gpu }: Quarantine, cause: Cause): string => {
  switch (cause.by) {
    case 'person':
      return `An administrator ends it with \`resume ${gpu}\`.`
    case 'guest':
      return `It ends once nvidia-smi shows the GPU in order in its VM, or an administrator says \`resume ${gpu}\`.`
    case 'host':
      return `It ends once ${host} reports the GPU in order: look at it in Device Manager there.`
    case 'loss':
      return backAgain(host)
    case 'absence':
      return `${backAgain(host)} One that is gone for good is forgotten by \`forget ${gpu}\`, an administrator's command.`
  }
}

const backAgain = (host: string): string =>
  `It ends once ${host} shows the GPU again: look whether the card is seated and powered.`

/** A clause with every reason: "hv01/gpu0 is in quarantine: ...". */
export const quarantineWords = ({ host, gpu, causes }: Quarantine): string =>
  `${gpu} is in quarantine: ${causes.map((each) => causeWords(host, each)).join('; ')}`

/** What ends it, each sentence once. */
export const endsOf = (quarantine: Quarantine): string =>
  [...new Set(quarantine.causes.map((each) => endWords(quarantine, each)))].join(' ')

/** `in quarantine: fan broken`, where the place itself does not say it already; null where it does. */
export const quarantineBriefly = ({ causes }: Quarantine): string | null => {
  const told = causes.filter(({ by }) => by !== 'absence').map(briefly)
  return told.length === 0 ? null : `in quarantine: ${told.join('; ')}`
}
