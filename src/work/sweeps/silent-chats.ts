/** A chat that takes no posts: administrators are told in the other one, and in all places once it takes them again. */
import { silentChatNotice, takesAgainNotice } from '../../core/answers/silent-chat'
import { CHAT_NAMES, type ChatName } from '../../core/ports/chat-name'
import { firstSeen, isSameCondition, observe, type Condition } from '../../core/news/condition'
import { waitingPosts } from '../../store/arrivals'
import { conditionsNamed, saveCondition } from '../../store/conditions'
import { post } from '../../store/outbox'
import { administrative, type Context } from '../context/context'

const nameOf = (chat: ChatName): string => `chat ${chat}`

export const heedChats = async (context: Context): Promise<void> => {
  const waiting = await waitingPosts(context.db)
  const known = await conditionsNamed(context.db, 'chat ')
  for (const chat of CHAT_NAMES)
    await heed(context, chat, { posts: waiting[chat], before: known.get(nameOf(chat)) })
}

/** Of a chat that always took its posts nothing is kept. */
const heed = async (
  context: Context,
  chat: ChatName,
  { posts, before }: { readonly posts: number; readonly before: Condition | undefined },
): Promise<void> => {
  const at = context.clock.now()
  const is = posts > 0 ? 'silent' : 'takes'
  if (!before && is === 'takes') return
  const { next, tell } = observe(before ?? firstSeen(is, 'takes', at), is, at)
  if (isSameCondition(before, next)) return
  const notice =
    tell &&
    (is === 'silent'
      ? silentChatNotice(chat, { posts, since: tell.since })
      : takesAgainNotice(chat, { forMs: tell.since - tell.was.since }))
  await context.db.transaction().execute(async (tx) => {
    await saveCondition(tx, nameOf(chat), next)
    if (notice === null) return
    for (const place of administrative(context))
      if (is === 'takes' || place.chat !== chat) await post(tx, place, notice, { at })
  })
  if (notice === null) return
  context.log.warn({ chat, waiting: posts }, is === 'silent' ? 'takes no posts' : 'takes posts again')
  context.wake.deliver()
}
