/**
 * The outbox to the chats, until all copies agree. A first post is marked before it leaves; if its fate is not known
 * (a crash, a time-out), it is sent once more, and the copy that may be stale carries only buttons of an old version.
 * Posts to one place go in order; places do not wait for one another.
 */
import { messageOf } from '../core/errors'
import type { Notice } from '../core/notice'
import {
  duePosts,
  markFailed,
  markLater,
  markSending,
  markShown,
  supersede,
  type Post,
} from '../store/mailbox'
import { startLoop, type Loop } from './loop'
import type { Parts } from './parts'

const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 60_000] as const

export const startDelivering = (parts: Parts): Loop =>
  startLoop(parts.clock, async () => {
    try {
      const now = parts.clock.now()
      const { posts, nextAt } = await duePosts(parts.db, now)
      if (posts.length === 0) return nextAt === null ? null : Math.max(0, nextAt - now)
      await Promise.all([...byPlace(posts).values()].map((queue) => sendInOrder(parts, queue)))
      return 0
    } catch (error) {
      parts.log.error({ error: messageOf(error) }, 'delivering posts')
      return BACKOFF_MS[0]
    }
  })

const placeOf = ({ to }: Post): string => (to.kind === 'channel' ? to.channel : `${to.channel} ${to.user}`)

const byPlace = (posts: readonly Post[]): Map<string, Post[]> => {
  const queues = new Map<string, Post[]>()
  for (const each of posts) queues.set(placeOf(each), [...(queues.get(placeOf(each)) ?? []), each])
  return queues
}

const sendInOrder = async (parts: Parts, queue: readonly Post[]): Promise<void> => {
  for (const each of queue) if (!(await send(parts, each))) return
}

/** False when the place cannot take more now. */
const send = async (parts: Parts, each: Post): Promise<boolean> => {
  const { db, clock, chat, log } = parts
  if (each.ref === null) await markSending(db, each.seq)
  const result = await chat.send(
    each.to,
    each.doubtful && each.ref === null ? asSecondCopy(each.notice) : each.notice,
    each.ref,
  )
  switch (result.kind) {
    case 'sent':
      await markShown(db, each, result.ref, clock)
      return true
    case 'later':
      await markLater(db, each, {
        at: clock.now() + Math.max(result.afterMs, backoff(each.tries)),
        sending: each.doubtful,
      })
      return false
    case 'unknown':
      log.warn(
        { post: each.seq, why: result.why },
        'a post may or may not have arrived; it is sent once more',
      )
      await markLater(db, each, { at: clock.now() + backoff(each.tries), sending: true })
      return false
    case 'impossible':
      log.warn({ post: each.seq, code: result.code }, 'a post cannot be delivered')
      if (each.ref !== null) await supersede(db, each, clock.now())
      else await giveUp(parts, each, `${result.code}. ${result.next}`)
      return true
  }
}

const backoff = (tries: number): number => BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] ?? 60_000

const asSecondCopy = (content: Notice): Notice => ({
  ...content,
  parts: [
    ...content.parts,
    {
      kind: 'note',
      runs: ['Slack did not confirm an earlier copy of this message; if you see two, this one counts.'],
    },
  ],
})

const giveUp = async ({ db }: Parts, each: Post, why: string): Promise<void> => {
  await markFailed(db, each.seq, why)
}
