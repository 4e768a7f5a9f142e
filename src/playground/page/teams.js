// The Teams pane: a channel whose posts have their replies below them, and the person's own chat with the bot.
import { renderCard, setBusy } from './cards.js'
import { startComposer } from './composer.js'
import { avatar, byId, el, fill, once, postJson, rearrange } from './dom.js'
import { teamsSuggestions } from './guide.js'
import { keepInSight } from './sight.js'

const CHANNEL = 'channel'
const drawn = new Map()
/** Where one is, which post one replies to, and what only this page knows. */
const view = { state: null, person: null, tab: CHANNEL, replyTo: null, notes: [], seen: new Map() }

const people = () => view.state.people
const tenant = () => view.state.teams
const ownChat = () => tenant().chats[view.person]
const rootOf = (conversation) => conversation.split(';')[0]
/** The post that a message is, or is a reply to; a post is named after the message that it begins with. */
const postOf = ({ conversation, id }) =>
  conversation.includes(';') ? conversation : `${conversation};messageid=${id}`

/** A line that only this page knows, for the person who did something. */
const note = (conversation, text) =>
  view.notes.push({ conversation, person: view.person, text, id: `${Date.now()}.5` })

const time = (id) => {
  const moment = new Date(Number(id))
  return el(
    'time',
    { class: 'm-time', datetime: moment.toISOString(), title: moment.toLocaleString() },
    moment.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
  )
}

const press = async (message, sent, action) => {
  const { person } = view
  setBusy(action, true)
  const { conversation, id } = message
  const { body } = await postJson('/playground/teams/press', { person, conversation, id, action: sent })
  setBusy(action, false)
  const said = body.error ?? body.said ?? (body.status === 200 ? null : 'The app did not take the press.')
  if (said) note(conversation === ownChat() ? conversation : postOf(message), said)
  showTeams()
}

/** A link to a message: it opens here. */
const follow = (url) => {
  const [, conversation, id] = /\/l\/message\/([^/]+)\/([^/?]+)/.exec(url) ?? []
  if (id === undefined) return void window.open(url, '_blank', 'noreferrer')
  const here = decodeURIComponent(conversation) === tenant().channel.id
  open(here ? CHANNEL : 'chat')
  document.querySelector(`[data-id="${decodeURIComponent(id)}"]`)?.scrollIntoView({ block: 'center' })
}

/** What Teams shows to the one who pressed, and to nobody else. */
const noteLine = ({ text }) => el('p', { class: 't-note', role: 'status' }, text)

const drawMessage = (message) => {
  if (message.person) return noteLine(message)
  const person = people().find(({ id }) => id === message.user)
  return el(
    'div',
    { class: `t-message ${person ? '' : 'of-bot'}`, 'data-id': message.id },
    person
      ? avatar(people(), person, 30)
      : el('img', { class: 'avatar-mark', src: '/mark.svg', alt: '', width: 30, height: 30 }),
    el(
      'div',
      { class: 't-main' },
      el(
        'p',
        { class: 'm-head' },
        el('strong', {}, person?.name ?? 'GPU ChatOps'),
        time(message.id),
        message.edits > 0 ? el('span', { class: 'edited' }, 'Edited') : null,
      ),
      message.card
        ? el(
            'div',
            { class: 't-card' },
            renderCard(message.card, (...sent) => press(message, ...sent), follow),
          )
        : typedText(message),
    ),
  )
}

const typedText = ({ conversation, text }) =>
  el(
    'p',
    { class: 'text' },
    conversation === ownChat() ? null : [el('span', { class: 'mention' }, 'GPU ChatOps'), ' '],
    text,
  )

const node = (message) => once(drawn, message.id, message, () => drawMessage(message))

const typing = () =>
  el('p', { class: 't-typing' }, 'GPU ChatOps is typing', el('span', { 'aria-hidden': 'true' }, '…'))

/** Each post with its replies; the one in which something was written last comes last. */
const postsOf = (messages) => {
  const posts = new Map()
  for (const message of messages) {
    const key = postOf(message)
    const before = posts.get(key) ?? []
    posts.delete(key)
    posts.set(key, [...before, message])
  }
  return [...posts]
}

const post = ([conversation, messages]) =>
  el(
    'li',
    { class: 't-post' },
    messages.map(node),
    tenant().typing.includes(conversation) ? typing() : null,
    el('button', { type: 'button', class: 't-reply', onclick: () => replyTo(conversation) }, 'Reply'),
  )

