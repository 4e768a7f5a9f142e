/** Slack that is down when the bot starts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import type { Clock } from '../src/core/ports/clock'
import { openStore, type Store } from '../src/store/database'
import { openWorkspace, type Workspace } from '../src/workspace'
import {
  close,
  commandFields,
  fakeApi,
  form,
  listen,
  recordingInbox,
  recordingLog,
  signed,
  signingSecret,
  type Answer,
  type FakeApi,
} from './chat/slack/fakeSlack'
import { fakeClock } from './fakes/clock'
import { patientClock } from './fakes/patient-clock'
import { useTempDirs } from './fakes/temp'
import { aNotice } from './store/rows'

const ME = { ok: true, team_id: 'T1', bot_id: 'B1', user_id: 'UBOT', team: 'Acme' }
const NOTICE = aNotice('hello')
const CHANNEL = { kind: 'channel', chat: 'slack', channel: 'C1' } as const
const DOWN: readonly Answer[] = [
  { status: 503 },
  { status: 429, headers: { 'retry-after': '2' } },
  { broken: true },
]
const tempDir = useTempDirs()

let api: FakeApi
let store: Store
let front: Server | null
let opened: Workspace | null
/** What auth.test answers, one after the other; the last holds. */
let who: Answer[]

beforeEach(async () => {
  api = await fakeApi()
  store = await openStore(tempDir())
  front = null
  opened = null
  api.answer = ({ method }) => {
    if (method !== 'auth.test') return { body: { ok: true, channel: 'C1', ts: '1.2' } }
    return (who.length > 1 ? who.shift() : who[0]) ?? {}
  }
})
afterEach(async () => {
  await opened?.stop()
  if (front) await close(front)
  await store.close()
  await api.close()
})

const open = async (clock: Clock): Promise<Workspace> => {
  const settings = { botToken: 'xoxb-1', signingSecret, appToken: null, apiUrl: api.apiUrl }
  opened = await openWorkspace(settings, { db: store.db, clock, log: recordingLog() })
  return opened
}
const commandTo = async ({ events }: Workspace): Promise<number> => {
  front ??= createServer((request, response) => events?.(request, response))
  const url = front.listening ? '' : await listen(front)
  const body = form(commandFields(api.replyUrl))
  const answer = await fetch(`${url}/slack/events`, { method: 'POST', body, headers: signed(body) })
  return answer.status
}
const nobody = (): undefined => undefined

describe('a workspace that was never asked', () => {
  it('is none while Slack is down: commands are turned away, posts wait, and nobody is known', async () => {
    who = [{ status: 503 }]
    const there = await open(patientClock)
    void there.serve(recordingInbox(), nobody)

    expect(await commandTo(there)).toBe(503)
    expect(await there.chat.send(CHANNEL, NOTICE, null)).toMatchObject({ kind: 'later' })
    await expect(there.chat.identify('slack:T1/U1', CHANNEL)).rejects.toThrow('has not said yet')
    await expect(there.members('S1')).rejects.toThrow('has not said yet')
    expect(there.teamId()).not.toMatch(/^[A-Z0-9]/)
  })

  it('is served as soon as Slack answers', async () => {
    who = [...DOWN, { body: ME }]
    const there = await open(fakeClock())
    const inbox = recordingInbox()
    let teamThen = ''

    await there.serve(inbox, () => (teamThen = there.teamId()))

    expect(teamThen).toBe('T1')
    expect(await commandTo(there)).toBe(200)
    expect(inbox.accepted).toHaveLength(1)
    expect(await there.chat.send(CHANNEL, NOTICE, null)).toEqual({ kind: 'sent', ref: 'C1:1.2' })
  })

  it('ends the bot with the words when Slack then says that the token is wrong', async () => {
    who = [...DOWN, { body: { ok: false, error: 'token_revoked' } }]
    const there = await open(fakeClock())

    await expect(there.serve(recordingInbox(), nobody)).rejects.toMatchObject({
      code: 'chat',
      message: expect.stringMatching(/set SLACK_BOT_TOKEN to the Bot User OAuth Token.*token_revoked/),
    })
  })
})

it('a bot whose app was made before starts, and its log says what it does not hear and what to do', async () => {
  who = [{ headers: { 'x-oauth-scopes': 'chat:write,commands,users:read,im:history' }, body: ME }]
  const log = recordingLog()
  const settings = { botToken: 'xoxb-1', signingSecret, appToken: null, apiUrl: api.apiUrl }

  opened = await openWorkspace(settings, { db: store.db, clock: patientClock, log })

  expect(opened.teamId()).toBe('T1')
  expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    {
      obj: { scope: 'app_mentions:read', next: expect.stringContaining('manifests/slack.json') },
      msg: 'slack: a scope is missing',
    },
  ])
})

it.each([
  ['of an organisation', { is_enterprise_install: true }],
  ['that expires', { expires_in: 43_200 }],
])('a token %s ends the start', async (_, changes) => {
  who = [{ body: { ...ME, ...changes } }]

  await expect(open(patientClock)).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('manifests/slack.json'),
  })
})

describe('a workspace that is remembered', () => {
  beforeEach(async () => {
    who = [{ body: ME }]
    await open(patientClock)
  })

  it('is served at once while Slack is down', async () => {
    who = [{ status: 503 }]
    const there = await open(patientClock)
    const inbox = recordingInbox()
    void there.serve(inbox, nobody)

    expect(there.teamId()).toBe('T1')
    expect(await commandTo(there)).toBe(200)
    expect(inbox.accepted).toHaveLength(1)
  })

  it('does not become known a second time', async () => {
    who = [...DOWN, { body: ME }]
    const there = await open(fakeClock())
    let known = 0

    await there.serve(recordingInbox(), () => (known += 1))

    expect(known).toBe(0)
    expect(who).toHaveLength(1)
  })

  it('does not save a token that is wrong', async () => {
    who = [{ body: { ok: false, error: 'invalid_auth' } }]

    await expect(open(patientClock)).rejects.toThrow('set SLACK_BOT_TOKEN')
  })
})
