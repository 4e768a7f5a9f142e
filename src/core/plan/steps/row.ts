/** What a row of the table of steps says, and the words that its rows share. */
import { type GpuPlace, type HostFacts, placeOf } from '../../inventory/inventory'
import type { Expectation, GpuRef, Step, StepKind, StepOf, VmRef } from './kinds'

/** Everything about one kind of step. */
export interface StepRow<S extends Step> {
  readonly says: (step: S) => string
  readonly script: (step: S) => string
  /** Its script does not work in PowerShell 7. */
  readonly windowsPowerShellOnly?: true
  readonly expects: (step: S) => Expectation
  readonly holds: (step: S, host: HostFacts) => boolean
  readonly undo: (step: S) => Step
}
export type Rows<K extends StepKind> = { readonly [Kind in K]: StepRow<StepOf<Kind>> }

/** A single-quoted PowerShell literal. Every quote PowerShell accepts as a single quote is doubled. */
export const quoted = (text: string): string => `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`
export const getVm = (vm: Pick<VmRef, 'id'>): string => `(Get-VM -Id ${quoted(vm.id)})`

const samePlace = (a: GpuPlace, b: GpuPlace): boolean =>
  a.kind === b.kind && (a.kind !== 'assigned' || b.kind !== 'assigned' || a.vm === b.vm)
export const isAt = (host: HostFacts, gpu: Pick<GpuRef, 'locationPath'>, place: GpuPlace): boolean =>
  samePlace(placeOf(host, gpu), place)

export const off = (vm: VmRef): Expectation => ({ vm: { id: vm.id, states: ['Off'] } })
export const at = (gpu: GpuRef, place: NonNullable<Expectation['gpu']>['place']): Expectation => ({
  gpu: { instanceId: gpu.instanceId, locationPath: gpu.locationPath, place },
})
