/** What people type in place of the plain form of a command means exactly what that means. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { KnownNames } from '../../../src/core/grammar/known'
import { parse } from '../../../src/core/grammar/parse'

const GPU = 'hv01/gpu0'
const OTHER = 'hv01/gpu1'
const known = (names: Partial<Record<'gpus' | 'vms' | 'hosts', readonly string[]>>): KnownNames => ({
  hasGpu: (name) => names.gpus?.includes(name) === true,
  hasVm: (name) => names.vms?.includes(name) === true,
  hasHost: (name) => names.hosts?.includes(name) === true,
  near: (name) => (name === 'trian-01' ? 'train-01' : null),
})
const FLEET = known({ gpus: [GPU, OTHER], vms: ['train-01', 'my vm', 'R4'], hosts: ['hv01'] })

const refusalsOf = (text: string, names?: KnownNames) => {
  const outcome = parse(text, names)
  if (outcome.ok) throw new Error(`${text} was understood as ${JSON.stringify(outcome.value)}`)
  return outcome.refusals
}
const expectSame = (text: string, plain: string, names?: KnownNames): void => {
  const wanted = parse(plain)
  expect(wanted).toMatchObject({ ok: true })
  expect({ text, read: parse(text, names) }).toEqual({ text, read: wanted })
}

describe('means the same as its plain form', () => {
  const table: readonly (readonly [string, string])[] = [
    [`assign ${GPU} to train-01 for 8 hours`, `assign ${GPU} to train-01 for 8h`],
    [`assign ${GPU} to train-01 for 2 days because x`, `assign ${GPU} to train-01 for 2d because x`],
    [`assign ${GPU} to train-01 for 1 hour 30 minutes`, `assign ${GPU} to train-01 for 1h30m`],
    [`assign ${GPU} to train-01 for 1h 30m --dry-run`, `assign ${GPU} to train-01 for 1h30m --dry-run`],
    [`assign ${GPU} to train-01 for 2 weeks`, `assign ${GPU} to train-01 for 14d`],
    [`assign ${GPU} to train-01 for 8 Hrs --shutdown`, `assign ${GPU} to train-01 for 8h --shutdown`],
    [`assign ${GPU} to train-01 for --dry-run 8hours`, `assign ${GPU} to train-01 for 8h --dry-run`],
    ['approve R-7 for 4 hours', 'approve R-7 for 4h'],
    [`queue ${GPU} for 2 days`, `queue ${GPU} for 2d`],
    ['queue any A40 with 24 GB free to train-01', 'queue any A40 with 24GiB free to train-01'],
    ['resize vdi-05 --vram 6 GB --shutdown', 'resize vdi-05 --vram 6GiB --shutdown'],
    ['resize vdi-05 --vram=6 GiB', 'resize vdi-05 --vram 6GiB'],
    ['resize --vram 6144 MiB vdi-05', 'resize vdi-05 --vram 6144MiB'],
    ['resize train-01 --mmio 193 GiB', 'resize train-01 --mmio 193GiB'],
    ['resize vdi-05 because x --vram 6 GB', 'resize vdi-05 --vram 6GiB because x'],
    ['resize vdi-05 because x --vram=6 GB --dry-run', 'resize vdi-05 --vram 6GiB --dry-run because x'],
    ['approve R7', 'approve R-7'],
    ['approve r-7.', 'approve R-7'],
    ['deny R-7, because no', 'deny R-7 because no'],
    ['comment r7: the demo is over', 'comment R-7 the demo is over'],
    ['why R7', 'why R-7'],
    ['show R-7,', 'show R-7'],
    ['resolve s3', 'resolve S-3'],
    ['take Q2', 'take Q-2'],
    ['leave Q-2!', 'leave Q-2'],
    ['take q-2 train-01 --shutdown', 'take Q-2 to train-01 --shutdown'],
    [`release \`my vm\``, 'release "my vm"'],
    ['`list`', 'list'],
    [`assign \`${GPU}\` to \`train-01\``, `assign ${GPU} to train-01`],
    [`assign “${GPU}” to ‘train-01’`, `assign ${GPU} to train-01`],
    [`assign ${GPU}, to train-01`, `assign ${GPU} to train-01`],
    [`assign ${GPU} to train-01 -- shutdown`, `assign ${GPU} to train-01 --shutdown`],
    [`assign ${GPU} -- dry-run to train-01 — no-start`, `assign ${GPU} to train-01 --no-start --dry-run`],
    ['resize vdi-05 -- vram 6 GB', 'resize vdi-05 --vram 6GiB'],
    ['resize vdi-05 -- vram=6GB', 'resize vdi-05 --vram 6GiB'],
    [`assign ${GPU} train-01`, `assign ${GPU} to train-01`],
    [`assign ${GPU} train-01 for 8h because x`, `assign ${GPU} to train-01 for 8h because x`],
    [`assign ${GPU} "my vm" until friday`, `assign ${GPU} to "my vm" until friday`],
    [`assign train-01 to ${GPU}`, `assign ${GPU} to train-01`],
    [`assign train-01 ${GPU} --shutdown for 8 hours`, `assign ${GPU} to train-01 for 8h --shutdown`],
    [`assign hv01/train-01 ${GPU}`, `assign ${GPU} to hv01/train-01`],
    [`move ${GPU} train-01 --shutdown`, `move ${GPU} to train-01 --shutdown`],
    [`check ${GPU} train-01`, `check ${GPU} for train-01`],
    [`check train-01 for ${GPU}`, `check ${GPU} for train-01`],
    [`queue ${GPU} train-01 for 8h`, `queue ${GPU} to train-01 for 8h`],
    [`queue train-01 ${GPU}`, `queue ${GPU} to train-01`],
    [`partition ${GPU} 4`, `partition ${GPU} into 4`],
    ['extend R-7 4h', 'extend R-7 by 4h'],
    ['extend 7 4 hours', 'extend R-7 by 4h'],
    [`extend ${GPU} 4h`, `extend ${GPU} by 4h`],
    ['extend 4 hours', 'extend by 4h'],
    ['watch digest at 9am', 'watch digest at 09:00'],
    ['watch digest at 9 am in Berlin', 'watch digest at 09:00 in Europe/Berlin'],
    ['watch digest at 9:30pm in New York here', 'watch digest at 21:30 in America/New_York here'],
    ['watch digest at 12:30 a.m. in kolkata', 'watch digest at 00:30 in Asia/Kolkata'],
    ['watch digest at 08:00 in São Paulo', 'watch digest at 08:00 in America/Sao_Paulo'],
    ['status', 'list'],
    ['STATUS --free', 'list --free'],
    ['list.', 'list'],
    ['?', 'help'],
    ['help!', 'help'],
    ['--help', 'help'],
    ['-h', 'help'],
    ['--help assign', 'help assign'],
    ['assign --help', 'help assign'],
    [`assign ${GPU} to train-01 --shutdown --help`, 'help assign'],
    [`assign ${GPU} to train-01 --frob —help`, 'help assign'],
    [`assign ${GPU} to train-01 because x --help`, 'help assign'],
    ['release -- help', 'help release'],
    ['list --host --help', 'help list'],
    ['comment R-7 --help', 'help comment'],
    ['status --help', 'help list'],
  ]

  it.each(table)('%s: %s', (text, plain) => {
    expectSame(text, plain)
  })

  type Pair = readonly [typed: string, plain: string]
  const typed = {
    order: fc.constantFrom('GPU to VM', 'GPU VM', 'VM to GPU', 'VM GPU'),
    vm: fc.constantFrom('train-01', 'hv02/vdi-1', '仮想-1', 'bob'),
    mark: fc.constantFrom<Pair[]>(['', ''], ['`', '`'], ['"', '"'], ['“', '”'], ['‘', '’']),
    count: fc.integer({ min: 1, max: 200 }),
    unit: fc.constantFrom<Pair[]>(
      ['h', 'h'],
      [' hours', 'h'],
      [' h', 'h'],
      [' days', 'd'],
      [' minutes', 'm'],
    ),
    flag: fc.constantFrom<Pair[]>(
      ['', ''],
      [' -- shutdown', ' --shutdown'],
      [' — shutdown', ' --shutdown'],
      [' --vram 6 GB', ' --vram 6GiB'],
    ),
    reason: fc.constantFrom('', ' because x', ' because "a -- b"'),
  }

  it('in every combination of them', () => {
    fc.assert(
      fc.property(fc.record(typed), ({ order, vm, mark: [open, close], count, unit, flag, reason }) => {
        const pair = order.replace('GPU', GPU).replace('VM', `${open}${vm}${close}`)
        expectSame(
          `assign ${pair} for ${count}${unit[0]}${flag[0]}${reason}`,
          `assign ${GPU} to ${vm} for ${count}${unit[1]}${flag[1]}${reason}`,
        )
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('a lease to end or to extend', () => {
  const consents = { shutdown: false, powerOff: false, noStart: false }

  it.each([
    ['done', { kind: 'done', ...consents }],
    ['done.', { kind: 'done', ...consents }],
    ['done --shutdown because lunch', { kind: 'done', ...consents, shutdown: true, reason: 'lunch' }],
    [`done ${GPU}`, { kind: 'done', gpu: GPU, ...consents }],
    ['done R7', { kind: 'done', requestId: 'R-7', ...consents }],
    ['extend by 4h', { kind: 'extend', byMs: 4 * 3_600_000 }],
    [`extend ${GPU} by 4h`, { kind: 'extend', gpu: GPU, byMs: 4 * 3_600_000 }],
  ])('%s', (text, command) => {
    expect(parse(text)).toEqual({ ok: true, value: command })
  })

  it.each([
    [`done ${GPU} R-7`, 'I expected the end, not `R-7`'],
    [`done R-7 ${GPU}`, 'I expected the end, not'],
    ['done train-01', 'is not the id of a request'],
    ['extend', 'I expected `by DURATION`, but nothing follows'],
    ['extend R-7', 'I expected `by DURATION`'],
    ['done?', 'is not a command'],
  ])('%s is refused', (text, why) => {
    expect(refusalsOf(text)[0]?.reason).toContain(why)
  })
})

describe('a name alone', () => {
  it.each([
    ['train-01', 'show train-01'],
    ['`train-01`', 'show train-01'],
    ['"my vm"', 'show "my vm"'],
    ['hv01', 'show hv01'],
    ['R4', 'show R4'],
  ])('%s, which the fleet has, is shown', (text, plain) => {
    expectSame(text, plain, FLEET)
  })

  it.each([
    [GPU, `show ${GPU}`],
    [`${GPU}.`, `show ${GPU}`],
    ['r-7', 'show R-7'],
    ['R-7.', 'show R-7'],
    ['R7', 'show R7'],
    ['q-2!', 'show Q-2'],
    ['S-3', 'show S-3'],
  ])('%s is shown by its shape', (text, plain) => {
    expectSame(text, plain)
  })

  it.each([
    'render-01',
    '12',
    'hv09',
    'lst',
    'my vm',
    'train-01 now',
    'train-01 --shutdown',
    `${GPU} train-01`,
  ])('%s is no command', (text) => {
    expect(refusalsOf(text, FLEET)[0]?.reason).toContain('is not a command')
  })

  it('is suggested where it is nearly one, and a command where it is nearly that', () => {
    expect(refusalsOf('trian-01', FLEET)[0]?.next).toMatch(/^Did you mean `show train-01`\?/)
    expect(refusalsOf('lsit', FLEET)[0]?.next).toMatch(/^Did you mean `list`\?/)
  })

  it('of a command is that command, whatever VM is called so', () => {
    expectSame('list', 'list', known({ vms: ['list'] }))
  })
})

describe('where a GPU and a VM could each be the other', () => {
  const text = `assign ${GPU} ${OTHER} --shutdown because x`

  it('both readings are named, to copy', () => {
    expect(refusalsOf(text)).toEqual([
      {
        code: 'syntax',
        reason: `\`${GPU}\` at character 8 may be the GPU or the VM`,
        next: `Say which: \`assign ${GPU} to ${OTHER} --shutdown\` or \`assign ${OTHER} to ${GPU} --shutdown\`.`,
      },
    ])
  })

  it('what the fleet has decides, where it has one of them only', () => {
    const names = known({ gpus: [GPU, OTHER], vms: [OTHER] })

    expectSame(text, `assign ${GPU} to ${OTHER} --shutdown because x`, names)
  })

  it('both are named where it has both, and where it has none', () => {
    for (const names of [known({ gpus: [GPU, OTHER], vms: [GPU, OTHER] }), FLEET])
      expect(refusalsOf(text, names)[0]?.next).toContain(' or ')
  })

  it('a word between them says it', () => {
    expectSame(`assign ${GPU} to ${OTHER}`, `assign ${GPU} to ${OTHER}`, known({ gpus: [OTHER], vms: [GPU] }))
  })
})

describe('what a careful reader could take otherwise is refused', () => {
  it.each([
    [`move train-01 to ${GPU}`, `Did you mean \`move ${GPU} to train-01\`?`],
    [`move train-01 ${GPU} --shutdown`, `Did you mean \`move ${GPU} to train-01 --shutdown\`?`],
    [`assign ${GPU} to train-01 - shutdown`, 'Did you mean `--shutdown`?'],
    [`assign ${GPU} shutdown`, 'Usage: `assign GPU to VM'],
    [`assign ${GPU} 8h`, 'Usage: `assign GPU to VM'],
    [`assign ${GPU} my vm`, 'Usage: `assign GPU to VM'],
    [`assign my vm to ${GPU}`, 'A GPU is written'],
    ['take Q-2 8', 'Usage: `take Q-N [to VM]'],
    ['take 8 hours', 'Usage: `take Q-N [to VM]'],
    [`take Q-2 ${GPU}`, 'Usage: `take Q-N [to VM]'],
    ['approve R-7?', 'A request is written'],
    ['approve `R-7', 'Close it'],
    ['watch digest at 12pm', '`at 00:00` for midnight, or `at 12:00` for noon'],
    ['watch digest at 13pm', 'such as `at 09:00`'],
    ['watch digest at 09:00 in Berln', 'Did you mean `in Berlin`?'],
    ['watch digest at 09:00 in Europe', 'Write a place of the time zone'],
    [`assign ${GPU} to train-01 for 8 houses`, '`8h`'],
    ['resize vdi-05 --vram 6 TB', '`8GiB`'],
  ])('%s', (text, next) => {
    const [refusal] = refusalsOf(text)

    expect(refusal?.code).toBe('syntax')
    expect(refusal?.next).toContain(next)
  })

  it('back quotes in a reason, and hyphens in it, stay as they were typed', () => {
    expect(parse('deny R-7 because `see` -- shutdown')).toMatchObject({
      value: { reason: '`see` -- shutdown' },
    })
  })

  it.each([
    '`train\u202e-01`',
    '`<@U1>`',
    'R\u200b4',
    'hv01/gpu0\u0000',
    '<!channel>',
    '`; Remove-VM`',
    '$(x)',
    'Ｒ-7',
    'in Berlin\u202e',
  ])('%j alone is no command', (text) => {
    expect(refusalsOf(text, FLEET)[0]?.code).toBe('syntax')
  })
})
