/** All chats behind one: a post goes to the chat of its address, a question about an account to the chat it is of. */
import type { Address } from './core/ports/address'
import type { Chat } from './core/ports/chat'
import { NAME_OF_CHAT, type ChatName } from './core/ports/chat-name'

/** Null: not configured. */
export type Chats = { readonly [N in ChatName]: Chat<Extract<Address, { chat: N }>> | null }

/** A chat that is not configured takes no posts, and its accounts are strangers. */
export const allChats = (chats: Chats): Chat => {
  /** It takes the addresses of its own chat. */
  const chatOf = ({ chat }: Address): Chat | null => chats[chat]
  return {
    send: async (to, ...post) =>
      (await chatOf(to)?.send(to, ...post)) ?? {
        kind: 'impossible',
        code: 'chat_not_configured',
        next: `Configure ${NAME_OF_CHAT[to.chat]} again`,
      },
    identify: async (account, seenAt, how) =>
      (await chatOf(seenAt)?.identify(account, seenAt, how)) ?? {
        kind: 'stranger',
        why: 'uses a chat that is not configured',
      },
    linkTo: async (to, ref) => (await chatOf(to)?.linkTo(to, ref)) ?? null,
    typing: (to) => chatOf(to)?.typing?.(to),
  }
}
