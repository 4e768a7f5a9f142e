// The page: one state from the server, one person in whose place you are, one open channel.
import { startComposer } from './composer.js'
import { confirmed } from './confirm.js'
import { avatar, byId, el, fill, postJson } from './dom.js'
import { showFleet } from './fleet.js'
import { showIntro, suggestionsFor } from './guide.js'
import { showMessages } from './messages.js'
import { showMisfortune } from './misfortune.js'
import { keepInSight } from './sight.js'
import { showTeams } from './teams.js'

const view = { state: null, person: null, channel: null, notes: [], seen: new Map() }

const me = () => view.state.people.find((person) => person.id === view.person)
const names = (id) =>
  view.state.people.find((person) => person.id === id)?.name ?? (id === 'U0GPUBOT' ? 'GPU ChatOps' : id)
const seenKey = (channel) => `${view.person}/${channel}`

/** What this person sees in the channel, with the page's own notes in between. */
const visibleIn = (channel) =>
  [...channel.messages, ...view.notes.filter((note) => note.channel === channel.id)]
    .filter((message) => !message.ephemeralFor || message.ephemeralFor === view.person)
    .sort((a, b) => Number(a.ts) - Number(b.ts))

const unreadIn = (channel) => {
  const seen = view.seen.get(seenKey(channel.id)) ?? 0
  return visibleIn(channel).filter((message) => Number(message.ts) > seen && message.user !== view.person)
    .length
}

/** A line that only this page knows: what somebody typed, or why nothing came of it. */
const note = (channel, user, text, typed) =>
  view.notes.push({
    channel,
    user,
    text,
    typed,
    ts: String(Date.now() / 1000),
    blocks: [],
    ephemeralFor: view.person,
  })

const send = async (text) => {
  const { channel, person } = view
  if (text.startsWith('/')) note(channel, person, text, true)
  show()
  scrollToEnd()
  const answer = await postJson('/playground/command', { person, channel, text })
  if (answer.body.error) note(channel, 'USLACKBOT', answer.body.error, false)
  show()
}

const press = async (message, element, button) => {
  const { channel, person } = view
  if (element.confirm && !(await confirmed(element.confirm, element.style, names))) return
  button.disabled = true
  button.classList.add('busy')
  const answer = await postJson('/playground/press', {
    person,
    channel,
    ts: message.ts,
    action: element.action_id,
  })
  button.disabled = false
  button.classList.remove('busy')
  const failed = answer.body.error ?? (answer.body.status === 200 ? null : 'The app did not take the press.')
  if (failed) note(channel, 'USLACKBOT', failed, false)
  show()
}

const showPeople = () =>
  fill(byId('people'), [view.person, view.state.people], () =>
    view.state.people.map((person) =>
      el(
        'button',
        {
          type: 'button',
          class: 'person',
          'aria-pressed': String(person.id === view.person),
          onclick: () => become(person.id),
        },
        avatar(view.state.people, person, 30),
        el(
          'span',
          { class: 'person-text' },
          el('span', { class: 'person-name' }, person.name),
          el('span', { class: 'person-role' }, `${person.title}, ${ROLES[person.role]}`),
        ),
      ),
    ),
  )

const ROLES = { requester: 'may ask', approver: 'may approve', administrator: 'administrator' }

/** Channels, and the conversation that this person has with the bot. */
const isMine = ({ only }) => only === undefined || only === view.person
const sign = ({ only }) => (only === undefined ? '#' : '@')
const titled = (channel) => (channel.only === undefined ? channel.name : names('U0GPUBOT'))

const showChannels = () => {
  const rows = view.state.channels.filter(isMine).map((channel) => ({
    ...channel,
    unread: channel.id === view.channel ? 0 : unreadIn(channel),
    messages: undefined,
  }))
  fill(byId('channels'), [rows, view.channel], () =>
    rows.map((channel) =>
      el(
        'li',
        {},
        el(
          'button',
          {
            type: 'button',
            class: `channel-row ${channel.unread > 0 ? 'unread' : ''}`,
            'aria-current': channel.id === view.channel ? 'true' : null,
            onclick: () => open(channel.id),
          },
          el('span', { class: 'hash', 'aria-hidden': 'true' }, sign(channel)),
          titled(channel),
          channel.unread > 0
            ? el('span', { class: 'count', 'aria-label': `${channel.unread} unread` }, String(channel.unread))
            : null,
        ),
      ),
    ),
  )
}

const showChips = (person) =>
  fill(byId('chips'), person.id, () =>
    suggestionsFor(person).map((text) =>
      el('button', { type: 'button', class: 'chip', onclick: () => composer.submit(text) }, text),
    ),
  )

const show = () => {
  if (!view.state) return
  const channel = view.state.channels.find((each) => each.id === view.channel)
  const messages = visibleIn(channel)
  view.seen.set(seenKey(channel.id), Number(messages.at(-1)?.ts ?? 0))
  showPeople()
  showChannels()
  byId('channel-name').textContent = `${sign(channel)} ${titled(channel)}`
  byId('channel-topic').textContent = channel.topic
  showIntro(channel, { people: view.state.people, person: me(), become, run: composer.submit })
  const context = { people: view.state.people, names, press }
  if (showMessages(`${view.person}/${channel.id}`, messages, context)) scrollToEnd()
  showChips(me())
  showTeams(view.state, view.person)
  showFleet(view.state.fleet)
  showMisfortune(view.state.fleet)
}

const become = (person) => {
  view.person = person
  if (!isMine(view.state.channels.find(({ id }) => id === view.channel)))
    view.channel = view.state.channels[0].id
  show()
  composer.changed()
}
const open = (channel) => {
  view.channel = channel
  show()
  composer.changed()
  composer.focus()
}

/** A link to a message, as Slack makes them: it opens here. */
const PERMALINK = /\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})$/
document.addEventListener('click', (event) => {
  const [, channel, seconds, micros] = PERMALINK.exec(event.target.closest('a')?.href ?? '') ?? []
  if (channel === undefined) return
  event.preventDefault()
  open(channel)
  document.querySelector(`[data-ts="${seconds}.${micros}"]`)?.scrollIntoView({ block: 'center' })
})

const scrollToEnd = keepInSight(byId('scroll'), byId('messages'), byId('intro'))
const composer = startComposer(byId('composer'), send, () => view.person)
const events = new EventSource('/playground/events')
events.onmessage = ({ data }) => {
  view.state = JSON.parse(data)
  view.person ??= view.state.people[0].id
  view.channel ??= view.state.channels[0].id
  byId('lost').hidden = true
  show()
}
events.onerror = () => {
  byId('lost').hidden = false
}
