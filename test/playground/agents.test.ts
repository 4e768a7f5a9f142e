import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse } from 'yaml'
import { MEMBERS, TENANT } from '../../src/playground/members'
import { AGENTS } from '../../src/playground/teams-agents'
import { userIdOf } from '../../src/playground/teams/local-teams'
import { GPU, JONAS, MAYA, startJourney, type Journey } from '../journeys/playground'

const [maya] = MEMBERS.map((member) => member.teams)

interface Call {
  readonly call: string
  readonly text: string
}

/** What stands for Microsoft 365 Agents Playground: it stores what the bot posts. */
let client: Server
let calls: Call[]
let told: (() => void)[]
let origin: string
let journey: Journey

beforeEach(async () => {
  calls = []
  told = []
  client = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      calls.push({ call: `${request.method} ${decodeURIComponent(request.url ?? '')}`, text })
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: `m${calls.length}` }))
      told.forEach((tell) => tell())
    })
  })
  client.listen(0, '127.0.0.1')
  await once(client, 'listening')
  origin = `http://127.0.0.1:${(client.address() as AddressInfo).port}`
  journey = await startJourney(origin)
})
afterEach(async () => {
  await journey.end()
  client.closeAllConnections()
  await new Promise((done) => client.close(done))
})

const calling = (holds: (call: Call) => boolean): Promise<Call> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = calls.find(holds)
      if (found) resolve(found)
    }
    told.push(look)
    look()
  })
const postIn = (conversation: string, text: string) =>
  calling(
    ({ call, text: body }) =>
      call === `POST /_connector/v3/conversations/${conversation}/activities` && body.includes(text),
  )

/** A message as that client sends it: with no token, no tenant, and addresses of its own. */
const says = (conversation: string, conversationType: string, text: string) =>
  fetch(`http://127.0.0.1:${journey.port}/playground/agents/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer' },
    body: JSON.stringify({
      type: 'message',
      id: '7c1f0e0e',
      channelId: 'msteams',
      serviceUrl: `${origin}/_connector`,
      from: { id: userIdOf(maya!), name: maya!.name, aadObjectId: maya!.objectId },
      recipient: { id: 'gpu-chatops', name: 'GPU ChatOps' },
      conversation: { id: conversation, conversationType },
      text: conversationType === 'personal' ? text : `<at>GPU ChatOps</at> ${text}`,
      entities:
        conversationType === 'personal'
          ? null
          : [
              {
                type: 'mention',
                text: '<at>GPU ChatOps</at>',
                mentioned: { id: 'gpu-chatops', name: 'GPU ChatOps' },
              },
              { type: 'clientInfo', locale: 'en-US' },
            ],
    }),
  })

describe('Microsoft 365 Agents Playground beside the panes', () => {
  it.each([
    ['personal', AGENTS.personal],
    ['groupChat', AGENTS.group],
    ['channel', `${AGENTS.channel};messageid=1`],
  ])('is answered in its %s conversation', async (type, conversation) => {
    expect((await says(conversation, type, 'list')).status).toBe(200)

    const { text } = await postIn(conversation, 'AdaptiveCard')
    expect(text).toContain('NVIDIA A40')
    expect(text).not.toContain('unknown')
  })

  it('sees the card of a request in its channel, and sees it edited once Slack has decided', async () => {
    await says(AGENTS.personal, 'personal', 'assign hv01/gpu0 to train-02 --shutdown')
    const card = await postIn(AGENTS.channel, 'Approve')
    await journey.presses(JONAS, 'Approve')

    const at = calls.indexOf(card) + 1
    const edit = await calling(
      ({ call, text }) =>
        call === `PUT /_connector/v3/conversations/${AGENTS.channel}/activities/m${at}` &&
        text.includes('pproved by'),
    )
    expect(edit.text).toContain('Jonas')
  })

  it('is never told the token of the bot', async () => {
    let token: string | undefined
    client.prependListener('request', (request) => (token = request.headers.authorization))
    await says(AGENTS.personal, 'personal', 'list')
    await postIn(AGENTS.personal, 'AdaptiveCard')

    expect(token).toBeUndefined()
  })

  it('may not write as somebody in a conversation of the panes', async () => {
    const answer = await says('19:northwindgpuplayground@thread.tacv2', 'channel', 'list')

    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('start the client with M365_AGENTS_PLAYGROUND_CONFIG_PATH')
  })

  it('that is not there leaves the panes as they were', async () => {
    client.closeAllConnections()
    await new Promise((done) => client.close(done))

    expect((await says(AGENTS.personal, 'personal', 'list')).status).toBe(200)
    await journey.says(MAYA, '/gpu list')
    await journey.sees(GPU, ({ text }) => text.includes('6 GPUs'))
  })

  it('without its setting is told to set it', async () => {
    const another = await startJourney()
    try {
      const answer = await fetch(`http://127.0.0.1:${another.port}/playground/agents/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'message', conversation: { id: AGENTS.personal } }),
      })

      expect([answer.status, await answer.text()]).toEqual([
        404,
        expect.stringContaining('AGENTS_PLAYGROUND'),
      ])
    } finally {
      await another.end()
    }
  })
})

describe('its configuration in manifests/teams', () => {
  const file = parse(readFileSync('manifests/teams/.m365agentsplayground.yml', 'utf8')) as {
    tenantId: string
    currentUser: { id: string; aadObjectId: string }
    users: { id: string; name: string }[]
    personalChat: { id: string }
    groupChat: { id: string }
    team: { channels: { id: string }[] }
  }

  it('names the tenant, the people and the conversations that the playground knows', () => {
    expect(file.tenantId).toBe(TENANT.id)
    expect([file.currentUser, ...file.users].slice(0, MEMBERS.length).map(({ id }) => id)).toEqual(
      MEMBERS.map((member) => userIdOf(member.teams)),
    )
    expect({
      personal: file.personalChat.id,
      group: file.groupChat.id,
      channel: file.team.channels[0]?.id,
    }).toEqual(AGENTS)
  })

  it('has the five people beside the current one that the client asks for', () => {
    expect(file.users.length).toBeGreaterThanOrEqual(5)
  })
})
