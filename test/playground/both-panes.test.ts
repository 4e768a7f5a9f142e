import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MEMBERS, TEAMS_CHANNEL } from '../../src/playground/members'
import type { PlaygroundState } from '../../src/playground/server'
import { GPU, JONAS, MAYA, PRIYA, startJourney, textOf, type Journey } from '../journeys/playground'

let journey: Journey
beforeEach(async () => {
  journey = await startJourney()
})
afterEach(() => journey.end())

const url = (path: string): string => `http://127.0.0.1:${journey.port}${path}`
const send = async (path: string, body: object) => {
  const answer = await fetch(url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as { status?: number; said?: string | null } }
}

/** The page's state, as soon as the condition holds. */
const state = async (holds: (state: PlaygroundState) => boolean): Promise<PlaygroundState> => {
  const { body } = await fetch(url('/playground/events'))
  let text = ''
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    const found = events
      .map((event) => JSON.parse(event.replace(/^data: /, '')) as PlaygroundState)
      .find(holds)
    // Leaving the loop closes the stream.
    if (found) return found
  }
  throw new Error('the playground ended')
}

type Shown = PlaygroundState['teams']['messages'][number]
interface Action {
  readonly title: string
  readonly verb?: string
  readonly data?: unknown
  readonly card?: { readonly actions: readonly Action[] }
}
const actionsOf = (message: Shown): readonly Action[] =>
  'card' in message ? (message.card?.actions ?? []) : []
const words = (message: Shown): string => JSON.stringify(message)

const cardWith = (label: string) => (message: Shown) =>
  actionsOf(message).some(({ title }) => title === label)

const card = async (label: string): Promise<Shown> => {
  const { teams } = await state((now) => now.teams.messages.some(cardWith(label)))
  return teams.messages.find(cardWith(label))!
}

const press = async (person: string, { conversation, id, ...message }: Shown, label: string) => {
  const found = actionsOf({ conversation, id, ...message }).find(({ title }) => title === label)
  const { verb, data } = found?.card?.actions[0] ?? found!
  const action = { type: 'Action.Execute', verb, data }
  return send('/playground/teams/press', { person, conversation, id, action })
}
const say = (person: string, text: string, conversation: string = TEAMS_CHANNEL.id) =>
  send('/playground/teams/say', { person, conversation, text })

const ASSIGN = 'assign hv01/gpu0 to train-02 --shutdown'
const inTeams = (words: RegExp) => (now: PlaygroundState) =>
  now.teams.messages.some((message) => words.test(JSON.stringify(message)))

describe('a request', () => {
  it('raised in Slack and approved in Teams changes in both', async () => {
    await send('/playground/command', { person: MAYA, channel: GPU, text: `/gpu ${ASSIGN}` })
    const shown = await card('Approve')

    const answer = await press(JONAS, shown, 'Approve')

    expect(answer).toMatchObject({
      status: 200,
      body: { status: 200, said: 'R-1: approved.' },
    })
    const done = await state(
      (now) =>
        now.teams.messages.some((each) => each.id === shown.id && /verified/.test(words(each))) &&
        now.channels.some(({ messages }) => messages.some((each) => /verified/.test(textOf(each)))),
    )
    expect(done.fleet.hosts[0]?.gpus[0]).toMatchObject({ place: 'assigned', holders: ['train-02'] })
  })

  it('raised in Teams and approved in Slack changes in both', async () => {
    await say(MAYA, ASSIGN)
    const shown = await card('Approve')

    await journey.presses(JONAS, 'Approve')

    await journey.sees(GPU, (message) => /verified/.test(textOf(message)))
    const done = await state((now) =>
      now.teams.messages.some((each) => each.id === shown.id && /verified/.test(words(each))),
    )
    expect(done.teams.messages.find(({ id }) => id === shown.id)).toMatchObject({
      conversation: TEAMS_CHANNEL.id,
    })
  })

  it('is not approved by the one who raised it, from the other pane either', async () => {
    await send('/playground/command', { person: JONAS, channel: GPU, text: `/gpu ${ASSIGN}` })
    const shown = await card('Approve')

    const answer = await press(JONAS, shown, 'Approve')

    expect(answer).toMatchObject({ body: { said: expect.stringMatching(/your own|own request/i) } })
    const { teams } = await state(() => true)
    expect(cardWith('Approve')(teams.messages.find(({ id }) => id === shown.id)!)).toBe(true)
  })
})

