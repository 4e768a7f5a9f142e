import { describe, expect, it } from '@jest/globals'
import type { Command } from '../../../src/core/command/command'
import type { Refusal } from '../../../src/core/errors'
import { parse } from '../../../src/core/grammar/parse'
import { dice } from './seeded'
import { A_BOT } from '../../fakes/fence'

const plain = { shutdown: false, powerOff: false, noStart: false, dryRun: false, script: false }
const agreed = { shutdown: false, powerOff: false, noStart: false }
const gpu = 'hv01/gpu0'
const vm = 'train-01'

const understood = (text: string): Command => {
  const outcome = parse(text)
  if (!outcome.ok) throw new Error(`${text}: ${outcome.refusals.map((each) => each.reason).join('; ')}`)
  return outcome.value
}
const refusalsOf = (text: string): readonly Refusal[] => {
  const outcome = parse(text)
  if (outcome.ok) throw new Error(`${text} was understood as ${JSON.stringify(outcome.value)}`)
  return outcome.refusals
}

describe('what is understood', () => {
  const table: readonly (readonly [string, Command])[] = [
    ['', { kind: 'help' }],
    [' \t\u00a0 ', { kind: 'help' }],
    ['list', { kind: 'list', free: false, mine: false, page: 1 }],
    ['LIST --FREE --Mine', { kind: 'list', free: true, mine: true, page: 1 }],
    ['list --host hv01 --page 3', { kind: 'list', host: 'hv01', free: false, mine: false, page: 3 }],
    ['list --host=hv01 --page=3', { kind: 'list', host: 'hv01', free: false, mine: false, page: 3 }],
    ['list -free', { kind: 'list', free: true, mine: false, page: 1 }],
    ['show train-01', { kind: 'show', name: 'train-01' }],
    ['show r-012', { kind: 'show', name: 'R-12' }],
    ['show R-12.', { kind: 'show', name: 'R-12' }],
    ['show r–12', { kind: 'show', name: 'R-12' }],
    ['show q-3.', { kind: 'show', name: 'Q-3' }],
    ['show 12', { kind: 'show', name: '12' }],
    ["show bob's-vm", { kind: 'show', name: "bob's-vm" }],
    ['show "to"', { kind: 'show', name: 'to' }],
    ['show "a \\"big\\" vm"', { kind: 'show', name: 'a "big" vm' }],
    ["show 'it\\'s mine'", { kind: 'show', name: "it's mine" }],
    ['show "C:\\vm\\\\x"', { kind: 'show', name: 'C:\\vm\\x' }],
    ['show “my vm”', { kind: 'show', name: 'my vm' }],
    ['show ‘my vm’', { kind: 'show', name: 'my vm' }],
    ['show “my vm"', { kind: 'show', name: 'my vm' }],
    ['show "--free"', { kind: 'show', name: '--free' }],
    ['show -', { kind: 'show', name: '-' }],
    ['show "ü 仮想 🎉"', { kind: 'show', name: 'ü 仮想 🎉' }],
    [`check ${gpu}`, { kind: 'check', gpu }],
    [`check ${gpu} FOR ${vm}`, { kind: 'check', gpu, vm }],
    [`assign ${gpu} to ${vm}`, { kind: 'assign', gpu, vm, ...plain }],
    [`  Assign   ${gpu}\tTO\n${vm}  `, { kind: 'assign', gpu, vm, ...plain }],
    [`assign HV01/GPU0 to ${vm}`, { kind: 'assign', gpu: 'HV01/GPU0', vm, ...plain }],
    [
      `assign --dry-run ${gpu} --script to ${vm}`,
      { kind: 'assign', gpu, vm, ...plain, dryRun: true, script: true },
    ],
    [`assign ${gpu} to ${vm} —dry-run`, { kind: 'assign', gpu, vm, ...plain, dryRun: true }],
    [`assign ${gpu} to ${vm} –dry–run`, { kind: 'assign', gpu, vm, ...plain, dryRun: true }],
    [`assign ${gpu} to ${vm} --mode dda`, { kind: 'assign', gpu, vm, mode: 'dda', ...plain }],
    [
      `assign ${gpu} to ${vm} --mode=Partition --vram 8GiB`,
      { kind: 'assign', gpu, vm, mode: 'partition', vram: 8 * 2 ** 30, ...plain },
    ],
    [`check ${gpu} --mode partition`, { kind: 'check', gpu, mode: 'partition' }],
    [`partition ${gpu} into 4`, { kind: 'partition', gpu, count: 4, dryRun: false, script: false }],
    [
      `Partition ${gpu} INTO 16 --dry-run because desks`,
      { kind: 'partition', gpu, count: 16, dryRun: true, script: false, reason: 'desks' },
    ],
    [`resize ${vm} --vram 6144MiB`, { kind: 'resize', vm, vram: 6 * 2 ** 30, ...plain }],
    [`resize ${vm} --mmio 193GiB`, { kind: 'resize', vm, mmio: 193 * 2 ** 30, ...plain }],
    [`resize ${vm} --mmio More`, { kind: 'resize', vm, mmio: 'more', ...plain }],
    [`assign ${gpu} to ${vm} --mmio 257GiB`, { kind: 'assign', gpu, vm, mmio: 257 * 2 ** 30, ...plain }],
    [`move ${gpu} to ${vm} --mmio more`, { kind: 'move', gpu, vm, mmio: 'more', ...plain }],
    [`resize --vram 8gb ${vm}`, { kind: 'resize', vm, vram: 8 * 2 ** 30, ...plain }],
    [
      `move ${gpu} to ${vm} --shutdown --power-off --no-start`,
      { kind: 'move', gpu, vm, ...plain, shutdown: true, powerOff: true, noStart: true },
    ],
    [`release ${gpu} --shutdown`, { kind: 'release', name: gpu, ...plain, shutdown: true }],
    ['smi hv02', { kind: 'smi', name: 'hv02' }],
    ['requests --all', { kind: 'requests', all: true, page: 1 }],
    ['approve r-12', { kind: 'approve', requestId: 'R-12' }],
    ['approve 0012', { kind: 'approve', requestId: 'R-12' }],
    ['approve R–12', { kind: 'approve', requestId: 'R-12' }],
    ['deny 12 because no', { kind: 'deny', requestId: 'R-12', reason: 'no' }],
    ['cancel R-12', { kind: 'cancel', requestId: 'R-12' }],
    [`assign ${gpu} to ${vm} for 8h`, { kind: 'assign', gpu, vm, ...plain, forMs: 8 * 3_600_000 }],
    [
      `move ${gpu} to ${vm} UNTIL tomorrow 09:00 --shutdown because of the demo`,
      { kind: 'move', gpu, vm, ...plain, until: 'tomorrow 09:00', shutdown: true, reason: 'of the demo' },
    ],
    ['extend 12 by 1h30m', { kind: 'extend', requestId: 'R-12', byMs: 90 * 60_000 }],
    [
      'done r-12 --shutdown',
      { kind: 'done', requestId: 'R-12', shutdown: true, powerOff: false, noStart: false },
    ],
    ['queue', { kind: 'queue', ...agreed, page: 1 }],
    [`queue ${gpu}`, { kind: 'queue', gpu, ...agreed, page: 1 }],
    ['queue any', { kind: 'queue', model: 'any', ...agreed, page: 1 }],
    ['queue any A40', { kind: 'queue', model: 'A40', ...agreed, page: 1 }],
    [`queue ANY "nvidia a40" to ${vm}`, { kind: 'queue', model: 'nvidia a40', vm, ...agreed, page: 1 }],
    ['queue any with 24GiB free', { kind: 'queue', model: 'any', memory: 24 * 2 ** 30, ...agreed, page: 1 }],
    [
      `queue any L4 with 24gb to ${vm} --shutdown because now`,
      {
        ...{ kind: 'queue', model: 'L4', memory: 24 * 2 ** 30, vm },
        ...{ ...agreed, shutdown: true, reason: 'now', page: 1 },
      },
    ],
    [`queue to ${vm}`, { kind: 'queue', vm, ...agreed, page: 1 }],
    ['take q-3', { kind: 'take', entryId: 'Q-3', ...agreed }],
    ['take q-3 for 2h', { kind: 'take', entryId: 'Q-3', forMs: 7_200_000, ...agreed }],
    ['take Q-3.', { kind: 'take', entryId: 'Q-3', ...agreed }],
    [`take 03 to ${vm} --no-start`, { kind: 'take', entryId: 'Q-3', vm, ...agreed, noStart: true }],
    ['leave Q–3', { kind: 'leave', entryId: 'Q-3' }],
    ['history', { kind: 'history', page: 1 }],
    [`history ${gpu} --page 2`, { kind: 'history', name: gpu, page: 2 }],
    ['pause ALL', { kind: 'pause', scope: 'all', now: false }],
    ['pause hv01 --now', { kind: 'pause', scope: 'hv01', now: true }],
    ['please pause hv01/gpu0', { kind: 'pause', scope: 'hv01/gpu0', now: false }],
    ['/gpu please release x', { kind: 'release', name: 'x', ...plain }],
    ['pause hv01/gpu0.', { kind: 'pause', scope: 'hv01/gpu0', now: false }],
    [
      'pause hv01/gpu0 because its fan is broken',
      { kind: 'pause', scope: 'hv01/gpu0', now: false, reason: 'its fan is broken' },
    ],
    ['resume hv01/gpu0', { kind: 'resume', scope: 'hv01/gpu0' }],
    ['resume hv01.lab', { kind: 'resume', scope: 'hv01.lab' }],
    ['reconcile', { kind: 'reconcile' }],
    ['reconcile hv01', { kind: 'reconcile', host: 'hv01' }],
    ['accept hv01/gpu0', { kind: 'accept', gpu: 'hv01/gpu0' }],
    ['forget hv01/gpu0', { kind: 'forget', gpu: 'hv01/gpu0' }],
    ['adopt hv01 from bot-00000000000a', { kind: 'adopt', host: 'hv01', from: A_BOT }],
    ['adopt hv01 from BOT-00000000000A', { kind: 'adopt', host: 'hv01', from: A_BOT }],
    ['read 3', { kind: 'read', requestId: 'R-3' }],
    ['resolve 3', { kind: 'resolve', requestId: 'R-3', asFound: false }],
    ['resolve 3 --as-found', { kind: 'resolve', requestId: 'R-3', asFound: true }],
    ['help assign', { kind: 'help', topic: 'assign' }],
    ['whoami', { kind: 'whoami' }],
  ]

  it.each(table)('%j', (text, command) => {
    expect(understood(text)).toEqual(command)
  })
})

