import { expect, it } from '@jest/globals'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '../src/app'
import { readConfig } from '../src/config'
import { aScript, withScripts } from './fakes/script'
import { useTempDirs } from './fakes/temp'

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
