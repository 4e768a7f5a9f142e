/** One press to ask again for what came to nothing. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PlanCommand } from '../../src/core/command/command'
import type { Notice } from '../../src/core/notice/notice'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { askAgain } from '../../src/work/commands/again'
import { ask } from '../../src/work/commands/ask'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { refreshHost } from '../../src/work/readings/reading'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../core/policy/team'
import { assign, botOver, CHANNEL, fleetOf, stored } from './operations/bot'

const rules = [{ name: 'all', ask: ['research', 'oncall'], approve: { by: ['platform'] } }]

let dir: string
let store: Store
let context: Context
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  context = { ...botOver(store.db, fleetOf(clock), clock), policy: fixedPolicy(aPolicy({ rules })) }
  for (const host of context.hosts.values()) await refreshHost(context, host)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const callerOf = (account: string) => ({ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL })
const says = async (account: string, command: PlanCommand): Promise<Notice | null> =>
  store.db.transaction().execute(await ask(context, command, callerOf(account)))
const again = async (account: string, id: string): Promise<Notice | null> =>
  store.db.transaction().execute(await askAgain(context, id, callerOf(account)))
const decides = (verdict: 'approve' | 'deny' | 'cancel', by: string) =>
  store.db.transaction().execute(decide(context, { verdict, requestId: 'R-1', by, reason: undefined }))
const TRAINING = { ...assign('hv01/gpu0', 'train-01'), reason: 'run 7' }

describe('a request that came to nothing', () => {
  it('is asked again with its words, as a new request of whoever presses', async () => {
    await says(slack(MAYA), TRAINING)
    await decides('deny', slack(JONAS))

    expect(await again(slack(PRIYA), 'R-1')).toBeNull()
    expect(await stored(store.db, 'R-2')).toMatchObject({
      state: 'pending',
      command: TRAINING,
      asked: { person: 'priya', reason: 'run 7' },
    })
  })

  it('shows a button for it, which a request that is open or done does not', async () => {
    const buttons = async () => {
      const { posts } = await duePosts(store.db, context.clock.now(), { limit: 20 })
      return JSON.stringify(posts.find(({ requestId }) => requestId === 'R-1')?.notice)
    }
    await says(slack(MAYA), TRAINING)
    expect(await buttons()).not.toContain('again R-1')
    await decides('cancel', slack(MAYA))

    expect(await buttons()).toContain('{"kind":"say","text":"again R-1"}')
  })

  it('that was void is planned on the facts of now', async () => {
    await says(slack(MAYA), TRAINING)
    await decides('approve', slack(JONAS))
    context = { ...context, policy: fixedPolicy(aPolicy({ rules: [{ ...rules[0], name: 'other' }] })) }
    await runRequest(context, await stored(store.db, 'R-1'), new AbortController().signal)
    expect((await stored(store.db, 'R-1')).state).toBe('void')

    await again(slack(MAYA), 'R-1')
    expect(await stored(store.db, 'R-2')).toMatchObject({ state: 'pending', needs: [{ rule: 'other' }] })
  })

  it('is judged by the policy of now: who may not ask for it may not ask for it again', async () => {
    await says(slack(MAYA), TRAINING)
    await decides('deny', slack(JONAS))

    expect((await again(slack(JONAS), 'R-1'))?.tone).toBe('bad')
  })

  it('breaks no glass a second time', async () => {
    await says(slack(PRIYA), { ...TRAINING, breakGlass: true })
    await decides('cancel', slack(PRIYA))
    await again(slack(PRIYA), 'R-1')

    expect((await stored(store.db, 'R-2')).state).toBe('pending')
  })
})

it.each([
  ['that is open', 'R-1', /waiting for an approver, so there is nothing to ask again/],
  ['that there never was', 'R-9', /no request R-9/],
])('a request %s cannot be asked again', async (_, id, why) => {
  await says(slack(MAYA), TRAINING)

  expect((await again(slack(MAYA), id))?.summary).toMatch(why)
})
