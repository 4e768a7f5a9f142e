/** What was last read of the hosts, as the grammar asks for it. */
import type { Known } from './grammar/known'
import type { HostView } from './inventory'
import { hasVm, nameLike, resolveGpu, resolveHost } from './names'

export const knownIn = (views: readonly HostView[]): Known => ({
  hasGpu: (name) => resolveGpu(name, views).ok,
  hasVm: (name) => hasVm(name, views),
  hasHost: (name) => resolveHost(name, views).ok,
  near: (name) => nameLike(name, views),
})
