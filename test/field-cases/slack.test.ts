/** What Slack sent and answered, over HTTP: through the real receiver, identifier and poster. */
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import nock from 'nock'
import { z } from 'zod'
import { answers } from '../../src/chat/slack/listen'
import { slackChat } from '../../src/chat/slack/post'
import type { Notice } from '../../src/core/notice/notice'
import type { Chat } from '../../src/core/ports/chat'
import type { SlackAddress } from '../../src/core/ports/address'
import {
  commandFields,
  configFor,
  form,
  pressForm,
  signed,
  type FakeApi,
  type RecordingInbox,
  type RecordingLog,
} from '../chat/slack/fakeSlack'
import { openReceiver, type Receiver } from '../chat/slack/receiver'
import { tryCases, type Try } from './cases'
import { understood } from './understood'
import { systemClock } from '../../src/clock'

let receiver: Receiver
let api: FakeApi
let url: string
let inbox: RecordingInbox
let log: RecordingLog
let chat: Chat<SlackAddress>

beforeAll(async () => {
  receiver = await openReceiver()
  ;({ api, inbox, log, url } = receiver)
})
afterAll(async () => {
  nock.restore()
  await receiver.close()
})
beforeEach(() => {
  // Who was asked about is remembered by the chat, so that each case has its own.
  chat = slackChat(configFor(api.apiUrl), { log, clock: systemClock })
  inbox.accepted.length = 0
  log.lines.length = 0
  api.calls.length = 0
  api.answer = () => ({})
})

const post = async (body: string): Promise<void> => {
  const response = await fetch(url, { method: 'POST', body, headers: signed(body) })
  expect([response.status, await response.text()]).toEqual([200, ''])
}

/** What came of the newest payload: a delivery, or the kind of refusal that the log tells. */
const came = () => {
  const [delivery] = inbox.accepted
  const refused = log.lines.find(({ level }) => level === 'warn')?.obj ?? {}
  return delivery ? { kind: 'delivery', delivery } : refused
}

/** Typed behind `/gpu`, as Slack hands it on. */
const parsed: Try = async (input) => {
  const { text } = z.strictObject({ text: z.string() }).parse(input)
  await post(form(commandFields(api.replyUrl, { text })))
  const [delivery] = inbox.accepted
  return understood(delivery?.said.kind === 'text' ? delivery.said.text : '')
}

const identified: Try = async (input) => {
  const { user } = z.strictObject({ user: z.looseObject({ id: z.string() }) }).parse(input)
  api.answer = ({ method }) => (method === 'users.info' ? { body: { ok: true, user } } : {})
  return chat.identify(`slack:T1/${user.id}`, { kind: 'channel', chat: 'slack', channel: 'C1' })
}

/** What is written to a URL of Slack's own, which no test reaches. */
const repliesTo = (responseUrl: string): Promise<{ text: string }> =>
  new Promise((resolve) => {
    const { origin, pathname } = new URL(responseUrl)
    nock(origin)
      .post(pathname, (body: { text: string }) => {
        resolve(body)
        return true
      })
      .reply(200, 'ok')
  })

const body = z.looseObject({ response_url: z.url() })

const pressed: Try = async (input) => {
  const payload = z.strictObject({ body }).parse(input).body
  const reply = repliesTo(payload.response_url)
  await post(pressForm(payload))
  expect(inbox.accepted).toEqual([])
  expect((await reply).text).toBe(answers.foreign)
  return came()
}

const commandBody = body.catchall(z.string())
const notice: Notice = { summary: 'The fleet', tone: 'plain', parts: [{ kind: 'title', text: 'The fleet' }] }

const answeredPrivately: Try = async (input) => {
  const payload = z.strictObject({ body: commandBody }).parse(input).body
  await post(form(payload))
  const [delivery] = inbox.accepted
  expect(delivery?.said).toEqual({ kind: 'text', text: payload['text'] })
  const reply = repliesTo(payload.response_url)
  expect(await chat.send(delivery!.back as SlackAddress, notice, null)).toEqual({ kind: 'sent', ref: null })
  expect(api.calls).toEqual([])
  expect((await reply).text).toBe('The fleet')
  return came()
}

const delivered: Try = async (input) => {
  const { bodies } = z.strictObject({ of: z.literal('command'), bodies: z.array(commandBody) }).parse(input)
  for (const each of bodies) await post(form(each))
  const ids = inbox.accepted.map(({ id }) => id)
  expect(ids).toHaveLength(bodies.length)
  return { same: new Set(ids).size === 1 }
}

const refusedPost: Try = async (input) => {
  const { error } = z.strictObject({ error: z.string(), repeatable: z.literal('post') }).parse(input)
  api.answer = () => ({ body: { ok: false, error } })
  return chat.send({ kind: 'channel', chat: 'slack', channel: 'C1' }, notice, null)
}

const withoutDirections: Try = async (input) => {
  const identity = await identified(input)
  expect(JSON.stringify(identity)).not.toMatch(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u)
  return identity
}

/** Being in the organisation is not enough. */
const ofOurWorkspace: Try = async (input) => {
  const { user } = z.object({ user: z.looseObject({ enterprise_user: z.looseObject({}) }) }).parse(input)
  const elsewhere = { ...user, enterprise_user: { ...user.enterprise_user, teams: ['T2', 'T3'] } }
  expect(await identified({ user: elsewhere })).toMatchObject({ kind: 'stranger' })
  chat = slackChat(configFor(api.apiUrl), { log, clock: systemClock })
  return identified(input)
}

tryCases({
  file: 'C-slack',
  tries: {
    C01: parsed,
    C03: parsed,
    C04: parsed,
    C07: parsed,
    C08: parsed,
    C11: parsed,
    C12: ofOurWorkspace,
    C15: pressed,
    C17: delivered,
    C19: answeredPrivately,
    C20: refusedPost,
    C23: withoutDirections,
  },
})
