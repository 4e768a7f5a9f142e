import type { HostView } from '../inventory/inventory'
import { hasVm, nameLike, resolveGpu, resolveHost } from '../inventory/names'

/** What the fleet is known to have, for words that only names can tell apart. */
export interface KnownNames {
  readonly hasGpu: (name: string) => boolean
  readonly hasVm: (name: string) => boolean
  readonly hasHost: (name: string) => boolean
  /** The name nearest to it that can be typed as it stands here; null for none. */
  readonly near: (name: string) => string | null
}

export const NOTHING_KNOWN: KnownNames = {
  hasGpu: () => false,
  hasVm: () => false,
  hasHost: () => false,
  near: () => null,
}

/** By what was last read of the hosts. */
export const knownIn = (views: readonly HostView[]): KnownNames => ({
  hasGpu: (name) => resolveGpu(name, views).ok,
  hasVm: (name) => hasVm(name, views),
  hasHost: (name) => resolveHost(name, views).ok,
  near: (name) => nameLike(name, views),
})
