import { describe, expect, it } from '@jest/globals'
import type { Command } from '../../../src/core/command/command'
import { format } from '../../../src/core/grammar/format'
import { KINDS } from '../../../src/core/command/command'
import { timeZone } from '../../../src/core/time/zone'
import { parse } from '../../../src/core/grammar/parse'
import { dice, type Dice } from './seeded'
import { A_BOT } from '../../fakes/fence'

const plain = { shutdown: false, powerOff: false, noStart: false, dryRun: false, script: false }

describe('a command as text', () => {
  const table: readonly (readonly [Command, string])[] = [
    [{ kind: 'list', free: false, mine: false, page: 1 }, 'list'],
    [
      { kind: 'list', host: 'hv01', free: true, mine: true, page: 2 },
      'list --host hv01 --free --mine --page 2',
    ],
    [{ kind: 'show', name: 'my vm' }, 'show "my vm"'],
    [{ kind: 'show', name: 'because' }, 'show "because"'],
    [{ kind: 'show', name: '-x' }, 'show "-x"'],
    [{ kind: 'show', name: 'a“b"\\' }, 'show "a\\“b\\"\\\\"'],
    [{ kind: 'check', gpu: 'hv01/gpu0', vm: 'to' }, 'check hv01/gpu0 for "to"'],
    [
      { kind: 'assign', gpu: 'hv01/gpu0', vm: 'train-01', ...plain, dryRun: true, reason: 'a --script' },
      'assign hv01/gpu0 to train-01 --dry-run because "a --script"',
    ],
    [{ kind: 'approve', requestId: 'R-12' }, 'approve R-12'],
    [{ kind: 'show', name: '`x`' }, 'show "`x`"'],
    [{ kind: 'show', name: 'into' }, 'show "into"'],
    [{ kind: 'extend', byMs: 3_600_000 }, 'extend by 1h'],
    [{ kind: 'extend', gpu: 'hv01/gpu0', byMs: 3_600_000 }, 'extend hv01/gpu0 by 1h'],
    [
      { kind: 'comment', requestId: 'R-12', reason: "that's mine, because" },
      'comment R-12 "that\'s mine, because"',
    ],
    [{ kind: 'history', page: 3 }, 'history --page 3'],
    [{ kind: 'help' }, 'help'],
    [{ kind: 'whoami' }, 'whoami'],
  ]

  it.each(table)('%j', (command, text) => {
    expect(format(command)).toBe(text)
    expect(parse(text)).toEqual({ ok: true, value: command })
  })
})

const LETTERS = Array.from('abzAZ09 /.-_—–"\'“”‘’„\\`=<>@!é仮🎉,')
const name = ({ roll, pick }: Dice): string => {
  const text = Array.from({ length: 1 + roll(12) }, () => pick(LETTERS)).join('')
  return text.trim() === '' || /^r-\d+$/i.test(text)
    ? 'x'
    : pick([text, text, 'to', 'For', 'into', 'until', 'by', 'because', '--free'])
}
const maybe = <T extends object>({ roll }: Dice, given: T): T | object => (roll(2) === 0 ? given : {})

