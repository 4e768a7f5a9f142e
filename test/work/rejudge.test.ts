/** A policy that is read again voids what it judges otherwise, at once, and nothing else. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findRequest } from '../../src/store/requests'
import type { Request } from '../../src/core/request/request'
import { sweepLeases } from '../../src/work/sweeps/leases'
import { policyRead } from '../../src/work/changes/request/rejudge'
import { PRIYA } from '../core/policy/team'
import { jonas, LINE, linePolicy, maya, mayaInTeams, priya, startLine, type Line } from './line'

const ASK = ['vision', 'speech']
const ONE = { name: 'one', classes: ['big'], ask: ASK, approve: { by: ['platform'] } }
const REST = { name: 'rest', ask: ASK, approve: { by: ['platform', 'oncall'], count: 2 } }
const BEFORE = { rules: [ONE, REST] }
const HOUR = 3_600_000

let line: Line
beforeEach(async () => {
  line = await startLine(linePolicy(BEFORE))
})
afterEach(() => line.end())

const stored = async (id: string): Promise<Request> => (await findRequest(line.db, id))!
const reloads = async (changes: object): Promise<string> => {
  line.fileSays(linePolicy({ ...BEFORE, ...changes }))
  const answer = await line.says(priya, 'reload')
  return answer || (await line.posted()).filter((each) => each.startsWith('The policy was')).at(-1)!
}
const card = async (id: string): Promise<string> => await line.cardOf(id)

describe.each([
  ['Slack', maya],
  ['Teams', mayaInTeams],
])('a reload, for what somebody asked for in %s', (_, account) => {
  beforeEach(async () => {
    await line.says(account, 'assign hv01/gpu0 to train-01 for 8h')
  })

  it.each<[string, object]>([
    ['a rule that does not fit it', { rules: [{ ...REST, name: 'other', hosts: ['hv09'] }, ONE, REST] }],
    ['a rule below its own', { rules: [ONE, { ...REST, approve: 'automatic' }] }],
    ['the order of approvers', { rules: [{ ...ONE, approve: { by: ['platform'], count: 1 } }, REST] }],
    ['a class that is not its own', { classes: { ...LINE.classes, small: ['*T4*'] } }],
    ['a person more', { people: { ...LINE.people, nils: { slack: 'U0NILS' } } }],
    ['who is in a role', { roles: { ...LINE.roles, platform: ['jonas', 'priya'] } }],
    ['a team', { people: { ...LINE.people, priya: { ...PRIYA, team: 'vision' } } }],
    ['quotas', { leases: { person: { gpus: 2 } } }],
    ['who administers', { administer: ['oncall', 'platform'] }],
    ['quiet hours', { quietHours: [{ name: 'q', from: '22:00', until: '23:00' }] }],
  ])('leaves it as it is where that changes %s, and its buttons work', async (_what, changes) => {
    const before = await stored('R-1')

    expect(await reloads(changes)).not.toContain('R-1')

    expect(await stored('R-1')).toEqual(before)
    expect(await line.pressesCard(jonas, 'R-1', 'Approve')).toBe('')
    await line.goesOn()
    expect((await stored('R-1')).state).toBe('succeeded')
  })

  it.each<[string, object, string]>([
    [
      'another rule',
      { rules: [{ ...ONE, name: 'first' }, ONE, REST] },
      'The rule that decides was one and is now first.',
    ],
    [
      'other approvers',
      { rules: [{ ...ONE, approve: { by: ['platform', 'oncall'], count: 2 } }, REST] },
      'The approval by the rule one was one of platform and is now 2 of oncall or platform.',
    ],
    [
      'no approver',
      { rules: [{ ...ONE, approve: 'automatic' }, REST] },
      'The approval by the rule one was one of platform and is now automatic.',
    ],
    [
      'another bound',
      { rules: [{ ...ONE, longest: '12h' }, REST] },
      'The longest loan by the rule one was without a bound and is now 12h.',
    ],
    [
      'a bound that it is beyond',
      { rules: [{ ...ONE, longest: '2h' }, REST] },
      'The rule that decides was one and is now rest.',
    ],
    ['another cap', { leases: { longest: '2d' } }, 'The longest lease was without a bound and is now 2d.'],
    ['another class', { classes: { big: ['*H100*'] } }, 'The rule that decides was one and is now rest.'],
    [
      'other askers',
      { rules: [{ ...ONE, ask: ['speech'] }, REST] },
      'Not allowed any more: the rule `one` of the policy lets only speech ask for assign with hv01/gpu0 and train-01.',
    ],
    [
      'no rule',
      { rules: [] },
      'Not allowed any more: no rule of the policy fits assign with hv01/gpu0 and train-01.',
    ],
  ])('voids it at once where there is %s for it, and says which', async (_what, changes, why) => {
    expect(await reloads(changes)).toContain('It judges R-1 otherwise: void')

    expect(await stored('R-1')).toMatchObject({ state: 'void', rejudged: true, changes: [why] })
    const shown = await card('R-1')
    expect(shown).toContain('void: the policy changed before it was decided; nothing was done')
    expect(shown).toContain(why)
    expect(shown).toContain('Ask again: the policy of now decides.')
    expect(shown).toContain('[Ask again]')
    expect(shown).not.toContain('Approve')
  })

  it('lets what it voided be asked for anew, under the policy of now', async () => {
    await reloads({ rules: [{ ...ONE, longest: '12h' }, REST] })

    expect(await line.says(account, 'again R-1')).toBe('')
    expect(await line.newest()).toMatchObject({ id: 'R-2', state: 'pending', needs: [{ rule: 'one' }] })
  })

  it('names those who had approved on the card of what it voids', async () => {
    await reloads({ rules: [REST] })
    await line.says(account, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-2')
    await reloads({})

    const shown = await card('R-2')
    expect(shown).toContain('The rule that decides was rest and is now one.')
    expect((await stored('R-2')).approvals).toMatchObject([{ person: 'jonas' }])
  })

  it('voids what is approved and waits, and gives its GPU to others', async () => {
    await line.says(jonas, 'approve R-1')
    await reloads({ rules: [REST] })
    await line.goesOn()

    expect(await card('R-1')).toContain('void: the policy changed after approval; nothing was done')
    expect(await line.says(priya, 'assign hv01/gpu0 to train-01')).toBe('')
  })

  it('leaves alone what has begun or ended', async () => {
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    const before = await stored('R-1')
    expect(before.state).toBe('succeeded')

    expect(await reloads({ rules: [] })).not.toContain('R-1')
    expect(await stored('R-1')).toEqual(before)
  })

  it('leaves what gives back a lease', async () => {
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    await line.says(account, 'done R-1 --shutdown')
    expect(await reloads({ rules: [] })).not.toContain('R-2')

    await line.goesOn()
    expect((await stored('R-2')).state).toBe('succeeded')
  })

  it('voids a request for more time as any other', async () => {
    await line.says(jonas, 'approve R-1 for 1h')
    await line.goesOn()
    await line.says(account, 'extend R-1 by 2h')
    expect(await reloads({ administer: ['oncall', 'platform'] })).not.toContain('R-2')

    expect(await reloads({ leases: { extension: '4h' } })).toContain('R-2')
  })

  it('goes by how long was asked for, whatever an approver made of it and whatever time has passed', async () => {
    const short = { ...ONE, name: 'short', longest: '2h', approve: 'automatic' }
    await reloads({ rules: [short, REST] })
    await line.says(account, 'assign hv01/gpu0 to train-01 for 8h')
    await line.says(jonas, 'approve R-2 for 1h')
    await line.passes(HOUR / 6)

    await reloads({ rules: [short, REST], administer: ['platform', 'oncall'] })

    expect(await stored('R-2')).toMatchObject({ state: 'pending', approvals: [{ person: 'jonas' }] })
  })
})

it('what the end of a lease began stays with what the policy has done at that end, and goes no further', async () => {
  const leases = (then: object) => ({ leases: { end: then } })
  await reloads(leases({ then: 'shutdown', grace: '1h' }))
  await line.says(maya, 'assign hv01/gpu0 to train-01 for 1h')
  await line.says(jonas, 'approve R-1')
  await line.goesOn()
  for (const hours of [1, 1]) {
    await line.passes(hours * HOUR)
    await sweepLeases(line.context)
  }
  expect(await stored('R-2')).toMatchObject({ state: 'approved', ends: { why: 'expired' } })
  expect(
    await reloads({ ...leases({ then: 'shutdown', grace: '1h' }), administer: ['oncall', 'platform'] }),
  ).not.toContain('R-2')

  expect(await reloads(leases({ then: 'ask-first' }))).toContain('It judges R-2 otherwise')
  expect(await stored('R-2')).toMatchObject({
    changes: ['What is done at the end of a lease was shutdown after 1h and is now ask-first.'],
  })
})

it('who has lost the role to ask finds out at the start, as ever, and not at the reload', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  await line.says(jonas, 'approve R-1')
  await reloads({ roles: { ...LINE.roles, vision: [] } })
  expect((await stored('R-1')).state).toBe('approved')

  await line.goesOn()
  expect(await stored('R-1')).toMatchObject({ state: 'void' })
})

it('an approver who presses before the reload is through approves nothing, and is told why', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  line.policyBecomes(linePolicy({ rules: [REST] }))

  expect(await line.pressesCard(jonas, 'R-1', 'Approve')).toContain('judges R-1 otherwise: it is void')
  expect(await stored('R-1')).toMatchObject({ state: 'void', rejudged: true, approvals: [] })
})

it('what was approved does not begin by a policy that judges it otherwise', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  await line.says(jonas, 'approve R-1')
  line.policyBecomes(
    linePolicy({
      rules: [
        { ...ONE, longest: '9h' },
        { ...ONE, name: 'no-end' },
      ],
    }),
  )
  await line.goesOn()

  expect(await stored('R-1')).toMatchObject({
    ...{ state: 'void', rejudged: true },
    changes: ['The rule that decides was one and is now no-end.'],
  })
})

it('a file that changed while the bot was down voids the same at the start', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  await line.says(maya, 'assign hv01/gpu1 to train-02 --shutdown')
  line.policyBecomes(linePolicy({ rules: [{ ...REST, name: 'new', gpus: ['hv01/gpu1'] }, ONE, REST] }))
  await line.restarts()
  await policyRead(line.context)

  expect([(await stored('R-1')).state, (await stored('R-2')).state]).toEqual(['pending', 'void'])
})

it('nothing is judged while the bot does not know whom its policy names', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  line.policyBecomes(linePolicy({ rules: [] }))
  const policy = { ...line.context.policy, incomplete: () => 'Slack has not answered yet' }
  await policyRead({ ...line.context, policy })

  expect((await stored('R-1')).state).toBe('pending')
})

describe('whose yes counts for those whose VM is stopped', () => {
  const HOLDERS = [{ ...ONE, name: 'zero', gpus: ['hv01/gpu0'] }, REST]
  beforeEach(async () => {
    await reloads({ rules: HOLDERS })
    await line.says(maya, 'assign hv01/gpu0 to train-02 --shutdown')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    await line.says(priya, 'assign hv01/gpu1 to train-02 --shutdown')
    expect((await stored('R-2')).touches).toMatchObject([{ person: 'maya', by: ['platform'] }])
  })

  it('is part of what is judged', async () => {
    const rules = [{ ...ONE, name: 'zero', gpus: ['hv01/gpu0'], approve: { by: ['oncall'] } }, REST]

    expect(await reloads({ rules })).toContain('R-2')
    expect(await stored('R-2')).toMatchObject({
      changes: ['Who may agree for maya in train-02 was platform and is now oncall.'],
    })
  })

  it('does not count as changed when the holder has gone meanwhile', async () => {
    await line.says(maya, 'done R-1 --shutdown')
    await line.says(priya, 'cancel R-2')
    await line.says(maya, 'done R-1 --shutdown')
    await line.goesOn()
    await line.says(priya, 'assign hv01/gpu1 to train-02 --shutdown')

    expect(await reloads({ rules: [...HOLDERS, { ...REST, name: 'last' }] })).toContain('as before')
  })
})

describe('a request of an earlier version, which kept no more than the revision of its policy', () => {
  beforeEach(async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    const { judgedOn, ...older } = await stored('R-1')
    const facts = { 'policy revision': line.context.policy.inForce().revision }
    await line.db
      .updateTable('requests')
      .set({ body: JSON.stringify({ ...older, plan: { ...older.plan, facts } }) })
      .where('id', '=', 'R-1')
      .execute()
  })

  it('stays while the file is as it was', async () => {
    await policyRead(line.context)

    expect(await line.says(jonas, 'approve R-1')).toContain('R-1')
    expect((await stored('R-1')).state).toBe('approved')
  })

  it('is void by any change of it, as it was then', async () => {
    await reloads({ administer: ['platform'] })

    expect(await stored('R-1')).toMatchObject({
      ...{ state: 'void', rejudged: true },
      changes: [expect.stringMatching(/^policy revision was \w+ and is now \w+\.$/)],
    })
  })
})

describe('a reload of a policy that names what is not there', () => {
  it('says so, and so does the digest until that is mended', async () => {
    expect(await reloads({ rules: [{ ...ONE, gpus: ['hv01/gpu7'] }, REST] })).toContain(
      'Look at this: the rule one names hv01/gpu7 under gpus, and there is none.',
    )
    expect(await line.says(priya, 'watch digest')).toContain('the rule one names hv01/gpu7 under gpus')

    expect(await reloads(BEFORE)).not.toContain('Look at this')

    expect(await line.says(priya, 'watch digest')).not.toContain('hv01/gpu7')
  })
})