describe('in Teams', () => {
  it('a person asks in the channel, in a reply and alone with the bot, and is answered there', async () => {
    const { teams } = await state(() => true)
    const own = teams.chats[MAYA] ?? ''
    await say(MAYA, 'list')
    const answered = await state(inTeams(/"card".*hv01/))
    const post = answered.teams.messages.find((message) => 'card' in message)?.conversation ?? ''
    expect(post).toMatch(/^19:.*;messageid=\d+$/)

    await say(PRIYA, 'whoami', post)
    await say(MAYA, 'whoami', own)

    const all = await state((now) =>
      [post, own].every((place) =>
        now.teams.messages.some(
          (each) =>
            'card' in each && each.conversation === place && /administrator|approve|ask/.test(words(each)),
        ),
      ),
    )
    expect(all.teams.messages.filter(({ conversation }) => conversation === own)).toHaveLength(2)
  })

  it.each([
    ['another person’s chat', { person: MAYA, conversation: `a:${MEMBERS[1]?.teams.objectId ?? ''}` }],
    ['another channel', { person: MAYA, conversation: '19:elsewhere@thread.tacv2' }],
    ['anything as nobody', { person: 'U0NOBODY', conversation: TEAMS_CHANNEL.id }],
  ])('nobody writes into %s', async (_, where) => {
    const answer = await send('/playground/teams/say', { ...where, text: 'list' })

    expect(answer.status).toBe(404)
  })

  it('a button of a message that is not there does nothing', async () => {
    const answer = await send('/playground/teams/press', {
      person: MAYA,
      conversation: TEAMS_CHANNEL.id,
      id: '1',
      action: { type: 'Action.Execute', verb: 'gpu.press', data: {} },
    })

    expect(answer.status).toBe(404)
  })

  it('an Action.Submit is a message that carries its data, and is the bot’s to judge', async () => {
    await say(MAYA, ASSIGN)
    const shown = await card('Deny')
    const data = actionsOf(shown).find(({ title }) => title === 'Deny')
    const action = { type: 'Action.Submit', data: data?.data ?? data?.card?.actions[0]?.data }

    const { conversation, id } = shown
    await send('/playground/teams/press', { person: JONAS, conversation, id, action })

    await state((now) => now.teams.messages.some((each) => each.id === id && /denied/i.test(words(each))))
  })

  it('markup that a person typed reaches the page as they typed it', async () => {
    await say(MAYA, `${ASSIGN} because **loud** <b>bold</b> [x](https://evil.example)`)

    const shown = await card('Approve')
    const { teams } = await state(() => true)

    expect(words(shown)).toContain('**loud** <b>bold</b> [x](https://evil.example)')
    expect(teams.messages.find((message) => 'user' in message)).toMatchObject({
      user: MAYA,
      text: expect.stringContaining('<b>bold</b>'),
    })
  })
})

describe('what is typed in the pane of Slack without a slash', () => {
  const own = 'D0MAYA'
  const lastIn = async (channel: string, holds: (text: string) => boolean) => {
    const found = (now: PlaygroundState) =>
      now.channels.find(({ id }) => id === channel)?.messages.find((message) => holds(textOf(message)))
    return found(await state((now) => found(now) !== undefined))
  }

  it('is answered in one’s own chat with the bot', async () => {
    await send('/playground/command', { person: MAYA, channel: own, text: 'whoami' })

    expect(await lastIn(own, (text) => text.includes('You may'))).not.toHaveProperty('ephemeralFor')
  })

  it('is answered in a channel where it mentions the bot, and otherwise heard by nobody', async () => {
    await send('/playground/command', { person: MAYA, channel: GPU, text: 'whoami' })
    await send('/playground/command', { person: MAYA, channel: GPU, text: '@GPU ChatOps smi render-01' })

    const answer = await lastIn(GPU, (text) => text.includes('nvidia-smi in render-01'))

    expect(answer).toHaveProperty('thread')
    expect(journey.slack.messages(GPU).filter(({ ephemeralFor }) => ephemeralFor !== undefined)).toEqual([])
  })
})
