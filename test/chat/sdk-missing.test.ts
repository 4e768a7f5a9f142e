/** A first request finds that the SDK it waits for cannot be loaded: it is to come again, and the log says why. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { slackEvents } from '../../src/chat/slack/receive'
import { teamsMessages } from '../../src/chat/teams/receive'
import { claimsFor, makeKey, signToken } from '../../src/playground/teams/issuer'
import { commandFields, configFor, recordingInbox, recordingLog } from './slack/fakeSlack'
import { APP, TENANT } from './teams/people'
import { systemClock } from '../../src/clock'

const missing = (): never => {
  // What a damaged installation throws; Microsoft's library throws the same kind for a token that it cannot read.
  throw new SyntaxError('Unexpected end of input')
}

const answerOf = async (listener: RequestListener, request: RequestInit): Promise<number> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    return (await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', ...request })).status
  } finally {
    server.close()
  }
}

test('of Slack', async () => {
  jest.doMock('@slack/bolt', missing)
  const log = recordingLog()
  const { listener } = slackEvents(configFor('http://127.0.0.1:9/api/'), recordingInbox(), {
    log,
    clock: systemClock,
  })
  const body = new URLSearchParams(commandFields('http://127.0.0.1:9/reply'))

  expect(await answerOf(listener, { body })).toBe(503)
  expect(JSON.stringify(log.lines)).toContain('Unexpected end of input')
})

test('of Teams', async () => {
  jest.doMock('botbuilder', missing)
  const log = recordingLog()
  const serviceUrl = 'http://127.0.0.1:9/'
  const openIdMetadataUrl = `${serviceUrl}openid`
  const cloud = { kind: 'local', serviceUrl, openIdMetadataUrl, botToken: 'a token' } as const
  const listener = teamsMessages({ appId: APP, tenantId: TENANT, cloud }, recordingInbox(), {
    log,
    clock: systemClock,
  })
  const token = signToken(makeKey('a key'), claimsFor(APP, serviceUrl))
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const body = JSON.stringify({ channelId: 'msteams', serviceUrl })

  expect(await answerOf(listener, { headers, body })).toBe(503)
  expect(JSON.stringify(log.lines)).toContain('Unexpected end of input')
})
