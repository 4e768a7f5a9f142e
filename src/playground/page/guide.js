// What a newcomer can try: the opening of the channel, and suggestions for each role.
import { byId, el, fill } from './dom.js'

const ASSIGN = '/gpu assign hv01/gpu0 to train-02 --shutdown'

const SUGGESTIONS = {
  requester: [
    '/gpu list',
    '/gpu check hv01/gpu0 for train-02',
    '/gpu smi render-01',
    ASSIGN,
    '/gpu release hv01/gpu0 --shutdown',
  ],
  approver: [
    '/gpu requests',
    '/gpu show hv01/gpu0',
    '/gpu history',
    '/gpu assign hv01/gpu1 to train-01',
    '/gpu help',
  ],
  administrator: ['/gpu requests', '/gpu pause hv01', '/gpu resume hv01', '/gpu history', '/gpu whoami'],
}

export const suggestionsFor = (person) => SUGGESTIONS[person.role] ?? ['/gpu help']

/** The same commands as one types them in Teams: a mention takes the place of the slash command. */
export const teamsSuggestions = (role) => suggestionsFor({ role }).map((text) => text.replace('/gpu ', ''))

const step = (number, title, text, button) =>
  el(
    'li',
    { class: 'tour-step' },
    el('span', { class: 'tour-number', 'aria-hidden': 'true' }, String(number)),
    el('div', {}, el('h4', {}, title), el('p', {}, text)),
    button,
  )

/** The beginning of a channel; in the first one, three things to try. */
export const showIntro = (channel, { people, person, become, run }) =>
  fill(byId('intro'), [channel.id, person.id], () => {
    const asker = people.find(({ role }) => role === 'requester')
    const approver = people.find(({ role }) => role === 'approver')
    const own = channel.only !== undefined
    const heading = [
      el('h3', {}, own ? 'GPU ChatOps' : `# ${channel.name}`),
      el(
        'p',
        { class: 'intro-text' },
        own
          ? 'Your own chat with the bot: what is for you alone comes here. Type a command in plain words, such as whoami.'
          : `${channel.topic}. This is where the channel begins. The bot hears /gpu, and what mentions @GPU ChatOps.`,
      ),
    ]
    if (channel.name !== 'gpu' || !asker || !approver) return heading
    const first = (name) => name.split(' ')[0]
    return [
      ...heading,
      el(
        'ol',
        { class: 'tour' },
        step(
          1,
          `As ${first(asker.name)}, ask for a GPU`,
          'The bot works out every step, checks it against the host, and posts the plan in both chats.',
          el(
            'button',
            {
              type: 'button',
              class: 'tour-button',
              onclick: () => {
                become(asker.id)
                run(ASSIGN)
              },
            },
            'Ask',
          ),
        ),
        step(
          2,
          `As ${first(approver.name)}, approve the plan`,
          'In Slack or in Teams: the plan is in both, and both follow. Nobody approves their own request.',
          el(
            'button',
            { type: 'button', class: 'tour-button', onclick: () => become(approver.id) },
            `Be ${first(approver.name)}`,
          ),
        ),
        step(
          3,
          'Break something half way',
          'Under Misfortune, let a step fail, cut a host off, or reboot it. What was begun is undone or finished.',
          el('button', { type: 'button', class: 'tour-button', onclick: showMisfortunes }, 'Show'),
        ),
      ),
    ]
  })

const showMisfortunes = () => {
  const drawer = byId('misfortune')
  drawer.open = true
  drawer.scrollIntoView({ block: 'nearest' })
  drawer.querySelector('select')?.focus()
}
