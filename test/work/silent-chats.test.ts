/** A chat that does not take posts: administrators are told where they can read it. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { Address } from '../../src/core/ports/address'
import { post } from '../../src/store/outbox'
import type { Context } from '../../src/work/context/context'
import { heedChats } from '../../src/work/sweeps/silent-chats'
import { aNotice } from '../store/rows'
import { openBot, type OpenBot } from './operations/bot'

const SLACK: Address = { kind: 'channel', chat: 'slack', channel: 'C1' }
const TEAMS: Address = {
  ...{ kind: 'channel', chat: 'teams' },
  ...{ serviceUrl: 'https://smba.example/', conversation: '19:a@thread.tacv2' },
} as const

let bot: OpenBot
let context: Context
beforeEach(async () => {
  bot = await openBot()
  context = { ...bot.context, requestsChannels: [SLACK, TEAMS] }
})
afterEach(() => bot.close())

const outbox = () => bot.store.db.selectFrom('outbox').select(['address', 'notice']).execute()
/** What was posted by the bot itself, with the chat in which. */
const told = async (): Promise<[string, string][]> =>
  (await outbox()).flatMap(({ address, notice }): [string, string][] => {
    const { summary } = JSON.parse(notice) as { summary: string }
    return summary === 'waits' ? [] : [[(JSON.parse(address) as Address).chat, summary]]
  })
const triedInVain = async (to: Address, tries = 4): Promise<void> => {
  await bot.store.db.transaction().execute((tx) => post(tx, to, aNotice('waits'), { at: 0 }))
  await bot.store.db.updateTable('outbox').set({ tries }).execute()
}
const heedFor = async (ms: number): Promise<void> => {
  for (let passed = 0; passed <= ms; passed += 5_000) {
    await heedChats(context)
    await bot.clock.sleep(5_000)
  }
}

it('is told in the other chat once it has lasted, and once', async () => {
  await triedInVain(SLACK)
  await heedFor(10_000)
  expect(await told()).toEqual([])

  await heedFor(600_000)
  expect(await told()).toEqual([['teams', 'Slack takes no posts']])
})

it('is told in both once it takes them again, with how long that was', async () => {
  await triedInVain(TEAMS)
  await heedFor(3_600_000)
  await bot.store.db
    .updateTable('outbox')
    .set((row) => ({ shown: row.ref('wanted'), tries: 0 }))
    .execute()
  await heedFor(60_000)

  expect(await told()).toEqual([
    ['slack', 'Teams takes no posts'],
    ['slack', 'Teams takes posts again'],
    ['teams', 'Teams takes posts again'],
  ])
  expect(JSON.stringify((await outbox()).at(-1))).toContain('after 1 h')
})

it('is no news of a chat that is only busy', async () => {
  await triedInVain(SLACK, 3)
  await heedFor(600_000)

  expect(await told()).toEqual([])
})

it('is told in no place where there is none', async () => {
  context = { ...context, requestsChannels: [] }
  await triedInVain(SLACK)
  await heedFor(600_000)

  expect(await told()).toEqual([])
})
