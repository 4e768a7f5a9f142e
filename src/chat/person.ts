import { plain } from './text'

const CHATS = { slack: 'Slack', teams: 'Teams' } as const
type ChatName = keyof typeof CHATS

/** Who an account is, in a chat that has no name for it: its id, and the chat that it belongs to when that is another. */
export const accountText = (account: string, here: ChatName): string => {
  const [, chat, id] = /^(slack|teams):[^/\s]+\/(\S+)$/u.exec(account) ?? []
  if (chat === undefined || id === undefined) return plain(account)
  return plain(chat === here ? id : `${id} in ${CHATS[chat as ChatName]}`)
}
