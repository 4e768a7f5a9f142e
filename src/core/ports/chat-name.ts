/** The chats, and what people call them. */
import type { Address } from './address'

export type ChatName = Address['chat']

export const NAME_OF_CHAT = { slack: 'Slack', teams: 'Teams' } as const satisfies {
  readonly [C in ChatName]: string
}
export const CHAT_NAMES = Object.keys(NAME_OF_CHAT) as readonly ChatName[]
