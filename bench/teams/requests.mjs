// Messages of Teams, with a token as the Bot Connector has them: both servers fetch the key from a local OpenID server.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { claimsFor, makeKey, openIdDocument, signToken } from '../../dist/playground/teams/issuer.js'
import { acknowledgement } from '../acknowledgement.mjs'
import { APP, PERSON, TENANT } from '../fixture.mjs'

const SERVICE_URL = 'http://127.0.0.1:9/'

let count = 0
const messageOf = () => ({
  type: 'message',
  id: `${process.pid}.${Date.now()}.${++count}`,
  channelId: 'msteams',
  serviceUrl: SERVICE_URL,
  timestamp: new Date().toISOString(),
  from: { id: `29:${PERSON}`, name: 'Bench', aadObjectId: PERSON },
  recipient: { id: `28:${APP}`, name: 'GPU ChatOps' },
  conversation: { id: 'a:bench', conversationType: 'personal', tenantId: TENANT },
  channelData: { tenant: { id: TENANT } },
  textFormat: 'plain',
  text: 'whoami',
})

export const teamsAcknowledgement = async (options) => {
  const key = makeKey('bench')
  const issuer = createServer(({ url }, response) =>
    response.end(JSON.stringify(openIdDocument(url, { origin, keys: () => [key] }))),
  )
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const origin = `http://127.0.0.1:${issuer.address().port}`
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    authorization: `Bearer ${signToken(key, claimsFor(APP, SERVICE_URL))}`,
  }
  const measured = await acknowledgement({
    ...options,
    chat: 'teams',
    settings: {
      openIdMetadataUrl: `${origin}/.well-known/openidconfiguration`,
      serviceUrl: SERVICE_URL,
    },
    setupRequest: (request) => ({
      ...request,
      ...{ method: 'POST', path: '/api/messages', headers, body: JSON.stringify(messageOf()) },
    }),
  })
  issuer.closeAllConnections()
  issuer.close()
  return measured
}
