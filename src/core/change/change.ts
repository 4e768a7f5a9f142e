/** What is to be done to a GPU, its names resolved: the policy judges it, and the planner makes a plan of it. */
import type { HostName, LocationPath, VmId } from '../inventory/inventory'

/** What the person who asked agreed to. */
export interface Consents {
  readonly shutdown: boolean
  readonly powerOff: boolean
  readonly noStart: boolean
}
export const NO_CONSENTS: Consents = { shutdown: false, powerOff: false, noStart: false }

export const consentsOf = ({ shutdown, powerOff, noStart }: Consents): Consents => ({
  shutdown,
  powerOff,
  noStart,
})

/** What is asked of the high MMIO space: bytes, or `more` than is computed, which holds the BARs wherever the window begins. */
export type MmioAsked = number | 'more'

interface Target {
  readonly host: HostName
  /** Of that host. */
  readonly gpus: readonly [LocationPath, ...LocationPath[]]
  readonly consents: Consents
}

interface Giving {
  readonly vm: VmId
  /** The request that lent it before: what others changed on the host is put back. */
  readonly restores?: string | undefined
}

type Whole = { readonly mode: 'dda'; readonly mmio?: MmioAsked | undefined }
type Part = { readonly mode: 'partition' }

/** `vram`: bytes; null: as much as the host decides. */
export type Change = Target &
  (
    | ({ readonly action: 'assign' } & Giving & Whole)
    | ({ readonly action: 'assign'; readonly vram: number | null } & Giving & Part)
    | ({ readonly action: 'move'; readonly gives?: Given | undefined } & Giving & Whole)
    | { readonly action: 'release'; readonly mode: 'dda' }
    | ({ readonly action: 'release'; readonly vm: VmId } & Part)
    | ({ readonly action: 'partition'; readonly count: number } & Part)
    | ({ readonly action: 'resize'; readonly vm: VmId; readonly vram: number } & Part)
    | { readonly action: 'resize'; readonly vm: VmId; readonly mode: 'dda'; readonly mmio: MmioAsked }
  )

/** What its VM gives back on another host, for the one that a VM gets here. */
export interface Given {
  readonly host: HostName
  readonly gpu: LocationPath
}

/** The VM that is to have it, or that has the partition; null where the change names none. */
export const vmOf = (change: Change): VmId | null => ('vm' in change ? change.vm : null)

export const givesOf = (change: Change): Given | undefined =>
  change.action === 'move' ? change.gives : undefined

export const restoresOf = (change: Change): string | undefined =>
  'restores' in change ? change.restores : undefined

/** It is about a partition, not about the whole GPU or how it is split. */
export const isOfShare = ({ mode, action }: { readonly mode: string; readonly action: string }): boolean =>
  mode === 'partition' && action !== 'partition'