const messagesHere = () => {
  const here = view.tab === CHANNEL ? tenant().channel.id : ownChat()
  return [...tenant().messages, ...view.notes.filter(({ person }) => person === view.person)]
    .filter(({ conversation }) => rootOf(conversation) === here)
    .sort((a, b) => Number(a.id) - Number(b.id))
}

const replyTo = (conversation) => {
  view.replyTo = conversation
  showTeams()
  composer.focus()
}

const showReplying = () =>
  fill(byId('replying'), view.replyTo, () =>
    view.replyTo === null
      ? []
      : [
          'Replying to a post ',
          el('button', { type: 'button', class: 'small', onclick: () => replyTo(null) }, 'New post instead'),
        ],
  )

const unread = (conversation) =>
  tenant().messages.filter(
    (message) =>
      rootOf(message.conversation) === conversation &&
      message.user !== view.person &&
      Number(message.id) > (view.seen.get(`${view.person} ${conversation}`) ?? 0),
  ).length

const tab = (name, label, conversation) => {
  const count = name === view.tab ? 0 : unread(conversation)
  return el(
    'button',
    {
      type: 'button',
      class: `channel-row ${count > 0 ? 'unread' : ''}`,
      'aria-current': name === view.tab ? 'true' : null,
      onclick: () => open(name),
    },
    label,
    count > 0 ? el('span', { class: 'count', 'aria-label': `${count} unread` }, String(count)) : null,
  )
}

const showTabs = () => {
  const { channel } = tenant()
  const counts = [unread(channel.id), unread(ownChat())]
  fill(byId('teams-tabs'), [view.tab, view.person, counts], () => [
    el('li', {}, tab(CHANNEL, channel.name, channel.id)),
    el('li', {}, tab('chat', 'Chat with GPU ChatOps', ownChat())),
  ])
}

const showIntro = () =>
  fill(byId('teams-intro'), view.tab, () => [
    el('h3', {}, view.tab === CHANNEL ? tenant().channel.name : 'GPU ChatOps'),
    el(
      'p',
      { class: 'intro-text' },
      view.tab === CHANNEL
        ? 'Type a command, such as list. The bot hears what mentions it, so the page puts the mention in front.'
        : 'Your own chat with the bot: answers that are for you alone come here. Type a command, such as whoami.',
    ),
  ])

const showChips = () => {
  const { role } = people().find(({ id }) => id === view.person)
  fill(byId('teams-chips'), role, () =>
    teamsSuggestions(role).map((text) =>
      el('button', { type: 'button', class: 'chip', onclick: () => composer.submit(text) }, text),
    ),
  )
}

/** Draws the pane again from the newest state. */
export const showTeams = (state = view.state, person = view.person) => {
  if (person !== view.person) {
    drawn.clear()
    view.replyTo = null
  }
  Object.assign(view, { state, person })
  const messages = messagesHere()
  const conversation = view.tab === CHANNEL ? tenant().channel.id : ownChat()
  view.seen.set(`${person} ${conversation}`, Number(tenant().messages.at(-1)?.id ?? 0))
  byId('teams-hint').style.visibility = view.tab === CHANNEL ? 'visible' : 'hidden'
  showTabs()
  showIntro()
  showReplying()
  showChips()
  const list = byId('teams-messages')
  const key = `${person} ${view.tab}`
  const switched = list.dataset.key !== key
  list.dataset.key = key
  if (view.tab === CHANNEL)
    rearrange(
      list,
      postsOf(messages).map((each) =>
        once(drawn, each[0], [each, tenant().typing.includes(each[0])], () => post(each)),
      ),
    )
  else {
    const items = messages.map((message) =>
      once(drawn, `item ${message.id}`, message, () => el('li', { class: 't-item' }, node(message))),
    )
    rearrange(list, tenant().typing.includes(conversation) ? [...items, el('li', {}, typing())] : items)
  }
  if (switched) toEnd()
}

const open = (name) => {
  Object.assign(view, { tab: name, replyTo: null })
  showTeams()
  composer.focus()
}

const send = async (text) => {
  const { person } = view
  const conversation = view.tab === CHANNEL ? (view.replyTo ?? tenant().channel.id) : ownChat()
  view.replyTo = null
  toEnd()
  const { body } = await postJson('/playground/teams/say', { person, conversation, text })
  const said = body.error ?? (body.status === 200 ? null : 'The app did not take the message.')
  if (said) note(conversation, said)
  showTeams()
}

const toEnd = keepInSight(byId('teams-scroll'), byId('teams-messages'), byId('teams-intro'))
const composer = startComposer(byId('teams-composer'), send, () => view.person)
