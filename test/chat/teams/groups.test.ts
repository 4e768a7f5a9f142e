import { afterEach, expect, test } from '@jest/globals'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { entraGroup, graphOf } from '../../../src/chat/teams/groups'

const TENANT = '11111111-1111-1111-1111-111111111111'
const GROUP = 'bbbbbbbb-0000-0000-0000-000000000001'
const person = (id: string) => ({ '@odata.type': '#microsoft.graph.user', id })

let server: Server | null = null
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))))

type Page = { readonly status?: number; readonly body: object }
const serve = async (answer: (request: IncomingMessage, origin: string) => Page) => {
  let origin = ''
  server = createServer((request, response) => {
    const { status = 200, body } = answer(request, origin)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return entraGroup({ tenantId: TENANT }, { url: origin, token: () => Promise.resolve('a-token') })
}

test('the people of an Entra group are read page by page with the token of the registration; devices and groups are no people', async () => {
  const asked: unknown[] = []
  const read = await serve((request, origin) => {
    asked.push([request.url, request.headers.authorization])
    return request.url?.includes('page=2')
      ? { body: { value: [person('AAAAAAAA-0000-0000-0000-000000000003')] } }
      : {
          body: {
            value: [
              person('aaaaaaaa-0000-0000-0000-000000000001'),
              { '@odata.type': '#microsoft.graph.device', id: 'd' },
            ],
            '@odata.nextLink': `${origin}/v1.0/groups/x?page=2`,
          },
        }
  })

  expect(await read(GROUP)).toEqual([
    `teams:${TENANT}/aaaaaaaa-0000-0000-0000-000000000001`,
    `teams:${TENANT}/aaaaaaaa-0000-0000-0000-000000000003`,
  ])
  expect(asked).toEqual([
    [`/v1.0/groups/${GROUP}/transitiveMembers?$select=id&$top=999`, 'Bearer a-token'],
    ['/v1.0/groups/x?page=2', 'Bearer a-token'],
  ])
})

const failures: [what: string, Page, RegExp][] = [
  ['is forbidden', { status: 403, body: {} }, /GroupMember\.Read\.All, with consent/],
  ['is not there', { status: 404, body: {} }, /there is no such group/],
  ['is not to be had now', { status: 503, body: {} }, /answered 503/],
  ['answers with something else', { body: { value: 'x' } }, /Entra group/],
  [
    'goes on with another server',
    { body: { value: [], '@odata.nextLink': 'http://192.0.2.1/steal' } },
    /its next page is somewhere else/,
  ],
]
test.each(failures)('a group that %s is an error and no empty group', async (_, page, why) => {
  const read = await serve(() => page)

  await expect(read(GROUP)).rejects.toMatchObject({ code: 'chat', message: expect.stringMatching(why) })
  await expect(read(GROUP)).rejects.not.toThrow('a-token')
})

test('a local cloud has no directory', () => {
  const cloud = { kind: 'local', openIdMetadataUrl: '', serviceUrl: '', botToken: '' } as const

  expect(graphOf({ appId: 'a', tenantId: TENANT, cloud })).toBeNull()
})
