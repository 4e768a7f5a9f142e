/** Whatever the order of decisions, and whoever takes them from which account. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { refuseDecision } from '../../../src/core/request/permission'
import { personOf, rolesAmong } from '../../../src/core/policy/policy'
import { standOf } from '../../../src/core/policy/approval'
import { authorityOf, type Request, type RequestEvent } from '../../../src/core/request/request'
import { nextRequest } from '../../../src/core/request/transition'
import { aRequest } from '../../store/rows'
import { JONAS, MAYA, PRIYA, TEAM, aPolicy, slack, teams } from './team'

const policy = aPolicy({
  people: { ...TEAM.people, eva: { slack: 'U0EVA', teams: 'aaaaaaaa-0000-0000-0000-000000000004' } },
  roles: {
    research: ['maya', 'jonas'],
    platform: ['jonas', 'priya', 'maya'],
    leads: ['priya', 'eva'],
    oncall: [],
  },
  rules: [],
  administer: [],
  breakGlass: [],
})
const deciding = aPolicy({
  ...TEAM,
  people: { ...TEAM.people, eva: { slack: 'U0EVA', teams: 'aaaaaaaa-0000-0000-0000-000000000004' } },
  roles: {
    research: ['maya', 'jonas'],
    platform: ['jonas', 'priya', 'maya'],
    leads: ['priya', 'eva'],
    oncall: [],
  },
  rules: [{ name: 'any', ask: ['research'], approve: { by: ['platform', 'leads'] } }],
})
const EVA = { slack: 'U0EVA', teams: 'aaaaaaaa-0000-0000-0000-000000000004' }
const ACCOUNTS = [MAYA, PRIYA, EVA].flatMap((each) => [slack(each), teams(each)]).concat(slack(JONAS))

const account = fc.constantFrom(...ACCOUNTS)
const needs = fc.array(
  fc.record({
    rule: fc.constantFrom('one', 'two'),
    by: fc.subarray(['platform', 'leads'], { minLength: 1 }),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 2 },
)
type Deed = { readonly kind: RequestEvent['kind']; readonly by: string; readonly guarded: boolean }
const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(
    ...([
      'approve',
      'approve',
      'approve',
      'approve',
      'deny',
      'cancel',
      'automatic',
      'break-glass',
      'lease-end',
      'claim',
    ] as const),
  ),
  by: account,
  /** Past the policy, or straight to the machine. */
  guarded: fc.boolean(),
})

const eventOf = ({ kind, by }: Deed, at: number): RequestEvent => {
  switch (kind) {
    case 'approve':
      return {
        kind,
        by,
        at,
        person: personOf(policy, by) ?? by,
        roles: rolesAmong(policy, personOf(policy, by), ['platform', 'leads']),
      }
    case 'automatic':
      return { kind, at, rules: ['own'] }
    case 'break-glass':
      return { kind, by, at, reason: 'urgent' }
    case 'lease-end':
      return { kind, at, lease: 'R-0' }
    case 'claim':
      return { kind, at, fence: at }
    case 'deny':
    case 'cancel':
      return { kind, by, at }
    default:
      throw new Error(kind)
  }
}

const decided = (request: Request, each: Deed, at: number): Request => {
  const { kind, by } = each
  const asks = kind === 'approve' || kind === 'deny' || kind === 'cancel'
  if (asks && each.guarded && refuseDecision(deciding, request, { by, verdict: kind })) return request
  const next = nextRequest(request, eventOf(each, at))
  return next.ok ? next.value : request
}

const ends: fc.Arbitrary<Request['ends']> = fc.constantFrom(undefined, { lease: 'R-0', why: 'expired' })
const lives = fc.record({ asker: account, ends, needs, deeds: fc.array(deed, { maxLength: 25 }) })

/** Every request that a life passes through. */
const passed = ({
  asker,
  ends: ending,
  needs: wanted,
  deeds,
}: typeof lives extends fc.Arbitrary<infer T> ? T : never) => {
  const first: Request = {
    ...aRequest('R-1'),
    asked: { by: asker, person: personOf(policy, asker) ?? asker, at: 1 },
    needs: wanted,
    ...(ending ? { ends: ending } : {}),
  }
  return deeds.reduce<Request[]>(
    (all, each, index) => [...all, decided(all.at(-1) ?? first, each, index + 2)],
    [first],
  )
}
const always = (holds: (request: Request) => void): void =>
  fc.assert(
    fc.property(lives, (life) => {
      for (const request of passed(life)) holds(request)
    }),
    { numRuns: 500, seed: 1 },
  )

it('nobody approves their own request on any account', () => {
  always(({ asked, approvals }) => {
    for (const { by, person } of approvals) {
      expect(person).not.toBe(asked.person)
      expect(personOf(policy, by)).not.toBe(personOf(policy, asked.by))
    }
  })
})

it('no person is counted twice', () => {
  always((request) => {
    const people = request.approvals.map(({ person }) => person)
    expect(new Set(people).size).toBe(people.length)
    for (const { given } of standOf(request))
      expect(new Set(given.map(({ person }) => person)).size).toBe(given.length)
  })
})

it('nothing is carried out without exactly one authority, and a quorum is one of enough people with the roles', () => {
  const seen = new Set<string>()
  always((request) => {
    const begun = request.state === 'approved' || request.state === 'running'
    expect('authority' in request).toBe(begun)
    const authority = authorityOf(request)
    if (authority === null) return
    const { approvals } = request
    seen.add(authority.kind)
    if (authority.kind === 'lease-end') expect(request.ends?.lease).toBe(authority.lease)
    if (authority.kind !== 'quorum') {
      expect(approvals).toEqual([])
      return
    }
    expect(request.needs.length).toBeGreaterThan(0)
    for (const { count, by } of request.needs) {
      const people = approvals.filter(({ person }) => rolesAmong(policy, person, by).length > 0)
      expect(new Set(people.map(({ person }) => person)).size).toBeGreaterThanOrEqual(count)
    }
  })
  expect([...seen].sort()).toEqual(['automatic', 'break-glass', 'lease-end', 'quorum'])
})

it('an approval is given only while others are waited for', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const all = passed(life)
      all.slice(1).forEach((request, index) => {
        if (all[index]?.state !== 'pending') expect(request.approvals).toEqual(all[index]?.approvals)
      })
    }),
    { numRuns: 500 },
  )
})