describe('a reason', () => {
  const table: readonly (readonly [string, { reason: string; dryRun?: true; script?: true }])[] = [
    ['because training run', { reason: 'training run' }],
    ['BECAUSE   two\n  lines ', { reason: 'two lines' }],
    ["because it's urgent", { reason: "it's urgent" }],
    ['because \'tis "open', { reason: '\'tis "open' }],
    ['because x — now', { reason: 'x — now' }],
    ['because x because y to z', { reason: 'x because y to z' }],
    ['because x --dry-run', { reason: 'x', dryRun: true }],
    ['because x —script --dry-run', { reason: 'x', dryRun: true, script: true }],
    ['because --dry-run is nice', { reason: '--dry-run is nice' }],
    ['because “x --dry-run” --script', { reason: 'x --dry-run', script: true }],
    ['because "a --vram x"', { reason: 'a --vram x' }],
    ['because "a" and "b"', { reason: '"a" and "b"' }],
    ['because -script', { reason: '-script' }],
    ['because 👩‍🚀 ❤️', { reason: '👩‍🚀 ❤️' }],
    [`because ${'x'.repeat(500)}`, { reason: 'x'.repeat(500) }],
  ]

  it.each(table)('%j', (text, expected) => {
    expect(understood(`assign ${gpu} to ${vm} ${text}`)).toEqual({
      kind: 'assign',
      gpu,
      vm,
      ...plain,
      ...expected,
    })
  })
})

