import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { expire } from '../../src/work/loops/watch'
import { APPROVER, asked, assign, decided, stored, openBot, type OpenBot } from './operations/bot'

let bot: OpenBot
let store: Store
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, context } = bot)
})
afterEach(() => bot.close())

const cardOf = async (id: string) =>
  (await duePosts(store.db, context.clock.now(), { limit: 10 })).posts.find((each) => each.requestId === id)
    ?.notice

it('a request that nobody decides in time expires, and all that its card offers is to ask again', async () => {
  const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))

  await context.clock.sleep(context.limits.requestExpiresMs - 1)
  await expire(context)
  const before = (await stored(store.db, id)).state
  await context.clock.sleep(1)
  await expire(context)

  expect([before, (await stored(store.db, id)).state]).toEqual(['pending', 'expired'])
  const card = await cardOf(id)
  expect(card?.summary).toContain('expired without a decision')
  const offered = card?.parts.flatMap((part) => (part.kind === 'buttons' ? part.buttons : []))
  expect(offered?.map(({ label }) => label)).toEqual(['Ask again'])
})

it('a press that comes too late is refused even before the request was swept', async () => {
  const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
  await context.clock.sleep(context.limits.requestExpiresMs)

  const late = { verdict: 'approve', requestId: id, by: APPROVER, reason: undefined } as const
  const answer = await store.db.transaction().execute(decide(context, late))

  expect(answer?.summary).toContain('has expired')
  expect((await stored(store.db, id)).state).toBe('pending')
})

it('an approved request does not expire, and an expired one frees its GPU and VM for the next', async () => {
  const first = await asked(context, assign('hv01/gpu0', 'train-01'))
  await context.clock.sleep(context.limits.requestExpiresMs)
  await expire(context)
  const second = await asked(context, assign('hv01/gpu0', 'train-01'))
  await decided(context, second.id)

  await context.clock.sleep(context.limits.requestExpiresMs)
  await expire(context)

  expect([(await stored(store.db, first.id)).state, (await stored(store.db, second.id)).state]).toEqual([
    'expired',
    'approved',
  ])
})
