/** Who accounts are, as the chat said it last. */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/ports/clock'
import type { Identity } from '../core/ports/chat'

const KEPT_MS = 10 * 60_000
const MOST = 1_000

export interface AccountCache {
  /** The name of an account that was asked about, for as long as there is room for it. */
  readonly nameOf: (account: string) => string | null
  /** `lookUp` asks the chat. `afresh`: whatever is remembered. */
  identify(account: string, afresh: boolean, lookUp: () => Promise<Identity>): Promise<Identity>
}

/**
 * Answers are remembered for ten minutes, but for who asks afresh; failures are not, and people asked about at the same time
 * share one call.
 */
export const accountCache = (clock: Clock): AccountCache => {
  const known = new LRUCache<string, Promise<Identity>>({
    max: MOST,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: clock,
  })
  const names = new LRUCache<string, string>({ max: MOST })

  const ask = (account: string, lookUp: () => Promise<Identity>): Promise<Identity> => {
    const identity = lookUp()
    known.set(account, identity)
    identity.then(
      (found) => {
        if (found.kind === 'member') names.set(account, found.name)
      },
      () => {
        if (known.peek(account) === identity) known.delete(account)
      },
    )
    return identity
  }

  return {
    nameOf: (account) => names.get(account) ?? null,
    identify: (account, afresh, lookUp) => (afresh ? undefined : known.get(account)) ?? ask(account, lookUp),
  }
}
