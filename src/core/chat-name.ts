/** What people call the chats. */
import type { Address } from './ports'

export const NAME_OF_CHAT = { slack: 'Slack', teams: 'Microsoft Teams' } as const satisfies {
  readonly [C in Address['chat']]: string
}
