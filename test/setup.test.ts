import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { request } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from '@jest/globals'

/** For documentation: nothing is there (RFC 5737, RFC 2606). */
const ADDRESS = '192.0.2.1'
const NAME = 'example.invalid'

const refused = (host: string): Error => new Error(`tests do not connect to ${host}`)

test.each([
  ['a socket', () => connect(443, ADDRESS)],
  ['a socket with options', () => connect({ host: NAME, port: 443 })],
  ['TLS', () => connectTls({ host: ADDRESS, port: 443 })],
  ['HTTP', () => get(`http://${ADDRESS}/`)],
  ['HTTPS', () => request(`https://${NAME}/`)],
])('%s reaches no other machine', async (_, open) => {
  const [error] = (await once(open(), 'error')) as [unknown]

  expect([refused(ADDRESS), refused(NAME)]).toContainEqual(error)
})

test('fetch reaches no other machine', async () => {
  await expect(fetch(`https://${NAME}/`)).rejects.toMatchObject({ cause: refused(NAME) })
})

test.each(['127.0.0.1', 'localhost'])('%s is reached', async (host) => {
  const server = createServer((_, response) => response.end('here')).listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const answer = await (await fetch(`http://${host}:${port}/`)).text()
  server.close()

  expect(answer).toBe('here')
})
