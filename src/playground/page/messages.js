// The channel: messages with their authors, ephemeral ones for the person in whose place you are, notes of the page itself.
import { avatar, byId, el, once, rearrange } from './dom.js'
import { renderBlocks } from './slack.js'
import { mrkdwn } from './mrkdwn.js'

const GROUP_SECONDS = 300
const drawn = new Map()

const clockTime = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
const longTime = (ts) => new Date(Number(ts) * 1000).toLocaleString()

const author = (people, id) => {
  const person = people.find((each) => each.id === id)
  if (person) return { name: person.name, badge: null, picture: () => avatar(people, person) }
  const slackbot = id === 'USLACKBOT'
  return {
    name: slackbot ? 'Slackbot' : 'GPU ChatOps',
    badge: slackbot ? null : 'APP',
    picture: () =>
      slackbot
        ? el('span', { class: 'avatar slackbot', 'aria-hidden': 'true' }, '♥')
        : el('img', { class: 'avatar-mark', src: '/mark.svg', alt: '', width: 36, height: 36 }),
  }
}

const onlyYou = () =>
  el('p', { class: 'only-you' }, el('span', { class: 'eye', 'aria-hidden': 'true' }), 'Only visible to you')

const body = (message, context) => {
  return el(
    'div',
    { class: 'm-body' },
    message.blocks.length > 0
      ? renderBlocks(message.blocks, {
          names: context.names,
          press: (element, button) => context.press(message, element, button),
        })
      : el('div', { class: 'text' }, mrkdwn(message.text, context.names)),
    message.edited
      ? el('span', { class: 'edited', title: `Edited ${longTime(message.edited.ts)}` }, '(edited)')
      : null,
  )
}

/** What this person typed: Slack shows it to nobody, the page shows it to the one who typed. */
const typedLine = (message) =>
  el(
    'li',
    { class: 'm typed' },
    el('div', { class: 'm-side' }),
    el('p', {}, 'You typed ', el('code', {}, message.text)),
  )

const draw = (message, follows, context) => {
  if (message.typed) return typedLine(message)
  const { name, badge, picture } = author(context.people, message.user)
  const time = el(
    'time',
    {
      class: 'm-time',
      datetime: new Date(Number(message.ts) * 1000).toISOString(),
      title: longTime(message.ts),
    },
    clockTime(message.ts),
  )
  return el(
    'li',
    {
      class: `m ${follows ? 'follows' : ''} ${message.ephemeralFor ? 'ephemeral' : ''}`,
      'data-ts': message.ts,
    },
    el('div', { class: 'm-side' }, follows ? time : picture()),
    el(
      'div',
      { class: 'm-main' },
      message.ephemeralFor ? onlyYou() : null,
      message.thread ? el('p', { class: 'only-you' }, '↳ In a thread') : null,
      follows
        ? null
        : el(
            'p',
            { class: 'm-head' },
            el('strong', {}, name),
            badge ? el('span', { class: 'badge' }, badge) : null,
            time,
          ),
      body(message, context),
    ),
  )
}

const follows = (message, before) =>
  before !== undefined &&
  before.user === message.user &&
  Boolean(before.ephemeralFor) === Boolean(message.ephemeralFor) &&
  !before.typed &&
  Number(message.ts) - Number(before.ts) < GROUP_SECONDS

/** Draws what changed; true when these are the messages of another channel or person than before. */
export const showMessages = (key, messages, context) => {
  const list = byId('messages')
  const switched = list.dataset.key !== key
  if (switched) drawn.clear()
  list.dataset.key = key
  rearrange(
    list,
    messages.map((message, at) => {
      const joined = follows(message, messages[at - 1])
      return once(drawn, message.ts, [message, joined], () => draw(message, joined, context))
    }),
  )
  return switched
}
