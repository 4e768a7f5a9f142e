import { describe, expect, test } from '@jest/globals'
import { checkNotice } from '../../../src/core/answers/check'
import { doneNotice } from '../../../src/core/answers/done'
import { refusalNotice } from '../../../src/core/answers/refusal'
import { whoamiNotice } from '../../../src/core/answers/whoami'
import { refusal } from '../../../src/core/errors'
import { about } from '../../../src/core/planner/checks/check'
import { survey } from '../../../src/core/planner/checks/survey'
import { aGpu, aHost, aVm } from '../../fakes/facts'
import { partOf, textOf } from './reading'

describe('a check', () => {
  const pass = about('location', 'Location').pass('PCIROOT(0)')
  const warn = about('audio', 'Audio function').warn('it stays with the host')
  const fail = about('acs', 'Access Control Services').fail('a bridge has none', 'Choose another GPU')

  test.each([
    [[pass], 'possible', 'good'],
    [[pass, warn], 'possible, with 1 warning', 'good'],
    [[pass, warn, fail, fail], 'not possible: 2 checks against it', 'bad'],
  ] as const)('sums up', (checks, verdict, tone) => {
    const notice = checkNotice({ alias: 'hv01/gpu0', vm: null, ways: [{ mode: 'dda', checks }] })

    expect(notice.summary).toBe(`hv01/gpu0: ${verdict}`)
    expect(notice.tone).toBe(tone)
  })

  test('shows failures first, each with its fix', () => {
    const notice = checkNotice({
      alias: 'hv01/gpu0',
      vm: 'train-01',
      ways: [{ mode: 'dda', checks: [pass, warn, fail] }],
    })

    expect(textOf(notice)).toBe(
      [
        'Check of hv01/gpu0 for train-01',
        'Not possible: 1 check against it',
        '✗ Access Control Services: a bridge has none',
        '   → Choose another GPU',
        '! Audio function: it stays with the host',
        '✓ Location: PCIROOT(0)',
      ].join('\n'),
    )
  })

  test('judges both ways where there are two, and one of them is enough', () => {
    const notice = checkNotice({
      alias: 'hv01/gpu0',
      vm: null,
      ways: [
        { mode: 'dda', checks: [fail] },
        { mode: 'partition', checks: [pass] },
      ],
    })

    expect(notice.tone).toBe('good')
    expect(textOf(notice).split('\n')).toEqual([
      'Check of hv01/gpu0',
      'As a whole (DDA): not possible: 1 check against it',
      '✗ Access Control Services: a bridge has none',
      '   → Choose another GPU',
      'A partition of it (GPU-P): possible',
      '✓ Location: PCIROOT(0)',
    ])
  })

  test('of the real survey shows every question', () => {
    const host = aHost({ gpus: [aGpu({ acs: 0, reservedMemory: true })] })
    const checks = survey(host, host.gpus[0]!, aVm())

    const text = textOf(checkNotice({ alias: 'hv01/gpu0', vm: 'train-01', ways: [{ mode: 'dda', checks }] }))

    for (const check of checks) expect(text).toContain(`${check.title}: ${check.reason}`)
  })
})

describe('a refusal', () => {
  test('is a sentence and what to do next, with commands as code', () => {
    const notice = refusalNotice([refusal('busy', 'the GPU is in use', 'See `show R-7`')])

    expect(textOf(notice)).toBe('The GPU is in use.\n→ See show R-7.')
    expect(partOf(notice, 'text').runs).toContainEqual({ code: 'show R-7' })
    expect(notice).toMatchObject({ summary: 'the GPU is in use', tone: 'bad' })
  })

  test('with several reasons numbers them, each with its next step', () => {
    const notice = refusalNotice([
      refusal('not-possible', 'the VM is running', 'Say --shutdown'),
      refusal('not-possible', 'it has 2 checkpoints'),
    ])

    expect(textOf(notice)).toBe(
      '2 reasons against it\n1. The VM is running.\n→ Say --shutdown.\n2. It has 2 checkpoints.',
    )
  })

  test.each([
    ['hv01/gpu0 is in use', 'hv01/gpu0 is in use.'],
    ['train-01 is running', 'train-01 is running.'],
    ['`foo` is no command', 'foo is no command.'],
  ])('leaves a name at its start as it is spelled: %s', (reason, sentence) => {
    expect(textOf(refusalNotice([refusal('busy', reason)]))).toBe(sentence)
  })
})

describe('whoami', () => {
  test('shows the member id for the policy and what the person may do', () => {
    const notice = whoamiNotice({
      account: 'slack:T123/U456',
      name: 'Ana',
      person: { name: 'ana', accounts: ['slack:T123/U456', 'teams:aa/bb'] },
      roles: ['research', 'oncall'],
      may: ['ask', 'administer'],
      unread: [],
    })

    expect(textOf(notice)).toContain('You are @slack:T123/U456. Your member id for the policy is U456.')
    expect(textOf(notice)).toContain('ask for GPUs; pause, resume, resolve and reload')
    expect(textOf(notice)).not.toContain('approve')
    for (const each of ['ana', 'slack:T123/U456, teams:aa/bb', 'research, oncall'])
      expect(JSON.stringify(notice)).toContain(each)
  })

  test('tells one who is on no list what to do', () => {
    const notice = whoamiNotice({
      account: 'slack:T123/U456',
      name: 'Ana',
      person: null,
      roles: [],
      may: [],
      unread: [],
    })

    expect(textOf(notice)).toContain('An administrator can add your member id')
  })
})

test('whoami says which groups could not be read, since that may be why somebody has no role', () => {
  const who = { account: 'slack:T123/U456', name: 'Ana', person: null, roles: [], may: [] }

  expect(textOf(whoamiNotice({ ...who, unread: ['ml-team'] }))).toContain(
    'Who is in ml-team could not be read',
  )
  expect(textOf(whoamiNotice({ ...who, unread: [] }))).not.toContain('could not be read')
})

describe('what was done', () => {
  test('is one sentence, with commands as code', () => {
    const notice = doneNotice('hv01 is paused; `resume hv01` ends it.')

    expect(notice.parts).toEqual([
      { kind: 'text', runs: ['hv01 is paused; ', { code: 'resume hv01' }, ' ends it.'] },
    ])
  })

  test('names who did it where others read it', () => {
    expect(textOf(doneNotice('hv01 is paused.', 'slack:T123/U456'))).toBe(
      'hv01 is paused. By @slack:T123/U456.',
    )
  })
})
