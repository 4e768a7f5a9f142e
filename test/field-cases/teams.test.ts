/** What Teams sent and answered, over HTTP with signed tokens: through the real receiver and poster. */
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { answers, teamsMessages } from '../../src/chat/teams/receive'
import { teamsChat } from '../../src/chat/teams/post'
import { isAllowedServiceUrl } from '../../src/chat/teams/service-url'
import type { Notice } from '../../src/core/notice/notice'
import type { Chat } from '../../src/core/ports/chat'
import type { TeamsAddress } from '../../src/core/ports/address'
import { startLocalTeams, userIdOf, type LocalTeams } from '../../src/playground/teams/local-teams'
import { close, listen, recordingInbox, recordingLog } from '../chat/slack/fakeSlack'
import { alone, APP, maya, team, TENANT } from '../chat/teams/people'
import { tryCases, type Try } from './cases'
import { understood } from './understood'
import { issuerKey } from '../fakes/issuer-key'
import { systemClock } from '../../src/clock'

let teams: LocalTeams
let server: Server
let serviceUrl: string
let chat: Chat<TeamsAddress>
const inbox = recordingInbox()
const log = recordingLog()

beforeAll(async () => {
  teams = await startLocalTeams({
    appId: APP,
    tenantId: TENANT,
    botToken: 'the token of the bot',
    messagesUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`,
    keys: [issuerKey()],
  })
  serviceUrl = teams.config.cloud.kind === 'local' ? teams.config.cloud.serviceUrl : ''
  server = createServer(teamsMessages(teams.config, inbox, { log, clock: systemClock }))
  await listen(server)
  chat = teamsChat(teams.config, { log, clock: systemClock })
})
afterAll(async () => {
  await close(server)
  await teams.close()
})
beforeEach(() => {
  inbox.accepted.length = 0
  log.lines.length = 0
  teams.fault = () => null
})

/** As Teams completes what a report tells of an activity. */
const complete = (told: object): object => ({
  type: 'message',
  id: '1700000000001',
  channelId: 'msteams',
  serviceUrl,
  from: { id: userIdOf(maya), name: 'Maya', aadObjectId: maya.objectId },
  recipient: { id: `28:${APP}`, name: 'GPU ChatOps' },
  conversation: { id: alone.id, conversationType: 'personal', tenantId: TENANT },
  channelData: { tenant: { id: TENANT } },
  ...told,
})

/** What Teams shows to the one who pressed. */
const sentence = z.object({ statusCode: z.literal(200), value: z.string() })

interface Came {
  readonly kind: 'delivery' | 'not-ours' | 'nothing'
  readonly delivery: unknown
  /** Was it answered with a sentence, for which Teams waits? */
  readonly invoke: boolean
  readonly words: string | null
}

const sent = async (told: object): Promise<Came> => {
  const response = await teams.deliver(complete(told))
  const text = await response.text()
  expect([response.status, log.lines.filter(({ msg }) => msg.includes('refused'))]).toEqual([200, []])
  const words = text === '' ? null : sentence.parse(JSON.parse(text)).value
  const [delivery] = inbox.accepted
  const notOurs = log.lines.some(({ msg }) => msg === 'teams: an activity that is not ours')
  const kind = delivery ? 'delivery' : notOurs ? 'not-ours' : 'nothing'
  return { kind, delivery, invoke: words !== null, words }
}

const activity = z.strictObject({ body: z.looseObject({ type: z.string() }) })
const read = (input: unknown): Promise<Came> => sent(activity.parse(input).body)

/** With an inbox that tells of nothing in time. */
const recorded: Try = async (input) => {
  const came = await read(input)
  expect(came).toMatchObject({
    words: answers.slow,
    delivery: { said: { kind: 'decide', verdict: 'approve', requestId: 'R-7', version: 3 } },
  })
  return came
}

const saidToBeOfOthers: Try = async (input) => {
  const came = await read(input)
  expect(came.words).toBe(answers.notOurs)
  return came
}

const parsed: Try = async (input) => {
  const { text } = z.strictObject({ text: z.string() }).parse(input)
  await sent({ text })
  const [delivery] = inbox.accepted
  return understood(delivery?.said.kind === 'text' ? delivery.said.text : '')
}

const notice: Notice = { summary: 'A request', tone: 'waiting', parts: [{ kind: 'title', text: 'Waiting' }] }

const posted: Try = async (input) => {
  const { status, code } = z
    .strictObject({ status: z.number(), code: z.string(), repeatable: z.literal('post') })
    .parse(input)
  teams.fault = () => ({ status, code })
  return chat.send({ kind: 'channel', chat: 'teams', serviceUrl, conversation: team.id }, notice, null)
}

/** Of a bot at Microsoft, which sends its token to none of these before it asked this. */
const serviceUrls: Try = async (input) => {
  const { urls } = z.strictObject({ urls: z.array(z.url()) }).parse(input)
  const config = { ...teams.config, cloud: { kind: 'microsoft', appPassword: 'secret' } } as const
  const highUrl = 'https://smba.infra.gov.teams.microsoft.us/teams'
  expect(isAllowedServiceUrl(config, highUrl)).toBe(false)
  expect(readFileSync('docs/decisions/teams.md', 'utf8')).toMatch(/GCC High .* not supported/)
  const foreign = urls.filter((each) => !isAllowedServiceUrl(config, each))
  for (const each of foreign)
    expect(
      await teamsChat(config, { log, clock: systemClock }).send(
        { kind: 'channel', chat: 'teams', serviceUrl: each, conversation: team.id },
        notice,
        null,
      ),
    ).toMatchObject({ kind: 'impossible', code: 'foreign_service_url' })
  return urls.map((each) => isAllowedServiceUrl(config, each))
}

tryCases({
  file: 'D-teams',
  tries: {
    D01: read,
    D02: read,
    D03: read,
    D06: read,
    D09: read,
    D10: read,
    D11: recorded,
    D13: saidToBeOfOthers,
    D15: posted,
    D16: posted,
    D18: posted,
    D19: posted,
    D26: posted,
    D20: serviceUrls,
    D22: read,
    D23: read,
    D24: read,
    D25: parsed,
  },
})
