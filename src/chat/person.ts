import { plain } from './text'

const CHATS = { slack: 'Slack', teams: 'Teams' } as const
type ChatName = keyof typeof CHATS

/**
 * Who an account is, in a chat that has no name for it: the name that the policy has, or else its id, and the chat that it
 * belongs to when that is another.
 */
export const accountText = (account: string, here: ChatName, name?: string): string => {
  const [, chat, id] = /^(slack|teams):[^/\s]+\/(\S+)$/u.exec(account) ?? []
  if (chat === undefined || id === undefined) return plain(account)
  const who = name ?? id
  return plain(chat === here ? who : `${who} in ${CHATS[chat as ChatName]}`)
}
