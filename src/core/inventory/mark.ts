/** What a person or a guest said of a GPU, kept by the store until it is lifted; see core/inventory/quarantine.ts. */

export type MarkSource =
  /** `pause hv01/gpu0 because ...`; the reason is theirs. */
  | {
      readonly by: 'person'
      readonly account: string
      readonly at: number
      readonly reason: string | null
    }
  /** nvidia-smi in a VM that had the whole GPU. */
  | { readonly by: 'guest'; readonly vm: string; readonly at: number; readonly why: string }

/** By the alias of the GPU, which goes with the card. */
export interface GpuMark {
  readonly gpu: string
  readonly said: MarkSource
}
