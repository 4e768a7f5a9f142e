/**
 * Who did this? The chat is asked, and asked again while it gives no answer, for ten minutes from the deed: people's
 * commands wait out a fault of their chat. Those of one person wait in their order; nobody waits for somebody else's.
 */
import { Fault, messageOf } from '../../core/errors'
import { decides } from '../../core/grammar/decides'
import type { Delivery } from '../../core/ports/delivery'
import type { Identity } from '../../core/ports/chat'
import type { Context } from '../context/context'

/** From when somebody did it. What was not carried out until then never is. */
const PATIENCE_MS = 10 * 60_000
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const

export type KnownIdentity = Identity | { readonly kind: 'not-told'; readonly why: string }

export interface Introductions {
  /** `waits`: called once, when the chat has given no answer at first. Null: the process stops. */
  whoIs(delivery: Delivery, waits: () => void): Promise<KnownIdentity | null>
}

export const openIntroductions = (context: Context, stopping: AbortSignal): Introductions => {
  const { chat, clock, log } = context
  /** The newest question about each account. */
  const asked = new Map<string, Promise<unknown>>()

  const ask = async (delivery: Delivery, waits: () => void): Promise<KnownIdentity | null> => {
    for (let tries = 0; ; tries++) {
      const answer = await attempt(delivery)
      if (answer.kind !== 'not-told') return answer
      if (clock.now() - delivery.at >= PATIENCE_MS) return answer
      if (tries === 0) waits()
      await clock.sleep(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] ?? PATIENCE_MS, stopping)
      if (stopping.aborted) return null
    }
  }
  const attempt = async ({ id, from, channel, said }: Delivery): Promise<KnownIdentity> => {
    try {
      return await chat.identify(from, channel, { afresh: decides(said) })
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'chat') throw error
      log.warn({ delivery: id, error: messageOf(error) }, 'the chat does not say who did this')
      return { kind: 'not-told', why: messageOf(error) }
    }
  }
  return {
    whoIs: (delivery, waits) => {
      const before = asked.get(delivery.from) ?? Promise.resolve()
      const mine = before.then(
        () => ask(delivery, waits),
        () => ask(delivery, waits),
      )
      asked.set(delivery.from, mine)
      const forget = (): void => {
        if (asked.get(delivery.from) === mine) asked.delete(delivery.from)
      }
      mine.then(forget, forget)
      return mine
    },
  }
}
