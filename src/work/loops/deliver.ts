/**
 * The outbox to the chats, until all copies agree. A first post is marked before it leaves; if its fate is not known
 * (a crash, a time-out), it is sent once more, and the copy that may be stale carries only buttons of an old version.
 * Posts to one place go in order; places do not wait for one another.
 */
import { broughtNotice, canBeBrought, undeliveredNotice } from '../../core/answers/undelivered'
import { threadNotice } from '../../core/cards/in-thread'
import { messageOf } from '../../core/errors'
import type { Notice } from '../../core/notice/notice'
import { withLink } from '../../core/notice/link'
import { localTo } from '../../core/policy/local'
import type { Address } from '../../core/ports/address'
import type { MessageRef, SendResult } from '../../core/ports/chat'
import { inOneCommit } from '../../store/batch'
import {
  detach,
  duePosts,
  goOnInThread,
  markFailed,
  markLater,
  markSending,
  post,
  supersede,
  type Post,
  type Replaced,
} from '../../store/outbox'
import { markShown, type Shown } from '../../store/shown'
import { startLoop, type Loop } from '../context/loop'
import type { Context } from '../context/context'
import { afterRush } from '../context/yielding'

const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 60_000] as const

const AT_ONCE = 100
const AT_ONCE_IN_RUSH = 4

type Sending = Context & {
  readonly leaving: (each: Post) => Promise<void>
  readonly shown: (each: Shown) => Promise<void>
}

export const startDelivering = (context: Context): Loop => {
  const stopping = new AbortController()
  /** Places that are being posted to, with what ends it; each wakes the loop when it has ended. */
  const busy = new Map<string, Promise<void>>()
  const sending: Sending = {
    ...context,
    leaving: inOneCommit((batch: readonly Post[]) => markSending(context.db, batch)),
    shown: inOneCommit((batch: readonly Shown[]) => markShown(context.db, batch)),
  }

  const begin = (place: string, queue: readonly Post[]): void => {
    const work = async (): Promise<void> => {
      try {
        await sendInOrder(sending, queue, stopping.signal)
      } catch (error) {
        context.log.error({ error: messageOf(error) }, 'delivering posts')
        await context.clock.sleep(BACKOFF_MS[0], stopping.signal)
      }
    }
    const done = work().then(() => {
      busy.delete(place)
      loop.wake()
    })
    busy.set(place, done)
  }

  const turn = async (): Promise<number | null> => {
    await afterRush(context, stopping.signal)
    const now = context.clock.now()
    const room = (context.rush() > 0 ? AT_ONCE_IN_RUSH : AT_ONCE) - busy.size
    if (room <= 0) return null
    const { posts, nextAt } = await duePosts(context.db, now, { limit: room, except: [...busy.keys()] })
    for (const [place, queue] of byPlace(posts)) begin(place, queue)
    if (posts.length === room) return 0
    return nextAt === null ? null : nextAt - now
  }

  const loop = startLoop(context, { doing: 'looking for posts', waitsFor: 'nobody' }, turn)
  return {
    ...loop,
    stop: async () => {
      stopping.abort()
      await loop.stop()
      await Promise.all(busy.values())
    },
    // A place may hold a URL that lets post there, so places are counted.
    underWay: () => [...loop.underWay(), ...(busy.size > 0 ? [`posts to places: ${busy.size}`] : [])],
  }
}

const byPlace = (posts: readonly Post[]): Map<string, Post[]> => {
  const queues = new Map<string, Post[]>()
  for (const each of posts) queues.set(each.place, [...(queues.get(each.place) ?? []), each])
  return queues
}

const sendInOrder = async (
  context: Sending,
  queue: readonly Post[],
  stopping: AbortSignal,
): Promise<void> => {
  for (const each of queue) {
    if (stopping.aborted) return
    if (each.ref === null || isForThread(each)) await context.leaving(each)
    if (!(await send(context, each))) return
  }
}

const isForThread = ({ threadSaid, ref }: Post): boolean => threadSaid !== null && ref !== null

