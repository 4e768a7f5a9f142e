/** People in Slack and people in Teams, driven and read in the same words. */
import { type LocalSlack, type SlackMessage } from '../../src/playground/slack/local-slack'
import {
  userIdOf,
  type Conversation,
  type LocalTeams,
  type Sentence,
  type ShownMessage,
} from '../../src/playground/teams/local-teams'
import { nodesOf } from '../chat/teams/reading'
import type { SteppedClock } from '../fakes/stepped-clock'
import { MEMBERS, WHO, type Who } from './people'
import { isTold } from './told'
import { buttonNamed, buttonsOf, textOf as textInSlack } from './playground'

/** A message as people read it now. */
export interface Shown {
  readonly id: string
  readonly place: string
  /** The message in whose thread it stands; null outside of threads. */
  readonly under: string | null
  /** All of it in one line; people by their names where the chat shows those. */
  readonly text: string
  /** The labels of its buttons. */
  readonly buttons: readonly string[]
  /** Where its links lead. */
  readonly links: readonly string[]
  readonly edited: boolean
  /** The one who can read it; null: everybody there. */
  readonly to: Who | null
}

export const textOf = ({ text }: Shown): string => text

export interface Driver {
  /** Where people type. */
  readonly place: string
  /**
   * Types a command and resolves with the first message that it leads to, of those which that person can read. What people
   * are told of their requests is no answer.
   */
  says(who: Who, text: string): Promise<Shown>
  /** Types a command and waits for no answer. */
  types(who: Who, text: string): Promise<void>
  /** Presses the button with this label on the newest message that has it; of one request, where that is named. */
  presses(who: Who, label: string, requestId?: string): Promise<void>
  /** Presses the button with this label on this very message, as it was shown. */
  pressesOn(who: Who, message: Shown, label: string): Promise<void>
  /** The first message, old or to come, of which the test holds. */
  sees(holds: (message: Shown) => boolean): Promise<Shown>
  /** The first message for this person alone with these words. */
  tells(who: Who, words: string): Promise<Shown>
  /** All that is shown in this chat now, oldest first. */
  messages(): readonly Shown[]
  /** Who reads an answer to what this person types: in a channel of Slack they alone, in one of Teams everybody. */
  readers(who: Who): Who | null
  /** The next post in a channel is refused, as where the bot was not added; what people are told of it. */
  refusesPost(): RegExp
}

interface Wire extends Pick<Driver, 'place' | 'readers' | 'refusesPost'> {
  messages(): readonly Shown[]
  onChange(listener: () => void): () => void
  type(who: Who, text: string): Promise<number>
  press(who: Who, message: Shown, label: string): Promise<number>
}

/** Over stepped time, as much of it passes as an answer takes; and none while somebody's word is on its way to the bot. */
const driverOf = (wire: Wire, time?: SteppedClock): Driver => {
  const onItsWay = <T>(word: Promise<T>): Promise<T> => time?.during(word) ?? word
  const once = (find: () => Shown | undefined): Promise<Shown> => {
    const come = new Promise<Shown>((resolve) => {
      const look = (): void => {
        const found = find()
        if (!found) return
        stop()
        resolve(found)
      }
      const stop = wire.onChange(look)
      look()
    })
    return time?.until(come) ?? come
  }
  const acknowledged = (doing: string, status: number): void => {
    if (status !== 200) throw new Error(`${doing} was answered ${status}`)
  }
  const sees = (holds: (message: Shown) => boolean) => once(() => wire.messages().find(holds))
  return {
    place: wire.place,
    readers: (who) => wire.readers(who),
    refusesPost: () => wire.refusesPost(),
    messages: () => wire.messages(),
    sees,
    tells: (who, words) => sees((message) => message.to === who && message.text.includes(words)),
    types: async (who, text) => acknowledged(text, await onItsWay(wire.type(who, text))),
    says: async (who, text) => {
      const before = new Set(wire.messages().map(({ id }) => id))
      const typed = onItsWay(wire.type(who, text))
      const answer = await once(() =>
        wire
          .messages()
          .find(({ id, to, text: said }) => !before.has(id) && (to === null || to === who) && !isTold(said)),
      )
      acknowledged(text, await typed)
      return answer
    },
    pressesOn: async (who, message, label) =>
      acknowledged(label, await onItsWay(wire.press(who, message, label))),
    presses: async (who, label, requestId = '') => {
      const message = await once(() =>
        wire
          .messages()
          .findLast(({ buttons, text }) => buttons.includes(label) && text.includes(`${requestId} `)),
      )
      acknowledged(label, await onItsWay(wire.press(who, message, label)))
    },
  }
}

/** Reads each state of a message once. */
const remembering = <Message extends object>(read: (message: Message) => Shown) => {
  const known = new WeakMap<Message, Shown>()
  return (message: Message): Shown => {
    const shown = known.get(message) ?? read(message)
    known.set(message, shown)
    return shown
  }
}

const whoIs = (holds: (who: Who) => boolean): Who | null => WHO.find(holds) ?? null

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

const urlsIn = (content: unknown): string[] =>
  nodesOf(content).flatMap(({ url }) => (typeof url === 'string' ? [url] : []))

const named = (text: string): string =>
  WHO.reduce((rest, who) => rest.replaceAll(`@${MEMBERS[who].slack.id}`, MEMBERS[who].name), text)

/** How one speaks to the bot in Slack: by its command, or in a message, which in a channel mentions it. */
type Speech = 'command' | 'message'