const generated = (kind: Command['kind'], d: Dice): Command => {
  const flag = (): boolean => d.roll(2) === 0
  const page = 1 + d.roll(99)
  const gpu = `${d.pick(['hv01', 'HV-2.lab'])}/gpu${d.roll(20)}`
  const because = maybe(d, { reason: name(d).trim() })
  const agreed = { shutdown: flag(), powerOff: flag(), noStart: flag() }
  const consents = {
    ...agreed,
    dryRun: flag(),
    script: flag(),
    ...maybe(d, { breakGlass: true }),
    ...because,
  }
  const lent = { ...maybe(d, { forMs: 60_000 * (1 + d.roll(9999)) }), ...maybe(d, { until: name(d) }) }
  const mode = maybe(d, { mode: d.pick(['dda', 'partition'] as const) })
  const vram = (1 + d.roll(200)) * 2 ** d.pick([20, 30])
  const mmio = d.pick([vram, 'more' as const])
  const requestId = `R-${d.roll(1000)}`
  const entryId = `Q-${d.roll(1000)}`
  const scope = d.pick(['all', 'hv01'])
  const made: { readonly [K in Command['kind']]: () => Extract<Command, { kind: K }> } = {
    list: () => ({ kind: 'list', ...maybe(d, { host: 'hv01' }), free: flag(), mine: flag(), page }),
    show: () => ({ kind: 'show', name: name(d) }),
    check: () => ({ kind: 'check', gpu, ...maybe(d, { vm: name(d) }), ...mode }),
    assign: () => ({
      kind: 'assign',
      gpu,
      vm: name(d),
      ...mode,
      ...maybe(d, { vram }),
      ...maybe(d, { mmio }),
      ...lent,
      ...consents,
    }),
    move: () => ({ kind: 'move', gpu, vm: name(d), ...maybe(d, { mmio }), ...lent, ...consents }),
    release: () => ({ kind: 'release', name: name(d), ...consents }),
    partition: () => ({
      kind: 'partition',
      gpu,
      count: 1 + d.roll(64),
      dryRun: flag(),
      script: flag(),
      ...because,
    }),
    resize: () => ({ kind: 'resize', vm: name(d), ...d.pick([{ vram }, { mmio }]), ...consents }),
    smi: () => ({ kind: 'smi', name: name(d) }),
    requests: () => ({ kind: 'requests', all: flag(), page }),
    approve: () => ({
      kind: 'approve',
      requestId,
      ...maybe(d, { forMs: 60_000 * (1 + d.roll(9999)) }),
      ...because,
    }),
    ask: () => ({ kind: 'ask', gpu, ...because }),
    deny: () => ({ kind: 'deny', requestId, ...because }),
    agree: () => ({ kind: 'agree', requestId, ...because }),
    object: () => ({ kind: 'object', requestId, ...because }),
    cancel: () => ({ kind: 'cancel', requestId, ...because }),
    extend: () => ({
      kind: 'extend',
      ...d.pick([{ requestId }, { gpu }, {}]),
      byMs: 60_000 * (1 + d.roll(9999)),
    }),
    done: () => {
      const { dryRun, script, breakGlass, ...agreed } = consents as typeof consents & { breakGlass?: boolean }
      return { kind: 'done', ...d.pick([{ requestId }, { gpu }, {}]), ...agreed }
    },
    again: () => ({ kind: 'again', requestId }),
    postpone: () => ({ kind: 'postpone', requestId }),
    retry: () => ({ kind: 'retry', requestId }),
    comment: () => ({ kind: 'comment', requestId, reason: name(d).trim() }),
    queue: () => ({
      kind: 'queue',
      ...d.pick([{}, { gpu }, { model: d.pick(['any', 'A40', name(d)]) }]),
      ...maybe(d, { memory: vram }),
      ...maybe(d, { vm: name(d) }),
      ...maybe(d, { forMs: 60_000 * (1 + d.roll(9999)) }),
      ...agreed,
      ...because,
      page,
    }),
    take: () => ({
      kind: 'take',
      entryId,
      ...maybe(d, { vm: name(d) }),
      ...maybe(d, { forMs: 60_000 * (1 + d.roll(9999)) }),
      ...agreed,
      ...because,
    }),
    leave: () => ({ kind: 'leave', entryId }),
    history: () => ({ kind: 'history', ...maybe(d, { name: name(d) }), page }),
    watch: () => ({
      kind: 'watch',
      ...maybe(d, {
        what: d.pick(['all', 'digest', 'hv01', gpu]),
        ...maybe(d, { at: '09:05' }),
        ...maybe(d, { zone: timeZone.parse('Europe/Berlin') }),
        ...maybe(d, { here: 'here' as const }),
      }),
    }),
    unwatch: () => ({
      kind: 'unwatch',
      what: d.pick(['all', 'digest', gpu]),
      ...maybe(d, { here: 'here' as const }),
    }),
    reconcile: () => ({ kind: 'reconcile', ...maybe(d, { host: 'hv01' }) }),
    accept: () => ({ kind: 'accept', gpu }),
    forget: () => ({ kind: 'forget', gpu }),
    adopt: () => ({ kind: 'adopt', host: 'hv01', from: A_BOT }),
    pause: () => ({ kind: 'pause', scope: d.pick([scope, gpu]), now: d.roll(2) === 0, ...because }),
    resume: () => ({ kind: 'resume', scope: d.pick([scope, gpu]) }),
    read: () => ({ kind: 'read', requestId }),
    resolve: () => ({ kind: 'resolve', requestId, asFound: d.roll(2) === 0 }),
    reload: () => ({ kind: 'reload' }),
    why: () => ({ kind: 'why', what: d.pick([requestId, `assign ${gpu} to "${name(d)}" now`]) }),
    help: () => ({ kind: 'help', ...maybe(d, { topic: name(d) }) }),
    whoami: () => ({ kind: 'whoami' }),
  }
  return made[kind]()
}

describe('every command, generated', () => {
  it.each(KINDS)('%s is the same again after being written and read, 200 times', (kind) => {
    const d = dice(KINDS.indexOf(kind) + 1)

    for (let round = 0; round < 200; round++) {
      const command = generated(kind, d)
      expect({ text: format(command), read: parse(format(command)) }).toEqual({
        text: format(command),
        read: { ok: true, value: command },
      })
    }
  })
})