describe('what is refused says what was wrong, where, and what would be right', () => {
  const assign = `assign ${gpu} to ${vm}`
  const table: readonly (readonly [text: string, wrong: string, where: string, right: string])[] = [
    ['lst', '`lst`', 'character 1 ', 'Did you mean `list`'],
    ['free gpus', '`free`', 'character 1 ', 'Did you mean `list --free` or `release`'],
    ['assign any A40 to train-01', '`any`', 'character 8 ', '`queue any MODEL` waits'],
    ['please asign x', '`asign`', 'character 8 ', 'Did you mean `assign`'],
    ['  asign x', '`asign`', 'character 3 ', 'Did you mean `assign`'],
    ['frobnicate', 'not a command', 'character 1 ', '`help` lists'],
    ['li\u200bst', 'li⟨U+200B⟩st', 'character 1 ', 'Did you mean `list`'],
    ['--free', 'not a command', 'character 1 ', '`help` lists'],
    ['assign', 'expected a GPU', 'after `assign`', 'assign hv01/gpu0 to train-01'],
    ['assign to x', 'expected a GPU', '`to` at character 8', 'Usage: `assign GPU to VM'],
    [`assign ${gpu} into x`, 'expected `to VM`, not `into`', 'after `hv01/gpu0`', 'Usage: `assign GPU to VM'],
    [`assign ${gpu}`, 'expected `to VM`, but nothing', 'after `hv01/gpu0`', 'Usage: `assign GPU to VM'],
    [`assign ${gpu} to`, 'expected the name of a VM', 'after `to`', 'Usage: `assign GPU to VM'],
    [`assign ${gpu} to for 8h`, 'expected the name of a VM', '`for` at character 21', 'Usage'],
    [
      `assign ${gpu} to my vm`,
      'expected `for DURATION` or `until TIME` or the end',
      '`vm` at character 24',
      '`"my vm"`',
    ],
    [`assign gpu0 to ${vm}`, 'does not say which host', '`gpu0` at character 8', 'hv01/gpu0'],
    [`assign a100 to ${vm}`, 'not the name of a GPU', '`a100` at character 8', 'hv01/gpu0'],
    [`assign hv01/gpu\u200b0 to ${vm}`, 'cannot be seen, U+200B', 'character 8', '`hv01/gpu0`'],
    [`${assign} for`, 'expected a duration', 'after `for`', 'Usage'],
    [`${assign} for 8`, 'has no unit', '`8` at character 34', '`1h30m`'],
    [`${assign} for soon`, 'not a duration', '`soon` at character 34', '`1h30m`'],
    [`${assign} for 0h`, 'no time at all', '`0h` at character 34', '`1h30m`'],
    [`${assign} for 1.5h`, 'fraction', '`1.5h` at character 34', '`1h30m`'],
    [`${assign} for 30m1h`, 'out of order', '`30m1h` at character 34', '`1h30m`'],
    [`${assign} for -8h`, 'is negative', '`-8h` at character 34', '`1h30m`'],
    [`${assign} for 400d`, 'longer than 365 days', '`400d` at character 34', '`1h30m`'],
    [`${assign} --dryrun`, 'not a flag', '`--dryrun` at character 30', 'Did you mean `--dry-run`'],
    [`${assign} because x --dryrun`, 'not a flag', '`--dryrun` at character 40', 'in quotes'],
    [`${assign} --script=yes`, 'takes no value', 'character 30', 'Write `--script`'],
    [`${assign} --vram 8`, 'has no unit', '`8` at character', '8GiB'],
    [`${assign} --vram 1.5GiB`, 'has a fraction', '`1.5GiB` at character', '6144MiB'],
    [`${assign} --vram -1GiB`, 'is negative', '`-1GiB` at character', '8GiB'],
    [`${assign} --vram 0GiB`, 'is no memory at all', '`0GiB` at character', '8GiB'],
    [`${assign} --vram lots`, 'is not an amount of memory', '`lots` at character', '8GiB'],
    [`resize ${vm} --mmio much`, '`much`', 'is not an amount of memory', '`8GiB`'],
    ['queue A40', 'not the name of a GPU', '`A40` at character 7', '`queue any A40`'],
    ['queue any NVIDIA A40', 'expected the end', '`A40` at character 18', '`"NVIDIA A40"`'],
    ['queue any with lots', 'is not an amount of memory', '`lots` at character 16', '8GiB'],
    ['queue any with', 'expected an amount of memory', 'after `with`', 'Usage: `queue'],
    ['take R-3', 'is not a place in the queue', '`R-3` at character 6', '`Q-3`'],
    ['leave', 'expected a place in the queue', 'after `leave`', 'leave Q-3'],
    [`partition ${gpu} into 0`, 'not a number of partitions', '`0` at character', 'into 4'],
    [`partition ${gpu} into four`, 'not a number of partitions', '`four` at character', 'into 4'],
    [`partition ${gpu}`, 'I expected `into N`', 'nothing follows', 'partition hv02/gpu0 into 4'],
    [`move ${gpu} to ${vm} --mode dda`, 'is not a flag of this command', '`--mode` at character', 'move'],
    [`${assign} --mode turbo`, 'not a mode', '`turbo` at character 37', '--mode dda'],
    [`${assign} because`, 'no reason follows', '`because` at character 30', 'because training run'],
    [`${assign} because --dry-run`, 'no reason follows', 'character 30', 'leave `because` away'],
    [`${assign} because ""`, 'no reason follows', 'character 30', 'leave `because` away'],
    [
      `${assign} because ${'x'.repeat(501)}`,
      '501 characters; the limit is 500',
      'character 30',
      'Shorten it by 1.',
    ],
    [`${assign} because a\u202eb`, 'cannot be seen, U+202E', 'character 30', 'by hand'],
    [`${assign} because a\u0000b`, 'cannot be seen, U+0000', 'character 30', 'by hand'],
    [`${assign} because "a" "b\u2066"`, 'U+2066', 'character 30', 'by hand'],
    [`check ${gpu} fro x`, '`for VM` or the end, not `fro`', 'after `hv01/gpu0`', 'check GPU [for VM]'],
    [`check ${gpu} for`, 'expected the name of a VM', 'after `for`', 'check GPU [for VM]'],
    ['list free', 'not `free`', 'character 6', 'Did you mean `--free`'],
    ['list --fre', 'not a flag', '`--fre` at character 6', 'Did you mean `--free`'],
    ['list --dry-run', 'not a flag', '`--dry-run` at character 6', 'Usage: `list'],
    ['list --page', 'expected a number', 'after `--page` at character 6', 'after `--page`'],
    ['list --page --free', 'expected a number', 'not `--free`', 'after `--page`'],
    ['list --page 0', 'not a page', '`0` at character 13', 'count from 1'],
    ['list --page=x', 'not a page', '`x` at character 13', 'count from 1'],
    ['list --page 1 --page 2', 'there twice', '`--page` at character 15', 'Give it once'],
    ['list --host a_b', 'not the name of a host', '`a_b` at character 13', '`hv01`'],
    ['list because x', 'takes no reason', '`because` at character 6', 'Leave it out'],
    ['show', 'expected the name', 'after `show`', 'show hv01/gpu0'],
    ['show --what', 'not a flag', '`--what` at character 6', 'has no flags'],
    ['show "my vm', 'never closed', 'opens at character 6', 'Close it'],
    ['show “my vm', '`“my vm`', 'character 6', 'Close it'],
    ['show "a"b', 'middle of a word', 'closes at character 8', 'space after the closing quote'],
    ['show ""', 'empty', 'character 6', 'Write a name'],
    ['show "a\u202eb"', 'cannot be seen, U+202E', '`a⟨U+202E⟩b` at character 6', '`ab`'],
    ['show a\u0000b', 'U+0000', 'character 6', 'by hand'],
    ['show a\ufeff', 'U+FEFF', 'character 6', 'by hand'],
    ['show \ud800', 'U+D800', 'character 6', 'by hand'],
    [`show ${'x'.repeat(101)}`, '101 characters; Hyper-V allows 100', 'character 6', 'id of the VM'],
    ['approve', 'expected the id', 'after `approve`', 'approve R-12'],
    ['approve R12x', 'not the id of a request', '`R12x` at character 9', '`R-12`'],
    ['approve R-\u202e12', 'U+202E', 'character 9', 'by hand'],
    ['pause', 'expected a host, a GPU or `all`', 'after `pause`', 'pause hv01'],
    ['pause h\u00adv', 'U+00AD', 'character 7', 'by hand'],
    ['whoami x', 'expected the end, not `x`', 'after `whoami`', 'Usage: `whoami`'],
    ['x'.repeat(2001), '2001 characters', 'the text', 'Shorten it by 1.'],
  ]

  it.each(table)('%j', (text, wrong, where, right) => {
    const refusals = refusalsOf(text)

    expect(refusals.map((each) => each.code)).toEqual(['syntax'])
    expect(refusals[0]?.reason).toContain(wrong)
    expect(refusals[0]?.reason).toContain(where)
    expect(refusals[0]?.next).toContain(right)
  })

  it('names every wrong flag at once', () => {
    expect(refusalsOf('list --fre --mien').map((each) => each.reason)).toEqual([
      '`--fre` at character 6 is not a flag of this command',
      '`--mien` at character 12 is not a flag of this command',
    ])
  })

  it('quotes at most 60 characters back', () => {
    const [refusal] = refusalsOf('x'.repeat(1000))

    expect(refusal?.reason).toBe(`\`${'x'.repeat(59)}…\` at character 1 is not a command`)
  })

  it('accepts a text of exactly 2000 characters, counted as people count', () => {
    expect(parse('🎉'.repeat(2000))).toMatchObject({
      refusals: [{ reason: expect.stringContaining('not a command') }],
    })
    expect(parse(`list${' '.repeat(1996)}`).ok).toBe(true)
  })
})