interface SlackPlace {
  readonly channel: string
  readonly by?: Speech
}

const isPerson = ({ user }: SlackMessage): boolean => WHO.some((who) => MEMBERS[who].slack.id === user)

/** What is typed in one place; what stands in the other channels is read as well. */
export const slackDriver = (
  slack: LocalSlack,
  { channel: place, by = 'command' }: SlackPlace,
  time?: SteppedClock,
): Driver => {
  const own = slack.channels.some(({ id, only }) => id === place && only !== undefined)
  const typed = (who: Who, text: string) => {
    const { id } = MEMBERS[who].slack
    return by === 'command'
      ? slack.command(id, place, text)
      : slack.say(id, place, own ? text : `@GPU ChatOps ${text}`)
  }
  const readIn = new Map(
    slack.channels.map(({ id, only }) => [
      id,
      remembering<SlackMessage>((message) => ({
        id: `${id}:${message.ts}`,
        place: id,
        under: message.thread === undefined ? null : `${id}:${message.thread}`,
        text: named(oneLine(textInSlack(message))),
        buttons: buttonsOf(message).map(({ text }) => text.text),
        links: urlsIn(message.blocks),
        edited: message.edited !== undefined,
        to: whoIs((who) => MEMBERS[who].slack.id === (only ?? message.ephemeralFor)),
      })),
    ]),
  )
  const messages = (): readonly Shown[] =>
    [...readIn].flatMap(([channel, read]) =>
      slack
        .messages(channel)
        .filter((message) => !isPerson(message))
        .map(read),
    )
  const wire: Wire = {
    place,
    messages,
    readers: (who) => who,
    refusesPost: () => {
      slack.fault({ method: 'chat.postMessage', times: 1, kind: 'error', error: 'not_in_channel' })
      return /not_in_channel.*\/invite/
    },
    onChange: (listener) => slack.onChange(listener),
    type: async (who, text) => (await typed(who, text))?.status ?? 0,
    press: async (who, { id, place: channel }, label) => {
      const ts = id.slice(channel.length + 1)
      const message = slack.messages(channel).find((each) => each.ts === ts)
      const action = message && buttonNamed(message, label)
      if (action === undefined) throw new Error(`${label} is gone`)
      const { status } = await slack.press(MEMBERS[who].slack.id, channel, ts, action)
      return status
    },
  }
  return driverOf(wire, time)
}

interface Action {
  readonly title: string
  readonly data?: unknown
  readonly card?: { readonly actions: readonly Action[] }
}

const actionsOf = ({ message }: ShownMessage): readonly Action[] =>
  message.attachments[0]?.content.actions ?? []

const WORDS = ['text', 'title'] as const

/** All the text of a card, facts and buttons aside. */
const cardText = ({ message }: ShownMessage): string =>
  nodesOf(message.attachments[0]?.content.body)
    .flatMap((node) => WORDS.flatMap((word) => (typeof node[word] === 'string' ? [node[word]] : [])))
    .join(' ')

/** A press of a button that asks first is a press of the one in its question. */
const dataOf = (message: ShownMessage, label: string): unknown => {
  const action = actionsOf(message).find(({ title }) => title === label)
  return action?.data ?? action?.card?.actions[0]?.data
}

/** The message that began the thread of a channel, by its conversation. */
const threadOf = (conversation: string): string | null => {
  const [channel = '', root] = conversation.split(';messageid=')
  return root === undefined ? null : `${channel}:${root}`
}

export const teamsDriver = (teams: LocalTeams, place: Conversation, time?: SteppedClock): Driver => {
  const read = remembering<ShownMessage>((message) => ({
    id: `${message.conversation}:${message.id}`,
    place: message.conversation,
    under: threadOf(message.conversation),
    text: oneLine(cardText(message)),
    buttons: actionsOf(message).map(({ title }) => title),
    links: urlsIn(message.message.attachments),
    edited: message.edits > 0,
    to: whoIs((who) => message.conversation === `a:${userIdOf(MEMBERS[who].teams).slice(3)}`),
  }))
  const readSentence = remembering<Sentence>(({ conversation, id, by, text }) => ({
    ...{
      id: `${conversation}:${id}`,
      place: conversation,
      under: null,
      text,
      buttons: [],
      links: [],
      edited: false,
    },
    to: whoIs((who) => MEMBERS[who].teams.objectId === by),
  }))
  const wire: Wire = {
    place: place.id,
    messages: () => [...teams.messages.map(read), ...teams.sentences.map(readSentence)],
    readers: (who) => (place.type === 'personal' ? who : null),
    refusesPost: () => {
      teams.fault = (call) => {
        if (!call.startsWith('POST ')) return null
        teams.fault = () => null
        return { status: 403, code: 'BotNotInConversationRoster' }
      }
      return /BotNotInConversationRoster.*Add the app/
    },
    onChange: (listener) => teams.onChange(listener),
    type: (who, text) => teams.say(MEMBERS[who].teams, place, text).then(({ status }) => status),
    press: async (who, shown, label) => {
      const message = teams.messages.find((each) => `${each.conversation}:${each.id}` === shown.id)
      const data = message && dataOf(message, label)
      if (!message || data === undefined) throw new Error(`${label} is gone`)
      const where: Conversation = { id: message.conversation, type: 'channel' }
      const { status } = await teams.press(MEMBERS[who].teams, where, message, data)
      return status
    },
  }
  return driverOf(wire, time)
}
