/** A chat that takes no posts: administrators are told in the other one, and in all places once it takes them again. */
import { silentChatNotice, takesAgainNotice } from '../core/answers/silent-chat'
import { firstSeen, observe } from '../core/news/condition'
import { CHAT_NAMES, type ChatName } from '../core/chat-name'
import { conditionOf, saveCondition } from '../store/conditions'
import type { Tx } from '../store/database'
import { waitingPosts } from '../store/arrivals'
import { post } from '../store/outbox'
import { administrative, type Parts } from './parts'

/** Of a chat that always took its posts nothing is kept. */
export const heedChats = async (parts: Parts): Promise<void> => {
  const waiting = await waitingPosts(parts.db)
  const told = await parts.db.transaction().execute(async (tx) => {
    const each: boolean[] = []
    for (const chat of CHAT_NAMES) each.push(await heed(parts, tx, chat, waiting))
    return each
  })
  if (told.includes(true)) parts.wake.deliver()
}

const heed = async (
  parts: Parts,
  tx: Tx,
  chat: ChatName,
  waiting: Readonly<Record<ChatName, number>>,
): Promise<boolean> => {
  const at = parts.clock.now()
  const is = waiting[chat] > 0 ? 'silent' : 'takes'
  const before = await conditionOf(tx, `chat ${chat}`)
  if (!before && is === 'takes') return false
  const { next, tell } = observe(before ?? firstSeen(is, 'takes', at), is, at)
  if (JSON.stringify(next) !== JSON.stringify(before)) await saveCondition(tx, `chat ${chat}`, next)
  if (tell === null) return false
  parts.log.warn({ chat, waiting: waiting[chat] }, is === 'silent' ? 'takes no posts' : 'takes posts again')
  const notice =
    is === 'silent'
      ? silentChatNotice(chat, { posts: waiting[chat], since: tell.since })
      : takesAgainNotice(chat, { forMs: tell.since - tell.was.since })
  for (const place of administrative(parts))
    if (is === 'takes' || place.chat !== chat) await post(tx, place, notice, { at })
  return true
}
