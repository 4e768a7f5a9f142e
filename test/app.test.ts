import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import nock from 'nock'
import { startServer } from '../src/app'
import { readConfig } from '../src/config/config'
import { aScript, withScripts } from './fakes/script'
import { useTempDirs } from './fakes/temp'

const LOGIN = 'https://login.microsoftonline.com'
const TENANT = '11111111-2222-4333-8444-555555555555'
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0zQ'
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }
const tempDir = useTempDirs()

withScripts('a server', () => {
  it('does not start with a PowerShell that cannot serve its hosts, and has touched nothing', async () => {
    const dir = tempDir()
    const powershell = aScript(join(dir, 'powershell'), "echo 'Desktop 5.1.20348.1'")
    const file = join(dir, 'gpu-chatops.yaml')
    const host = `{ name: hv01, via: ssh, computer: h, user: u, keyFile: k, hostKeys: [${KEY}] }`
    writeFileSync(file, `policy: { ask: [U012ABCDEF] }\npowershell: ${powershell}\nhosts: [${host}]\n`)
    const config = readConfig({
      GPU_CHATOPS_CONFIG: file,
      DATA_DIR: join(dir, 'data'),
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'a signing secret',
    })
    if (config.kind !== 'server') throw new Error('it is a server')

    const starting = startServer(config, SILENT)

    await expect(starting).rejects.toMatchObject({ code: 'config' })
    await expect(starting).rejects.toThrow('is Windows PowerShell 5.1.20348.1')
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })
})

describe('a server for Teams', () => {
  afterEach(() => {
    nock.cleanAll()
    nock.restore()
  })

  it('starts though Microsoft takes no secret of it, and says in the log what to do', async () => {
    if (!nock.isActive()) nock.activate()
    nock(LOGIN)
      .persist()
      .get(/openid-configuration|discovery/)
      .reply(200, {
        token_endpoint: `${LOGIN}/${TENANT}/oauth2/v2.0/token`,
        authorization_endpoint: `${LOGIN}/${TENANT}/oauth2/v2.0/authorize`,
        ...{ issuer: `${LOGIN}/${TENANT}/v2.0`, jwks_uri: `${LOGIN}/${TENANT}/discovery/v2.0/keys` },
      })
      .post(/oauth2\/v2.0\/token/)
      .reply(401, {
        ...{ error: 'invalid_client', error_codes: [7000222] },
        error_description: 'AADSTS7000222: The secret has expired. Trace ID: 1',
      })
    nock('https://login.botframework.com').persist().get(/.*/).reply(503)
    const file = join(tempDir(), 'gpu-chatops.yaml')
    writeFileSync(file, `policy: { ask: [11111111-2222-4333-8444-666666666666] }\n`)
    const config = readConfig({
      ...{ GPU_CHATOPS_CONFIG: file, DATA_DIR: join(tempDir(), 'data'), PORT: '0', HOST: '127.0.0.1' },
      ...{
        MicrosoftAppId: TENANT,
        MicrosoftAppTenantId: TENANT,
        MicrosoftAppPassword: 'the value of a secret that is out of date',
      },
    })
    if (config.kind !== 'server') throw new Error('it is a server')
    const said = new EventTarget()
    const first = once(said, 'error')

    const server = await startServer(config, {
      ...SILENT,
      error: (what, message) => said.dispatchEvent(new CustomEvent('error', { detail: { what, message } })),
    })
    const [{ detail }] = (await first) as [CustomEvent<object>]
    await server.stop()

    expect(JSON.stringify(detail)).toMatch(/teams: does not work/)
    expect(JSON.stringify(detail)).toMatch(/AADSTS7000222.*"next":".*expired/)
  })
})
