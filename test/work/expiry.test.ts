import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { decide } from '../../src/work/commands/decide'
import type { Parts } from '../../src/work/context/parts'
import { expire } from '../../src/work/loops/watch'
import { APPROVER, asked, assign, decided, stored, openBot, type OpenBot } from './operations/bot'

let bot: OpenBot
let store: Store
let parts: Parts
beforeEach(async () => {
  bot = await openBot()
  ;({ store, parts } = bot)
})
afterEach(() => bot.close())

const cardOf = async (id: string) =>
  (await duePosts(store.db, parts.clock.now(), { limit: 10 })).posts.find((each) => each.requestId === id)
    ?.notice

it('a request that nobody decides in time expires, and all that its card offers is to ask again', async () => {
  const { id } = await asked(parts, assign('hv01/gpu0', 'train-01'))

  await parts.clock.sleep(parts.limits.requestExpiresMs - 1)
  await expire(parts)
  const before = (await stored(store.db, id)).state
  await parts.clock.sleep(1)
  await expire(parts)

  expect([before, (await stored(store.db, id)).state]).toEqual(['pending', 'expired'])
  const card = await cardOf(id)
  expect(card?.summary).toContain('expired without a decision')
  const offered = card?.parts.flatMap((part) => (part.kind === 'buttons' ? part.buttons : []))
  expect(offered?.map(({ label }) => label)).toEqual(['Ask again'])
})

it('a press that comes too late is refused even before the request was swept', async () => {
  const { id } = await asked(parts, assign('hv01/gpu0', 'train-01'))
  await parts.clock.sleep(parts.limits.requestExpiresMs)

  const late = { verdict: 'approve', requestId: id, by: APPROVER, reason: undefined } as const
  const answer = await store.db.transaction().execute(decide(parts, late))

  expect(answer?.summary).toContain('has expired')
  expect((await stored(store.db, id)).state).toBe('pending')
})

it('an approved request does not expire, and an expired one frees its GPU and VM for the next', async () => {
  const first = await asked(parts, assign('hv01/gpu0', 'train-01'))
  await parts.clock.sleep(parts.limits.requestExpiresMs)
  await expire(parts)
  const second = await asked(parts, assign('hv01/gpu0', 'train-01'))
  await decided(parts, second.id)

  await parts.clock.sleep(parts.limits.requestExpiresMs)
  await expire(parts)

  expect([(await stored(store.db, first.id)).state, (await stored(store.db, second.id)).state]).toEqual([
    'expired',
    'approved',
  ])
})
