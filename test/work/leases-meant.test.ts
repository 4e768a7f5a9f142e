/** `done` and `extend` of a GPU, or of nothing: which lease is meant, and whose. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import { fixedPolicy } from '../../src/policy-source'
import { findLease } from '../../src/store/leases'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { aPolicy, JONAS, MAYA, PRIYA, slack, teams } from '../core/policy/team'
import { CHANNEL, openBot, readHosts, stored, typed, type OpenBot } from './operations/bot'

const HOUR = 3_600_000
const RULES = [{ name: 'all', ask: ['research', 'platform'], approve: { by: ['platform'] } }]

let bot: OpenBot
let context: Context
beforeEach(async () => {
  bot = await openBot()
  context = { ...bot.context, policy: fixedPolicy(aPolicy({ rules: RULES })) }
  await readHosts(context)
})
afterEach(() => bot.close())

const says = (text: string, account = slack(MAYA)): Promise<Notice | null> =>
  typed(context, text, { account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately: CHANNEL })
const answered = async (text: string, account?: string): Promise<string> =>
  JSON.stringify((await says(text, account))?.parts ?? null)
/** Assigned, approved and carried out. */
const lent = async (id: string, text: string, account = slack(MAYA)): Promise<void> => {
  expect(await says(text, account)).toBeNull()
  const by = account === slack(JONAS) ? slack(PRIYA) : slack(JONAS)
  const decision = { verdict: 'approve', requestId: id, by, reason: undefined } as const
  await bot.store.db.transaction().execute(decide(context, decision))
  await runRequest(context, await stored(bot.store.db, id), new AbortController().signal)
}
const stateOf = async (id: string) => (await findLease(bot.store.db, id))?.state
const endOf = async (id: string): Promise<number> => (await findLease(bot.store.db, id))?.endsAt ?? 0

describe('done', () => {
  it.each(['done hv01/gpu0 --shutdown', 'done --shutdown', 'done HV01/GPU0. -- shutdown'])(
    '`%s` gives back what is lent, where it is the only one',
    async (text) => {
      await lent('R-1', 'assign hv01/gpu0 to train-01')

      expect(await says(text)).toBeNull()

      expect(await stateOf('R-1')).toBe('releasing')
    },
  )

  it('means the lease of the same person, in whichever chat it was asked for', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01')

    await says('done hv01/gpu0 --shutdown', teams(MAYA))

    expect(await stateOf('R-1')).toBe('releasing')
  })

  it('of nothing, with several, ends none and names each as it can be typed', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01')
    await lent('R-2', 'assign hv01/gpu1 to train-01 --shutdown')

    const answer = await answered('done --shutdown because lunch')

    expect(answer).toMatch(/2 leases are yours.*done R-1 --shutdown.*hv01\/gpu0 in train-01/)
    expect(answer).toMatch(/done R-2 --shutdown.*hv01\/gpu1 in train-01/)
    expect(await Promise.all(['R-1', 'R-2'].map(stateOf))).toEqual(['held', 'held'])
  })

  it('said twice does not mean the next one', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01')
    await lent('R-2', 'assign hv01/gpu1 to train-01 --shutdown')
    await says('done R-1 --shutdown')

    const answer = await answered('done --shutdown')

    expect(answer).toMatch(/hv01\/gpu0 in train-01 is being given back.*done R-2 --shutdown/)
    expect(await stateOf('R-2')).toBe('held')
  })

  it('of a GPU never means the lease of somebody else', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01')

    for (const account of [slack(JONAS), slack(PRIYA)]) {
      expect(await answered('done hv01/gpu0 --shutdown', account)).toMatch(
        /[Yy]ou do not hold hv01\/gpu0.*show hv01\/gpu0/,
      )
      expect(await answered('done --shutdown', account)).toMatch(/You hold no GPU.*list/)
    }
    expect(await stateOf('R-1')).toBe('held')
  })

  it('of a GPU that is not there suggests one that is', async () => {
    expect(await answered('done hv01/gpu9')).toMatch(/there is no GPU .*hv01\/gpu9.*hv01\/gpu/i)
  })
})

describe('extend', () => {
  it.each(['extend hv01/gpu0 by 1h', 'extend by 1h', 'extend 1 hour', 'extend R1 by 60 minutes'])(
    '`%s` keeps it for longer',
    async (text) => {
      await lent('R-1', 'assign hv01/gpu0 to train-01 for 8h')
      const before = await endOf('R-1')

      await says(text)

      expect(await endOf('R-1')).toBe(before + HOUR)
    },
  )

  it('of a GPU is for its holder, and for administrators, as it is by its id', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01 for 8h')
    const before = await endOf('R-1')

    expect(await answered('extend hv01/gpu0 by 1h', slack(JONAS))).toMatch(/ou do not hold hv01\/gpu0/)
    expect(await endOf('R-1')).toBe(before)
    await says('extend hv01/gpu0 by 1h', slack(PRIYA))

    expect(await endOf('R-1')).toBe(before + HOUR)
  })

  it('of nothing means nobody else, whoever says it', async () => {
    await lent('R-1', 'assign hv01/gpu0 to train-01 for 8h')

    expect(await answered('extend by 1h', slack(PRIYA))).toMatch(/You hold no GPU/)
  })
})
