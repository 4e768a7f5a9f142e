import { expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/store/database'
import { rememberedIdentity, rememberIdentity } from '../../src/store/identities'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
const TOKEN = 'xoxb-a-token-that-is-secret'
const BOT = { teamId: 'T1', botId: 'B1', botUserId: 'UBOT', teamName: 'Acme' }

test('who the bot is by a token is known after a restart, and the newest word holds', async () => {
  const dir = tempDir()
  const first = await openStore(dir)
  await rememberIdentity(first.db, TOKEN, BOT)
  await rememberIdentity(first.db, TOKEN, { ...BOT, teamName: 'Acme Corp' })
  await first.close()

  const again = await openStore(dir)
  const known = await rememberedIdentity(again.db, TOKEN)
  const other = await rememberedIdentity(again.db, 'xoxb-another')
  await again.close()

  expect(known).toEqual({ ...BOT, teamName: 'Acme Corp' })
  expect(other).toBeNull()
})

test('the token itself is in no file', async () => {
  const dir = tempDir()
  const store = await openStore(dir)
  await rememberIdentity(store.db, TOKEN, BOT)

  const written = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'latin1'))
  await store.close()

  expect(written.join()).toContain('UBOT')
  expect(written.join()).not.toContain(TOKEN)
})
