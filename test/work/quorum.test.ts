/** Who decides together, what goes on without them, and that it still holds when it begins. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PlanCommand } from '../../src/core/command/command'
import type { Policy } from '../../src/core/policy/policy'
import type { Notice } from '../../src/core/notice/notice'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { requestsIn, VersionMoved } from '../../src/store/requests'
import { ask } from '../../src/work/commands/ask'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { respond } from '../../src/work/commands/respond'
import { runRequest } from '../../src/work/operation/run'
import { refreshHost } from '../../src/work/readings/reading'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { JONAS, MAYA, PRIYA, TEAM, aPolicy, slack, teams } from '../core/policy/team'
import { assign, botOver, CHANNEL, fleetOf, release, stored } from './operations/bot'

const CHANGES = { kind: 'channel', chat: 'slack', channel: 'C2' } as const
const two = { name: 'two', ask: ['research'], approve: { by: ['platform'], count: 2 } }
const own = { name: 'own', commands: ['release'], own: true, ask: ['research'], approve: 'automatic' }

let dir: string
let store: Store
let context: Context
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  context = {
    ...botOver(store.db, fleetOf(clock), clock),
    policy: fixedPolicy(aPolicy({ rules: [own, two] })),
    changesChannel: CHANGES,
  }
  for (const host of context.hosts.values()) await refreshHost(context, host)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const says = async (account: string, command: PlanCommand): Promise<Notice | null> => {
  const caller = { account, name: 'Somebody', channel: CHANNEL, back: CHANNEL }
  return store.db.transaction().execute(await ask(context, command, caller))
}
const decides = async (by: string, verdict: 'approve' | 'deny', version?: number): Promise<Notice | null> => {
  const decision = { verdict, requestId: 'R-1', by, reason: undefined, ...(version ? { version } : {}) }
  try {
    return await store.db.transaction().execute(decide(context, decision))
  } catch (error) {
    if (error instanceof VersionMoved) return decides(by, verdict, version)
    throw error
  }
}
const runs = async (id: string) => {
  await runRequest(context, await stored(store.db, id), new AbortController().signal)
  return stored(store.db, id)
}
const posts = async () => (await duePosts(store.db, context.clock.now(), { limit: 20 })).posts
const under = (policy: Policy): void => {
  context = { ...context, policy: fixedPolicy(policy) }
}
const why = async (what: string, account = slack(MAYA)): Promise<string> => {
  const caller = { account, name: 'Somebody', channel: CHANNEL, back: CHANNEL }
  const effect = await respond(context, { kind: 'why', what }, caller)
  return JSON.stringify(await store.db.transaction().execute(effect))
}

describe('a request that two people must approve', () => {
  beforeEach(async () => {
    await says(teams(MAYA), assign('hv01/gpu0', 'train-01'))
  })

  it('waits after the first, says so on its card, and is approved by the second', async () => {
    const answer = await decides(slack(JONAS), 'approve')
    const waiting = await stored(store.db, 'R-1')
    const card = JSON.stringify((await posts()).find(({ requestId }) => requestId === 'R-1')?.notice)
    await decides(teams(PRIYA), 'approve', 1)

    expect(waiting.state).toBe('pending')
    expect(answer?.summary).toBe('R-1: waiting for approvers: 1 of 2.')
    expect(card).toContain('waiting for approvers: 1 of 2')
    expect(card).toContain(
      `{"strong":"1 of 2"}," from platform (rule two)",": ",{"person":"${slack(JONAS)}"}`,
    )
    expect(await stored(store.db, 'R-1')).toMatchObject({
      state: 'approved',
      authority: { kind: 'quorum' },
      approvals: [{ person: 'jonas' }, { person: 'priya' }],
    })
  })

  it('is not approved by one person on two chats, and says how it stands', async () => {
    await decides(slack(PRIYA), 'approve')
    const answer = await decides(teams(PRIYA), 'approve', 1)

    expect(answer?.summary).toContain('each person counts once')
    expect(await stored(store.db, 'R-1')).toMatchObject({
      state: 'pending',
      approvals: [{ person: 'priya' }],
    })
    expect(await why('R-1')).toContain('1 of 2')
  })

  it('is ended by the deny of any approver, also of one who had approved', async () => {
    await decides(slack(PRIYA), 'approve')
    await decides(teams(PRIYA), 'deny')

    expect(await stored(store.db, 'R-1')).toMatchObject({ state: 'denied', denial: { by: teams(PRIYA) } })
    expect(await store.db.selectFrom('decisions').select(['person', 'verdict']).execute()).toEqual([
      { person: 'priya', verdict: 'deny' },
    ])
  })

  it('runs on its quorum, and history says so', async () => {
    await decides(slack(JONAS), 'approve')
    await decides(slack(PRIYA), 'approve')
    const caller = { account: slack(MAYA), name: 'Maya', channel: CHANNEL, back: CHANNEL }

    expect((await runs('R-1')).state).toBe('succeeded')
    const past = await respond(context, { kind: 'history', page: 1 }, caller)
    expect(JSON.stringify(await store.db.transaction().execute(past))).toContain(
      'on the approval of 2 people',
    )
  })

  it('is void when one of them has lost the role before it begins, and says that', async () => {
    await decides(slack(JONAS), 'approve')
    await decides(slack(PRIYA), 'approve')
    under(aPolicy({ rules: [own, two], roles: { ...TEAM.roles, platform: ['priya', 'maya'] } }))

    const request = await runs('R-1')

    expect(request.state).toBe('void')
    expect('changes' in request && request.changes).toEqual([
      'The rule two wants 2 of platform; of the approvals, 1 counts now.',
    ])
  })
})

it('a crowd that presses at once, from all its accounts and buttons, decides once, each person counting once', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
  const crowd = names.map((name, index) => ({
    name,
    slack: `U0P${index}`,
    teams: `bbbbbbbb-0000-0000-0000-${String(index).padStart(12, '0')}`,
  }))
  under(
    aPolicy({
      people: {
        ...TEAM.people,
        ...Object.fromEntries(crowd.map(({ name, ...accounts }) => [name, accounts])),
      },
      roles: { ...TEAM.roles, platform: ['maya', ...names] },
      rules: [{ ...two, approve: { by: ['platform'], count: 7 } }],
    }),
  )
  await says(slack(MAYA), assign('hv01/gpu0', 'train-01'))
  const accounts = [MAYA, ...crowd].flatMap((each) => [slack(each), teams(each), slack(each)])

  const answers = await Promise.all(accounts.map((by) => decides(by, 'approve', 1)))

  const request = await stored(store.db, 'R-1')
  expect(request).toMatchObject({ state: 'approved', version: 8, authority: { kind: 'quorum' } })
  expect(new Set(request.approvals.map(({ person }) => person)).size).toBe(7)
  expect(request.approvals).toHaveLength(7)
  expect(request.approvals.some(({ person }) => person === 'maya')).toBe(false)
  expect(answers.filter((answer) => answer === null)).toHaveLength(7)
  expect(await store.db.selectFrom('decisions').selectAll().execute()).toHaveLength(7)
})

describe('what needs no approver', () => {
  it('is the release of what the same person asked for on the other chat, and of nothing else', async () => {
    await says(slack(MAYA), assign('hv01/gpu0', 'train-01'))
    for (const each of [JONAS, PRIYA]) await decides(slack(each), 'approve')
    await runs('R-1')

    await says(teams(MAYA), release('hv01/gpu0', { shutdown: true }))
    const [request] = await requestsIn(store.db, ['approved'])

    expect(request).toMatchObject({
      id: 'R-2',
      approvals: [],
      authority: { kind: 'automatic', rules: ['own'] },
    })
    expect((await runs('R-2')).state).toBe('succeeded')
    await says(slack(MAYA), release('hv01/gpu2', { shutdown: true }))
    expect(await requestsIn(store.db, ['pending'])).toMatchObject([{ id: 'R-3', needs: [{ rule: 'two' }] }])
  })
})

describe('broken glass', () => {
  const rules = [{ ...two, ask: ['research', 'oncall'] }]
  const urgent = { ...assign('hv01/gpu0', 'train-01'), breakGlass: true }
  beforeEach(() => under(aPolicy({ rules })))

  it('goes on at once, is the one authority, and is announced where changes are', async () => {
    await says(slack(PRIYA), { ...urgent, reason: 'the cluster is down' })
    const announced = (await posts()).filter(
      ({ to }) => to.kind === 'channel' && to.chat === 'slack' && to.channel === 'C2',
    )

    expect(await stored(store.db, 'R-1')).toMatchObject({
      state: 'approved',
      approvals: [],
      authority: { kind: 'break-glass', by: slack(PRIYA), reason: 'the cluster is down' },
    })
    expect(announced.map(({ notice }) => notice.summary)).toEqual([
      'Broken glass: R-1 Assign hv01/gpu0 to train-01 goes on without approval',
    ])
    expect((await runs('R-1')).state).toBe('succeeded')
  })

  it.each([
    ['of someone else', slack(MAYA), { reason: 'now' }, 'does not let you break the glass'],
    ['without a reason', slack(PRIYA), {}, 'needs a reason'],
  ] as const)('%s is refused', async (_, by, more, words) => {
    const answer = await says(by, { ...urgent, ...more })

    expect(answer?.summary).toContain(words)
    expect(await requestsIn(store.db, ['pending', 'approved'])).toEqual([])
  })

  it('waives no rule: who may not ask may not break the glass either', async () => {
    under(aPolicy({ rules: [two] }))

    const answer = await says(slack(PRIYA), { ...urgent, reason: 'now' })

    expect(answer?.summary).toContain('lets only research ask')
  })
})

describe('why', () => {
  it('judges a command without asking for anything', async () => {
    const answer = await why('assign hv01/gpu0 to train-01')

    expect(answer).toContain('The policy says: 2 of platform must approve')
    expect(answer).toContain('"strong":"two"')
    expect(await requestsIn(store.db, ['pending'])).toEqual([])
  })

  it('says why it would be refused', async () => {
    expect(await why('release hv01/gpu0', slack(JONAS))).toContain('the policy does not let you release')
  })
})
