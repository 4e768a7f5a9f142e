/** Requests that nobody decides: who is told again, when, and where. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import { policyFile } from '../../src/core/policy/schema'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { duePosts, post } from '../../src/store/outbox'
import { ask } from '../../src/work/commands/ask'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { remind } from '../../src/work/sweeps/remind'
import { refreshHost } from '../../src/work/readings/reading'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { aPolicy, JONAS, MAYA, NEVER, PRIYA, slack, teams, TEAM } from '../core/policy/team'
import { assign, botOver, CHANNEL, fleetOf, stored } from './operations/bot'

const MINUTE = 60_000
const TEAMS_CHANNEL = {
  kind: 'channel',
  chat: 'teams',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  conversation: '19:gpu@thread.tacv2',
} as const
const rules = [{ name: 'two', ask: ['research'], approve: { by: ['platform'], count: 2 } }]

let dir: string
let store: Store
let context: Context
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  context = botOver(store.db, fleetOf(clock), clock)
  for (const host of context.hosts.values()) await refreshHost(context, host)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const under = (changes: object): void => {
  context = { ...context, policy: fixedPolicy(aPolicy({ rules, ...changes })) }
}
const asks = async (): Promise<void> => {
  const caller = { account: slack(MAYA), name: 'Maya', channel: CHANNEL, back: CHANNEL }
  await store.db.transaction().execute(await ask(context, assign('hv01/gpu0', 'train-01'), caller))
}
const approves = (by: string) =>
  store.db
    .transaction()
    .execute(decide(context, { verdict: 'approve', requestId: 'R-1', by, reason: undefined }))
const passes = async (minutes: number): Promise<void> => {
  await context.clock.sleep(minutes * MINUTE)
  await remind(context)
}
const posts = async () => (await duePosts(store.db, context.clock.now(), { limit: 20 })).posts
const peopleIn = ({ parts: [lead] }: Notice): string[] =>
  lead?.kind === 'call' ? lead.whom.flatMap((each) => ('person' in each ? each.person : [])) : []
const reminders = async () =>
  (await posts()).filter(({ notice }) => /^(This still|Nobody has)/.test(notice.summary))

describe('a request that nobody decides', () => {
  it('is shown again after half of its time, once, to those who can approve it and not to whoever asked', async () => {
    under({ roles: { ...TEAM.roles, platform: ['jonas', 'priya', 'maya'] } })
    await asks()

    await passes(14)
    expect(await reminders()).toEqual([])
    await passes(1)
    await passes(5)
    const [reminder, ...more] = await reminders()

    expect(more).toEqual([])
    expect(reminder?.notice.summary).toMatch(/^This still waits for you: R-1 /)
    expect(peopleIn(reminder!.notice)).toEqual([slack(JONAS), slack(PRIYA)])
  })

  it('waits no longer for whoever has approved already', async () => {
    under({ reminders: { after: '5m' } })
    await asks()
    await approves(slack(JONAS))
    await passes(5)

    expect(peopleIn((await reminders())[0]!.notice)).toEqual([slack(PRIYA)])
  })

  it('is escalated to those whom the policy names, who get no right by it', async () => {
    under({
      people: { ...TEAM.people, lena: { slack: 'U0LENA' } },
      roles: { ...TEAM.roles, leads: ['lena'] },
      reminders: { after: '5m', escalate: { after: '20m', to: ['leads'] } },
    })
    await asks()
    await passes(5)
    await passes(15)
    await passes(5)
    const told = await reminders()

    expect(told.map(({ notice }) => peopleIn(notice))).toEqual([
      ['slack:T1/U0LENA', slack(JONAS), slack(PRIYA)],
    ])
    expect(await posts()).toHaveLength(3)
    expect((await approves('slack:T1/U0LENA'))?.tone).toBe('bad')
  })

  it('is escalated alone where the bot was down when the first reminder was due', async () => {
    under({ reminders: { after: '5m', escalate: { after: '10m', to: ['platform'] } } })
    await asks()
    await passes(20)
    await passes(1)

    expect((await reminders()).map(({ notice }) => notice.summary)).toEqual([
      expect.stringMatching(/^Nobody has decided this for long: R-1 /),
    ])
  })

  it('is not spoken of any more once it is decided or expired', async () => {
    under({ rules: [{ ...rules[0], approve: { by: ['platform'] } }] })
    await asks()
    await approves(slack(JONAS))
    await passes(20)
    expect(await reminders()).toEqual([])

    expect((await stored(store.db, 'R-1')).state).toBe('approved')
  })
})

it('a reminder is a copy of the card: it can be approved there, and shows what became of it', async () => {
  under({ rules: [{ ...rules[0], approve: { by: ['platform'] } }] })
  await asks()
  await passes(15)
  const buttons = (await reminders())[0]!.notice.parts.filter(({ kind }) => kind === 'buttons')
  expect(JSON.stringify(buttons)).toContain('"verdict":"approve"')
  expect((await stored(store.db, 'R-1')).version).toBe(2)

  await approves(slack(JONAS))
  expect((await posts()).map(({ notice }) => notice.summary)).toEqual(
    Array(2).fill(expect.stringMatching(/^R-1 .*approved/)),
  )
})

it('people are called once, in the first place that knows them, by the account that they have there', async () => {
  under({
    people: { ...TEAM.people, never: NEVER },
    roles: { ...TEAM.roles, platform: ['jonas', 'priya', 'never'] },
  })
  await asks()
  const [card] = await posts()
  await store.db
    .transaction()
    .execute((tx) => post(tx, TEAMS_CHANNEL, card!.notice, { at: 0, requestId: 'R-1' }))
  await passes(15)

  expect((await reminders()).map(({ to, notice }) => [to.chat, peopleIn(notice)])).toEqual([
    ['slack', [slack(JONAS), slack(PRIYA)]],
    ['teams', [teams(NEVER)]],
  ])
})

it('a wrong length of time, and a role that nobody has, are errors of the policy', () => {
  const errorsOf = (reminders: object) =>
    policyFile
      .safeParse({ ...TEAM, reminders })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

  expect(errorsOf({ after: '2 moons' })).toEqual([
    'reminders.after: is no length of time such as 30m, 2h or 1d12h',
  ])
  expect(errorsOf({ escalate: { after: '2h', to: ['bosses'] } })).toEqual([
    'reminders.escalate.to: there is no role bosses',
  ])
})
