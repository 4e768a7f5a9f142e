/** The tenant as the page draws it: one channel, and each person's chat with the bot. */
import { Fault } from '../core/errors'
import { MEMBERS, TEAMS_CHANNEL, TENANT } from './members'
import {
  personalOf,
  userIdOf,
  type CardAction,
  type Conversation,
  type LocalTeams,
} from './teams/local-teams'

/** Older messages stay in the tenant and off the page. */
const SHOWN_MESSAGES = 120

const memberOf = (person: string) => {
  const found = MEMBERS.find(({ slack }) => slack.id === person)
  if (!found) throw new Fault('chat', `no person ${person} in the local tenant`)
  return found.teams
}

/** A channel's post and its replies are one conversation, named after the post. */
const channelOf = (conversation: string): string => conversation.split(';')[0] ?? ''

export const teamsView = (teams: LocalTeams) => {
  const messages = [
    ...teams.said.map(({ by, ...message }) => ({
      ...message,
      user: MEMBERS.find((member) => member.teams.objectId === by)?.slack.id ?? by,
    })),
    ...teams.messages.map(({ message, ...shown }) => ({ ...shown, card: message.attachments[0]?.content })),
  ].toSorted((a, b) => Number(a.id) - Number(b.id))
  return {
    name: TENANT.name,
    channel: TEAMS_CHANNEL,
    chats: Object.fromEntries(MEMBERS.map((each) => [each.slack.id, personalOf(userIdOf(each.teams))])),
    messages: messages.slice(-SHOWN_MESSAGES),
    typing: [...teams.typing],
  }
}

/** A conversation that this person is in. Throws Fault('chat') for another one. */
const placeOf = (person: string, conversation: string): Conversation => {
  const own = personalOf(userIdOf(memberOf(person)))
  if (conversation === own) return { id: own, type: 'personal' }
  if (channelOf(conversation) === TEAMS_CHANNEL.id) return { id: conversation, type: 'channel' }
  throw new Fault('chat', `${person} is in no conversation ${conversation} of the local tenant`)
}

interface Typed {
  readonly person: string
  readonly conversation: string
  readonly text: string
}

/** Types as a person: in the channel a new post, in a post a reply, in a chat a message. */
export const typeInTeams = async (teams: LocalTeams, { person, conversation, text }: Typed) => {
  const place = placeOf(person, conversation)
  const id = teams.stamp()
  const where = place.id === TEAMS_CHANNEL.id ? { ...place, id: `${place.id};messageid=${id}` } : place
  const answer = await teams.say(memberOf(person), where, text, id)
  return { status: answer.status }
}

interface Pressed {
  readonly person: string
  readonly conversation: string
  readonly id: string
  readonly action: CardAction
}

/** Performs an action of a card as a person; `said` is what Teams shows to them alone. */
export const pressInTeams = async (teams: LocalTeams, { person, conversation, id, action }: Pressed) => {
  const place = placeOf(person, conversation)
  const message = teams.messages.find((each) => each.conversation === place.id && each.id === id)
  if (!message) throw new Fault('chat', `no message ${id} that ${person} can see`)
  const answer = await teams.act(memberOf(person), place, message, action)
  const body: unknown = await answer.json().catch(() => null)
  const said: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'value') : null
  return { status: answer.status, said: typeof said === 'string' ? said : null }
}
