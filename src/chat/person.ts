import { NAME_OF_CHAT, type ChatName } from '../core/ports/chat-name'
import { plain } from './text'

/**
 * Who an account is, in a chat that has no name for it: the name that the policy has, or else its id, and the chat that it
 * belongs to when that is another.
 */
export const accountText = (account: string, here: ChatName, name?: string): string => {
  const [, chat, id] = /^(slack|teams):[^/\s]+\/(\S+)$/u.exec(account) ?? []
  if (chat === undefined || id === undefined) return plain(account)
  const who = name ?? id
  return plain(chat === here ? who : `${who} in ${NAME_OF_CHAT[chat as ChatName]}`)
}
