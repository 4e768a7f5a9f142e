/** What the fleet is known to have, for words that only names can tell apart. */
export interface Known {
  readonly hasGpu: (name: string) => boolean
  readonly hasVm: (name: string) => boolean
  readonly hasHost: (name: string) => boolean
  /** The name nearest to it that can be typed as it stands here; null for none. */
  readonly near: (name: string) => string | null
}

export const NOTHING_KNOWN: Known = {
  hasGpu: () => false,
  hasVm: () => false,
  hasHost: () => false,
  near: () => null,
}