interface Leaving {
  readonly content: Notice
  readonly ref: MessageRef | null
  readonly under: MessageRef | null
}

/** As an edit of `ref`, or as a post; null where its thread has nothing new to say. */
const leavingAs = ({ notice, replaces, ref, under, threadSaid }: Post): Leaving | null => {
  if (threadSaid !== null && ref !== null) {
    const content = threadNotice(notice, threadSaid)
    return content && { content, ref: null, under: ref }
  }
  return { content: replaces === null ? notice : asReplacing(replaces, notice), ref, under }
}

/** False when the place cannot take more now. */
const send = async (context: Sending, each: Post): Promise<boolean> => {
  const { db, clock, chat, log, policy } = context
  const leaving = leavingAs(each)
  if (leaving === null) {
    await context.shown({ post: each, ref: each.ref, at: clock.now() })
    return true
  }
  const { content, ref, under } = leaving
  const local = localTo(each.to.chat, policy.inForce(), content)
  const result = await chat.send(each.to, await linked(context, each, local), ref, under)
  switch (result.kind) {
    case 'sent':
      await context.shown({ post: each, ref: isForThread(each) ? each.ref : result.ref, at: clock.now() })
      return true
    case 'later':
      log.warn({ post: each.seq, request: each.requestId, why: result.why }, 'a post waits')
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
      log.warn(
        { post: each.seq, request: each.requestId, code: result.code, next: result.next },
        'a post cannot be delivered',
      )
      await goAnotherWay(context, each, result)
      return true
  }
}

/** With the link to what it is about, where that stands in the same chat. */
const linked = async ({ chat }: Context, { to, about }: Post, content: Notice): Promise<Notice> => {
  const url = about && about.to.chat === to.chat ? await chat.linkTo(about.to, about.ref) : null
  return url === null ? content : withLink(content, url)
}

type Impossible = Extract<SendResult, { kind: 'impossible' }>

/**
 * A message that is gone is posted anew. One that takes no edits is posted anew once, and goes on in the thread of the
 * second: in a place that takes no edits at all a request would become a card for each thing that happens to it.
 */
const goAnotherWay = async (context: Context, each: Post, why: Impossible): Promise<void> => {
  const { db, clock } = context
  const now = clock.now()
  if (each.closes) return markFailed(db, each.seq, why.code)
  if (each.ref !== null && (why.gone === true || (each.replaces === null && !isForThread(each))))
    return supersede(db, each, now)
  if (each.ref !== null && !isForThread(each)) return goOnInThread(db, each, now)
  if (each.ref === null && each.under !== null) return detach(db, each, now)
  return giveUp(context, each, why)
}

const backoff = (tries: number): number => BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] ?? 60_000

const asReplacing = (why: Replaced, content: Notice): Notice => ({
  ...content,
  parts: [...content.parts, { kind: 'note', runs: [REPLACING[why]] }],
})

const REPLACING = {
  unconfirmed: 'The chat did not confirm an earlier copy of this message; if you see two, this one counts.',
  uneditable: 'This takes the place of an earlier copy, which can no longer be changed.',
} as const satisfies { readonly [W in Replaced]: string }

/** Whoever waits for the post is told that it will not come, or gets it where nobody else reads. */
const giveUp = async (context: Context, each: Post, why: { code: string; next: string }): Promise<void> => {
  const { db, clock } = context
  const { otherwise, notice, requestId, asks } = each
  await db.transaction().execute(async (tx) => {
    await markFailed(tx, each.seq, `${why.code}: ${why.next}`)
    if (otherwise === null) return
    const whole = requestId === null && canBeBrought(notice) && isOfOnePerson(otherwise)
    const told = whole ? broughtNotice(notice, why) : undeliveredNotice(notice, requestId, why)
    await post(tx, otherwise, told, { at: clock.now(), asks })
  })
}

/** Ids of people, and of conversations that one person has with the bot. */
const isOfOnePerson = (to: Address): boolean =>
  to.kind === 'private' ||
  (to.chat === 'slack' ? /^[UWD]/u.test(to.channel) : !to.conversation.startsWith('19:'))
