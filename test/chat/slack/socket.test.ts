import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { slackSocket } from '../../../src/chat/slack/socket'
import { fakeClock } from '../../fakes/clock'
import { patientClock } from '../../fakes/patient-clock'
import {
  commandFields,
  configFor,
  fakeApi,
  fakeSocket,
  pressPayload,
  recordingInbox,
  recordingLog,
  type Answer,
  type FakeApi,
  type FakeSocket,
  type RecordingInbox,
} from './fakeSlack'

let api: FakeApi
let socket: FakeSocket
let inbox: RecordingInbox
let mode: Awaited<ReturnType<typeof slackSocket>>

beforeEach(async () => {
  api = await fakeApi()
  socket = fakeSocket(api.server)
  inbox = recordingInbox()
  mode = await slackSocket(configFor(api.apiUrl), inbox, { log: recordingLog(), clock: fakeClock() })
  api.answer = () => ({ body: { ok: true, url: `${api.url.replace('http', 'ws')}/link` } })
})
afterEach(async () => {
  await mode.stop()
  await api.close()
})

const command = (envelope: string, changes: Record<string, string> = {}): object => ({
  envelope_id: envelope,
  type: 'slash_commands',
  accepts_response_payload: true,
  payload: commandFields(api.replyUrl, changes),
})

test('a command and a press come in over the socket and are acknowledged once recorded', async () => {
  await mode.start()
  const value = JSON.stringify({ kind: 'decide', verdict: 'deny', requestId: 'R1', version: 1 })

  socket.send(command('e1'))
  await socket.acked('e1')
  socket.send({ envelope_id: 'e2', type: 'interactive', payload: pressPayload(api.replyUrl, { value }) })
  await socket.acked('e2')

  expect(inbox.accepted.map((delivery) => delivery.said.kind)).toEqual(['text', 'decide'])
  expect(api.calls.map((call) => call.method)).toEqual(['apps.connections.open'])
  expect(api.calls[0]?.authorization).toBe('Bearer xapp-test-token')
})

test('a foreign command is refused in the acknowledgement', async () => {
  await mode.start()

  socket.send(command('e1', { team_id: 'T2' }))

  expect(await socket.acked('e1')).toMatchObject({ payload: { response_type: 'ephemeral' } })
  expect(inbox.accepted).toEqual([])
})

test('a press that cannot be recorded is not acknowledged; what follows is', async () => {
  await mode.start()
  const value = JSON.stringify({ kind: 'say', text: 'list' })
  inbox.accepting = ({ said }) =>
    said.kind === 'text' && said.text === 'list' ? Promise.reject(new Error('disk full')) : Promise.resolve()

  socket.send({ envelope_id: 'e1', type: 'interactive', payload: pressPayload(api.replyUrl, { value }) })
  socket.send(command('e2', { text: 'help' }))
  await socket.acked('e2')

  expect(socket.sent.map((each) => (each as { envelope_id: string }).envelope_id)).toEqual(['e2'])
})

test('a malformed payload is acknowledged, so that Slack does not send it again', async () => {
  await mode.start()

  socket.send(command('e1', { user_id: '' }))

  await socket.acked('e1')
  expect(inbox.accepted).toEqual([])
})

test('a lost connection is opened again and works', async () => {
  await mode.start()

  socket.hangUp()
  await socket.connected(2)
  socket.send(command('e1'))
  await socket.acked('e1')

  expect(inbox.accepted).toHaveLength(1)
})

test('the start waits while Slack is down, and what comes then is taken', async () => {
  const well = api.answer
  const outages: Answer[] = [
    { status: 503 },
    { status: 429, headers: { 'retry-after': '3' } },
    { broken: true },
    { body: { ok: false, error: 'internal_error' } },
  ]
  api.answer = (call) => outages.shift() ?? well(call)

  await mode.start()
  socket.send(command('e1'))
  await socket.acked('e1')

  expect(api.calls).toHaveLength(5)
})

test('a start that waits for Slack ends when it is stopped', async () => {
  await mode.stop()
  mode = await slackSocket(configFor(api.apiUrl), inbox, { log: recordingLog(), clock: patientClock })
  api.answer = () => ({ status: 503 })
  const started = mode.start()
  await api.called('apps.connections.open')

  await mode.stop()

  await started
})

test('a token that is revoked later ends nothing: the connection is opened again once there is a right one', async () => {
  await mode.start()
  const well = api.answer
  const answers: Answer[] = [{ body: { ok: false, error: 'invalid_auth' } }]
  api.answer = (call) => answers.shift() ?? well(call)

  socket.hangUp()
  await socket.connected(2)
  socket.send(command('e1'))
  await socket.acked('e1')

  expect(inbox.accepted).toHaveLength(1)
})

test('a wrong app token stops the start and says which to use', async () => {
  api.answer = () => ({ body: { ok: false, error: 'invalid_auth' } })

  await expect(mode.start()).rejects.toMatchObject({
    code: 'chat',
    message: expect.stringContaining('SLACK_APP_TOKEN'),
  })
})
