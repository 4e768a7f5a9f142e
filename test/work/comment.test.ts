/** What people say about a request stands on its card. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { parse } from '../../src/core/grammar/parse'
import { openStore, type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { comment } from '../../src/work/commands/comment'
import type { Context } from '../../src/work/context/context'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { APPROVER, asked, assign, botOver, CHANNEL, decided, fleetOf, stored } from './operations/bot'

let dir: string
let store: Store
let context: Context
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  context = botOver(store.db, fleetOf(clock), clock)
  await asked(context, assign('hv01/gpu0', 'train-01'))
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const caller = { account: APPROVER, name: 'Jonas', channel: CHANNEL, back: CHANNEL }
const says = (text: string, requestId = 'R-1') =>
  store.db.transaction().execute(comment(context, { requestId, text }, caller))
const card = async () =>
  JSON.stringify((await duePosts(store.db, context.clock.now(), { limit: 9 })).posts[0]?.notice)

it('a comment is on the card of its request, by whom and when, the last three of them, and decides nothing', async () => {
  for (const each of ['one', 'two', 'three', 'four']) await says(each)

  const shown = await card()
  expect(shown).toContain(`[{"person":"${APPROVER}"},", ",{"time":${context.clock.now()}},": four"]`)
  expect(['one', 'two', 'three'].map((each) => shown.includes(`": ${each}"`))).toEqual([false, true, true])
  expect(await stored(store.db, 'R-1')).toMatchObject({ state: 'pending', version: 1 })
})

it('it stays there when the request goes on', async () => {
  await says('mind the other job')
  await decided(context, 'R-1')

  expect(await card()).toContain('": mind the other job"')
})

it('of a request that there never was, nothing can be said', async () => {
  expect((await says('hello', 'R-9'))?.summary).toContain('no request R-9')
})

it.each([
  ["comment R-1 that's mine, because I asked first", "that's mine, because I asked first"],
  ['comment 1 "quoted as a whole"', 'quoted as a whole'],
  ['COMMENT r-1   --free is no flag here', '--free is no flag here'],
])('all that follows the request is the comment: %s', (text, reason) => {
  expect(parse(text)).toEqual({ ok: true, value: { kind: 'comment', requestId: 'R-1', reason } })
})

it('a comment without words is asked for', () => {
  expect(parse('comment R-1')).toMatchObject({
    ok: false,
    refusals: [{ code: 'syntax', reason: 'nothing stands behind `R-1` at character 9' }],
  })
})
