/** Both chats behind one: a post goes to the chat of its address, a question about an account to the chat it is of. */
import type { Chat } from './core/ports/chat'
import type { SlackAddress, TeamsAddress } from './core/ports/address'

export interface Chats {
  readonly slack: Chat<SlackAddress> | null
  readonly teams: Chat<TeamsAddress> | null
}

/** A chat that is not configured takes no posts, and its accounts are strangers. */
export const bothChats = ({ slack, teams }: Chats): Chat => ({
  send: async (to, notice, ref, under) => {
    const sent =
      to.chat === 'slack' ? slack?.send(to, notice, ref, under) : teams?.send(to, notice, ref, under)
    return (
      (await sent) ?? {
        kind: 'impossible',
        code: 'chat_not_configured',
        next: `Configure ${to.chat === 'slack' ? 'Slack' : 'Teams'} again`,
      }
    )
  },
  identify: async (account, seenAt, how) => {
    const known =
      seenAt.chat === 'slack' ? slack?.identify(account, seenAt, how) : teams?.identify(account, seenAt, how)
    return (await known) ?? { kind: 'stranger', why: 'uses a chat that is not configured' }
  },
  linkTo: async (to, ref) =>
    (await (to.chat === 'slack' ? slack?.linkTo(to, ref) : teams?.linkTo(to, ref))) ?? null,
  typing: (to) => (to.chat === 'slack' ? slack?.typing?.(to) : teams?.typing?.(to)),
})
