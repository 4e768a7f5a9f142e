/** The program loads the SDKs of chats, Entra and PowerShell where they are used, and nowhere else. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const run = promisify(execFile)
const PROGRAM = join(__dirname, '..', 'dist', 'main.js')

/** Says at the end which packages were loaded. */
const HOOK = `
process.on('exit', () => {
  const loaded = Object.keys(require.cache).flatMap((path) => /.*node_modules.((@[^/\\\\]+.)?[^/\\\\]+)/.exec(path)?.[1] ?? [])
  console.error('LOADED ' + JSON.stringify([...new Set(loaded)]))
})`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-chatops-loading-'))
  writeFileSync(join(folder, 'hook.cjs'), HOOK)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const loadedBy = async (...args: string[]): Promise<string[]> => {
  const env = { PATH: process.env['PATH'] }
  const { stderr } = await run(process.execPath, ['-r', join(folder, 'hook.cjs'), PROGRAM, ...args], { env })
  return JSON.parse(/^LOADED (.*)$/m.exec(stderr)?.[1] ?? 'null') as string[]
}

const SDK = /^(@slack.bolt|@slack.web-api|botbuilder|botframework-.*|@azure.*|node-powershell)$/

test('help loads no package', async () => {
  expect(await loadedBy('help')).toEqual([])
})

test.each([['doctor'], ['policy', 'schema']])('%s loads what it reads with, and no SDK', async (...args) => {
  const loaded = await loadedBy(...args)

  expect(loaded).toContain('zod')
  expect(loaded.filter((name) => SDK.test(name))).toEqual([])
})
