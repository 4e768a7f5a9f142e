/** Nobody's flood makes everybody wait: what one person has open beyond their share is dropped, and they are told. */
import { refusalNotice } from '../../core/answers/refusal'
import { refusal } from '../../core/errors'
import { dropBeyond } from '../../store/inbox'
import { post } from '../../store/outbox'
import type { Context } from '../context/context'

/** So many deliveries of one person wait at most. */
const MOST_OPEN = 20
/** A flood is over when nothing of it was dropped for so long. */
const OVER_MS = 10_000

const TOO_FAST = refusal(
  'busy',
  `that is too fast: I take ${MOST_OPEN} of your commands and presses at a time, and have dropped the rest`,
  'Wait for the answers, then say again what has none.',
)

/** Drops what is too much, and tells each person once a flood. What is dropped is finished in the commit that tells. */
export const floodgate = ({ db, clock, log, wake }: Context): (() => Promise<void>) => {
  /** When something of a person was dropped last. */
  const droppedAt = new Map<string, number>()

  return async () => {
    const now = clock.now()
    for (const [account, at] of droppedAt) if (now - at >= OVER_MS) droppedAt.delete(account)
    const dropped = await db.transaction().execute(async (tx) => {
      const firsts = await dropBeyond(tx, MOST_OPEN, now)
      for (const { from, back } of firsts)
        if (!droppedAt.has(from)) await post(tx, back, refusalNotice([TOO_FAST]), { at: now })
      return firsts.map(({ from }) => from)
    })
    for (const account of dropped) {
      if (!droppedAt.has(account)) log.warn({ from: account }, 'a flood: what is too much is dropped')
      droppedAt.set(account, now)
    }
    if (dropped.length > 0) wake.deliver()
  }
}
