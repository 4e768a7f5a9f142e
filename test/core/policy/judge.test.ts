import { describe, expect, it } from '@jest/globals'
import { rolesOf } from '../../../src/core/policy/policy'
import { judgementWords, isUnsupported, judge, rulesFor, type Wish } from '../../../src/core/policy/judge'
import { aHost, anOs } from '../../fakes/facts'
import { aPolicy, aWish } from './team'

const HOUR = 3_600_000
const vm = (name: string) => ({ id: `id-of-${name}`, name })
const asked = (wish: Partial<Wish>, person = 'maya', policy = aPolicy()) =>
  judgementWords(judge(policy, rolesOf(policy, person), aWish(wish)))
const reasons = (wish: Partial<Wish>, person = 'maya', policy = aPolicy()): string[] => {
  const outcome = judge(policy, rolesOf(policy, person), aWish(wish))
  return outcome.ok ? [] : outcome.refusals.map(({ reason }) => reason)
}

describe('the rules', () => {
  it('are tried in order, and the first that fits decides', () => {
    expect(asked({})).toBe('1 of platform')
    expect(asked({ vms: [vm('prod-web')] })).toBe('2 of platform')
    expect(asked({ command: 'release', vms: [vm('prod-web')], own: true })).toBe('automatic')
    expect(asked({ command: 'release', vms: [vm('prod-web')], own: false })).toBe('2 of platform')
  })

  it('refuse what none of them fits', () => {
    expect(reasons({ model: 'NVIDIA L4' })).toEqual([
      'no rule of the policy fits assign with hv01/gpu0 and train-01',
    ])
  })

  it('let only their roles ask: a later rule that would let them is not looked for', () => {
    const rules = [
      { name: 'strict', hosts: ['hv01'], ask: ['oncall'], approve: { by: ['platform'] } },
      { name: 'lenient', ask: ['research'], approve: 'automatic' },
    ]
    const policy = aPolicy({ rules })

    expect(reasons({}, 'maya', policy)).toEqual([
      'the rule `strict` of the policy lets only oncall ask for assign with hv01/gpu0 and train-01',
    ])
    expect(asked({ host: 'hv02', gpu: 'hv02/gpu0' }, 'maya', policy)).toBe('automatic')
  })

  describe('of a GPU whose model is not known', () => {
    const approve = (count: number) => ({ by: ['platform'], count })
    const H100 = { name: 'h100', models: ['*H100*'], ask: ['research'], approve: approve(2) }
    const REST = { name: 'rest', ask: ['research'], approve: 'automatic' }
    const model = 'NVIDIA device 10DE:2399'
    const of = (rules: object[], changes: Partial<Wish> = {}) =>
      rulesFor(aPolicy({ rules }), ['research'], aWish({ model, ...changes }))[0]!

    it('are not slipped past: of those that it might match, the one that asks for most applies', () => {
      const two = { ...H100, name: 'a100', models: ['NVIDIA A100*'], approve: approve(1) }

      const { rule, among } = of([two, H100, REST])

      expect(rule?.name).toBe('h100')
      expect(among.map(({ name }) => name)).toEqual(['a100', 'h100', 'rest'])
      expect(asked({ model }, 'maya', aPolicy({ rules: [two, H100, REST] }))).toBe('2 of platform')
      expect(asked({ model: 'NVIDIA A100' }, 'maya', aPolicy({ rules: [two, H100, REST] }))).toBe(
        '1 of platform',
      )
    })

    it('are those of any model or class that it may be, and an approver is more than none', () => {
      const lax = { ...REST, name: 'lax', models: ['NVIDIA L4', '*A30*'] }
      const classed = { ...H100, name: 'classed', models: undefined, classes: ['drawing', 'training'] }
      const classes = { drawing: ['AMD *'], training: ['*H100*'] }
      const policy = aPolicy({ classes, rules: [lax, { ...classed, approve: approve(1) }] })
      const [fit] = rulesFor(policy, ['research'], aWish({ model }))

      expect(fit?.among.map(({ name }) => name)).toEqual(['lax', 'classed'])
      expect(fit?.rule?.name).toBe('classed')
    })

    it('refuse, where one of them would', () => {
      const others = { ...H100, ask: ['oncall'], approve: 'automatic' }

      expect(asked({ model }, 'maya', aPolicy({ rules: [others, REST] }))).toBe('refused')
      expect(asked({ model }, 'priya', aPolicy({ rules: [others] }))).toBe('automatic')
    })

    it('count by class as well, and not beyond the first that fits for certain', () => {
      const classed = { ...REST, name: 'classed', classes: ['training'], approve: approve(1) }
      const strict = { ...REST, name: 'later', approve: approve(2) }

      expect(of([classed, REST, strict]).rule?.name).toBe('classed')
      expect(of([classed, REST, strict]).among.map(({ name }) => name)).toEqual(['classed', 'rest'])
    })

    it.each<[string, Partial<Wish>, object]>([
      ['another host', {}, { hosts: ['hv02'] }],
      ['another command', { command: 'release' }, { commands: ['assign'] }],
      ['another maker', {}, { models: ['AMD *'] }],
    ])('leave out those of %s', (_, wish, changes) => {
      expect(of([{ ...H100, ...changes }, REST], wish)).toMatchObject({ rule: { name: 'rest' }, among: [] })
    })

    it.each(['3D Video Controller', 'display device without a driver', 'unknown device 1A03:2000'])(
      'know %j for such a one',
      (name) => {
        expect(of([H100, REST], { model: name }).rule?.name).toBe('h100')
      },
    )
  })

  it('judge a move for the VM that loses the GPU and for the one that gets it', () => {
    const rules = [
      { name: 'production', vms: ['prod-*'], ask: ['research'], approve: { by: ['oncall'] } },
      { name: 'rest', ask: ['research'], approve: { by: ['platform'], count: 2 } },
    ]
    const both = { command: 'move', vms: [vm('prod-web'), vm('train-01')] } as const

    expect(asked(both, 'maya', aPolicy({ rules }))).toBe('1 of oncall and 2 of platform')
  })

  it.each([
    [{ commands: ['release'] }, {}, { command: 'release' }],
    [{ modes: ['partition'] }, {}, { mode: 'partition' }],
    [{ hosts: ['hv0*'] }, { host: 'lab01' }, { host: 'HV02' }],
    [{ gpus: ['hv01/gpu1'] }, {}, { gpu: 'hv01/gpu1' }],
    [{ models: ['*l4*'] }, {}, { model: 'NVIDIA L4' }],
    [{ classes: ['training'] }, { model: 'NVIDIA L4' }, { model: 'NVIDIA H100 80GB' }],
    [{ vms: ['ID-of-x'] }, {}, { vms: [vm('x')] }],
    [{ vms: ['a.c'] }, { vms: [vm('abc')] }, { vms: [vm('a.c')] }],
    [{ vms: ['*'] }, { vms: [] }, {}],
    [{ own: true }, {}, { own: true }],
    [{ longest: '2h' }, { lentMs: 2 * HOUR + 1 }, { lentMs: 2 * HOUR }],
    [{ longest: '2h' }, { lentMs: null }, { lentMs: HOUR }],
  ] as [object, Partial<Wish>, Partial<Wish>][])('with %j do not fit %j and do fit %j', (...row) => {
    const [given, not, fits] = row
    const policy = aPolicy({ rules: [{ name: 'one', ask: ['research'], approve: 'automatic', ...given }] })

    expect([asked(not, 'maya', policy), asked(fits, 'maya', policy)]).toEqual(['refused', 'automatic'])
  })

  it.each([
    ['force', 'allows no -Force'],
    ['unsupportedPartitioning', 'allows no partitions where Microsoft does not support them'],
  ] as const)('allow %s only where they say so', (field, words) => {
    const rule = { name: 'one', ask: ['research'], approve: 'automatic' }

    expect(reasons({ [field]: true }, 'maya', aPolicy({ rules: [rule] }))[0]).toContain(words)
    expect(asked({ [field]: true }, 'maya', aPolicy({ rules: [{ ...rule, [field]: true }] }))).toBe(
      'automatic',
    )
  })

  const LETS = { name: 'one', ask: ['research'], approve: 'automatic' }
  const of = (changes: object, more: object = {}) => aPolicy({ ...more, rules: [{ ...LETS, ...changes }] })

  it('let ask whoever has one of the roles, and are of any of several models or classes', () => {
    const classes = { training: ['*A100*'], drawing: ['*A40*', '*L40*'] }

    expect(asked({}, 'maya', of({ ask: ['oncall', 'research'] }))).toBe('automatic')
    expect(asked({ model: 'NVIDIA L40S' }, 'maya', of({ models: ['*A40*', '*L40*'] }))).toBe('automatic')
    expect(
      asked({ model: 'NVIDIA L40S' }, 'maya', of({ classes: ['training', 'drawing'] }, { classes })),
    ).toBe('automatic')
  })

  it('are asked of a GPU for which there is no VM, and say so without one', () => {
    expect(asked({ vms: [] }, 'maya', of({ approve: { by: ['platform'] } }))).toBe('1 of platform')
    expect(reasons({ vms: [] }, 'jonas', of({}))).toEqual([
      'the rule `one` of the policy lets only research ask for assign with hv01/gpu0',
    ])
  })

  it('demand more for a power cut than for a shutdown, or refuse it alone', () => {
    const more = of({ approve: { by: ['platform'] }, powerOff: { by: ['oncall'], count: 1 } })
    const never = of({ powerOff: 'refuse' })

    expect(asked({}, 'maya', more)).toBe('1 of platform')
    expect(asked({ powerOff: true }, 'maya', more)).toBe('1 of platform and 1 of oncall')
    expect(asked({ powerOff: true }, 'maya', of({}))).toBe('automatic')
    expect(asked({}, 'maya', never)).toBe('automatic')
    expect(reasons({ powerOff: true }, 'maya', never)).toEqual([
      'the rule `one` of the policy lets nobody turn a VM off, which assign with hv01/gpu0 and train-01 would do',
    ])
  })

  it('that would fit for a shorter time are named, to whoever may ask by them', () => {
    const short = of({ longest: '2h' })
    const ofVm = of({ longest: '2h', vms: ['train-*'] })
    const NONE = /^no rule of the policy fits/

    for (const lentMs of [3 * HOUR, null]) {
      expect(reasons({ lentMs }, 'maya', short)[0]).toMatch(/the rule `one` of the policy/)
      expect(reasons({ lentMs }, 'jonas', short)[0]).toMatch(NONE)
    }
    expect(reasons({ command: 'move', lentMs: 3 * HOUR }, 'maya', ofVm)[0]).toMatch(/the rule `one`/)
    expect(reasons({ lentMs: 3 * HOUR, vms: [vm('web')] }, 'maya', ofVm)[0]).toMatch(NONE)
    expect(reasons({ command: 'release', lentMs: null }, 'maya', short)[0]).toMatch(NONE)
    expect(reasons({ host: 'hv02' }, 'maya', of({ longest: '2h', hosts: ['hv01'] }))[0]).toMatch(NONE)
    expect(reasons({ lentMs: 3 * HOUR }, 'maya', of({ hosts: ['hv02'] }))[0]).toMatch(NONE)
    expect(
      reasons({ lentMs: 3 * HOUR }, 'maya', of({ longest: '2h', ask: ['oncall', 'research'] }))[0],
    ).toMatch(/the rule `one`/)
  })

  it('say every reason at once', () => {
    expect(reasons({ force: true, unsupportedPartitioning: true }, 'jonas')).toHaveLength(3)
  })
})

describe('a partition where it is not known to be supported', () => {
  it.each([
    ['2025', false],
    ['azure-local', false],
    ['23H2', true],
    ['2022', true],
    ['unknown', true],
  ] as const)('counts as unsupported on %s: %s, but for giving it back', (release, unsupported) => {
    const host = aHost({ os: anOs(release) })

    expect(isUnsupported({ mode: 'partition', action: 'assign' }, host)).toBe(unsupported)
    expect(isUnsupported({ mode: 'partition', action: 'release' }, host)).toBe(false)
    expect(isUnsupported({ mode: 'dda', action: 'assign' }, host)).toBe(false)
  })
})