describe('any text at all', () => {
  const pieces: readonly string[] = [
    'list',
    'show',
    'assign',
    'move',
    'release',
    'approve',
    'because',
    'to',
    'for',
    'help',
    'pause',
    'check',
    gpu,
    vm,
    'R-12',
    '8h',
    'all',
    '--page',
    '--page=',
    '--dry-run',
    '—dry-run',
    '--mode',
    '--',
    '-',
    '=',
    '"',
    "'",
    '“',
    '”',
    '‘',
    '\\',
    '`',
    ' ',
    ' ',
    ' ',
    '\n',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '\u200b',
    '\u200d',
    '\ufeff',
    '\ud800',
    '\udc00',
    '🎉',
    'é',
    'e\u0301',
    '仮想',
    '<!channel>',
    '<@U1>',
    '*',
    '__proto__',
    'constructor',
    '/gpu',
  ]
  const texts = (count: number): string[] => {
    const { roll, pick } = dice(20_000)
    const one = (): string =>
      roll(3) === 0
        ? String.fromCodePoint(roll(roll(2) === 0 ? 0x250 : 0x110000))
        : pick(pieces) + pick(['', ' '])
    return Array.from({ length: count }, () => Array.from({ length: roll(14) }, one).join(''))
  }
  const outcomes = () => texts(2000).map((text) => ({ text, outcome: parse(text) }))

  it('never throws, and is either understood or refused with a reason and a next step', () => {
    const read = outcomes()
    const silent = read.filter(
      ({ outcome }) =>
        !outcome.ok &&
        (outcome.refusals.length === 0 || outcome.refusals.some(({ reason, next }) => !reason || !next)),
    )

    expect(silent).toEqual([])
    expect(read.some(({ outcome }) => outcome.ok)).toBe(true)
  })

  it('never comes back with characters that cannot be seen', () => {
    const hidden = outcomes().filter(
      ({ outcome }) =>
        !outcome.ok &&
        outcome.refusals.some(({ reason, next }) => /[\p{Cc}\p{Cf}\p{Cs}]/u.test(`${reason}${next ?? ''}`)),
    )

    expect(hidden).toEqual([])
  })
})
