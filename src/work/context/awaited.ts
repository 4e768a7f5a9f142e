/** Presses whose presser waits a moment for what comes of them. */
import type { CameOf } from '../../core/ports/delivery'
import type { Clock } from '../../core/ports/clock'

export interface Awaited {
  readonly isWaitedFor: (deliveryId: string) => boolean
  /** False when nobody waits any more. */
  readonly tell: (deliveryId: string, came: CameOf) => boolean
  /** Does `begin`, and waits so long for what is told of the delivery; null when nothing was. Throws what `begin` throws. */
  readonly within: (deliveryId: string, ms: number, begin: () => Promise<void>) => Promise<CameOf | null>
}

export const openAwaited = (clock: Clock): Awaited => {
  type Tell = (came: CameOf) => void
  const waiting = new Map<string, Set<Tell>>()

  const leave = (id: string, tell: Tell): void => {
    const others = waiting.get(id)
    others?.delete(tell)
    if (others?.size === 0) waiting.delete(id)
  }

  return {
    isWaitedFor: (id) => waiting.has(id),
    tell: (id, came) => {
      const all = [...(waiting.get(id) ?? [])]
      all.forEach((tell) => tell(came))
      return all.length > 0
    },
    within: async (id, ms, begin) => {
      const over = new AbortController()
      let tell: Tell = () => undefined
      const told = new Promise<CameOf>((resolve) => (tell = resolve))
      waiting.set(id, (waiting.get(id) ?? new Set()).add(tell))
      try {
        await begin()
        return await Promise.race([told, clock.sleep(ms, over.signal).then(() => null)])
      } finally {
        leave(id, tell)
        over.abort()
      }
    },
  }
}
