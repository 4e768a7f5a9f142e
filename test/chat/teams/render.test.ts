import { describe, expect, test } from '@jest/globals'
import { limits } from '../../../src/chat/teams/limits'
import { decodePress } from '../../../src/chat/teams/press'
import { renderTeams, type TeamsMessage } from '../../../src/chat/teams/render'
import type { Notice, Part } from '../../../src/core/notice/notice'
import { everyPart, HOSTILE } from '../hostile'
import { everyPost } from '../posts'
import { linesOf, nodesOf, textOf, typesOf, type Node } from './reading'

const notice = (...parts: Part[]): Notice => ({ summary: 'summary', tone: 'plain', parts })

const button = (label: string, text = 'list'): Extract<Part, { kind: 'buttons' }>['buttons'][number] => ({
  label,
  style: 'plain',
  press: { kind: 'say', text },
})

/** The smallest limit on a bot's message that Microsoft has documented, in UTF-8 and in UTF-16, the summary included. */
const expectWithinLimits = ({ summary, card }: TeamsMessage): void => {
  const message = JSON.stringify({ summary, attachments: [{ content: card }] })
  expect(Buffer.byteLength(message)).toBeLessThan(28_000 - 2_000)
  expect(Buffer.byteLength(message, 'utf16le')).toBeLessThan(40_960 - 2_000)
  expect(summary).not.toBe('')
  expect(card.body.length).toBeGreaterThan(0)
  expect(card.actions?.length ?? 0).toBeLessThanOrEqual(6)
  for (const node of nodesOf(card)) if (typeof node.text === 'string') expect(node.text).not.toBe('')
}

/** Of the epoch: what people typed has other dates. */
const OUR_DATE = '{{DATE(1970-01-01T00:00:00Z, SHORT)}} {{TIME(1970-01-01T00:00:00Z)}}'

describe.each(HOSTILE)('a notice whose every text is %s', (_, text) => {
  const message = renderTeams({ summary: text, tone: 'bad', parts: everyPart(text) }, () => text)

  test('stands in elements alone that Teams does not parse', () => {
    const types = new Set(typesOf(message.card))

    for (const parsed of ['FactSet', 'Media', 'Image', 'Action.OpenUrl', 'Action.Submit', 'mention'])
      expect(types).not.toContain(parsed)
    for (const node of nodesOf(message.card))
      if (node.type === 'TextBlock')
        expect(node.text?.replaceAll(OUR_DATE, 'moment')).toMatch(
          /^[\p{L}\p{N}](?:[\p{L}\p{N} ,]|\b[/-]\b)*$/u,
        )
    expect(message.card.msteams).toEqual({ width: 'Full' })
  })

  test('is no date, no template and no speech markup', () => {
    for (const { text: run = '' } of nodesOf(message.card))
      expect(run.replaceAll(OUR_DATE, '')).not.toMatch(/\{\{(DATE|TIME)\(/)
    expect(message.card.speak).not.toMatch(/[<>&]/)
    expect(message.card.fallbackText).toMatch(/^This Teams cannot show the card/)
  })

  test('holds nothing invisible, turning or broken', () => {
    const shown = JSON.stringify(message).replaceAll('\uFE0F', '')

    expect(shown).not.toMatch(/\p{Default_Ignorable_Code_Point}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u)
    expect(shown).not.toMatch(/\\u00|\\[bfr]|\p{Surrogate}|\u007F|[\u0080-\u009F]/u)
  })

  test('stays within every limit', () => expectWithinLimits(message))
})

test('what a person typed is shown as it was typed', () => {
  const message = renderTeams(notice({ kind: 'text', runs: ['**x** [y](https://z.example) <at>A</at>'] }))

  expect(message.card.body).toEqual([
    {
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text: '**x** [y](https://z.example) <at>A</at>' }],
    },
  ])
})

test('a person is a name, or an id where no name is known, and never a mention', () => {
  const parts: Part = { kind: 'text', runs: [{ person: 'teams:t1/u1' }, ' ', { person: 'slack:T1/U2' }] }

  expect(textOf(renderTeams(notice(parts), (account) => (account === 'teams:t1/u1' ? 'Maya' : null)))).toBe(
    'Maya U2 in Slack',
  )
  expect(textOf(renderTeams(notice(parts)))).toBe('u1 U2 in Slack')
  expect(JSON.stringify(renderTeams(notice(parts)))).not.toContain('mention')
})

test.each([
  ['waiting', 'warning', 'Waiting'],
  ['working', 'accent', 'In progress'],
  ['good', 'good', 'OK'],
  ['bad', 'attention', 'Attention'],
] as const)('the tone %s is a colour and a word at the title', (tone, style, word) => {
  const message = renderTeams({ summary: 's', tone, parts: [{ kind: 'title', text: 'Title' }] })

  expect(message.card.body[0]).toMatchObject({ type: 'Container', style })
  expect(linesOf(message)).toEqual([word, 'Title'])
})

test('a title is a heading where that cannot be markup, and large text elsewhere', () => {
  const typeOf = (text: string) => typesOf(renderTeams(notice({ kind: 'title', text })).card.body)[0]

  expect(typeOf('Assign hv01/gpu0 to train-02')).toBe('TextBlock')
  for (const text of [
    'a_b_',
    '1. one',
    '- one',
    '[a](b)',
    'evil.example',
    'http://x',
    'a * b',
    'a--b',
    '<b>',
  ])
    expect(typeOf(text)).toBe('RichTextBlock')
})

test('each line is a block of its own', () => {
  const message = renderTeams(notice({ kind: 'text', runs: ['one\n', { strong: 'two' }, '\n\nthree'] }))

  expect(linesOf(message)).toEqual(['one', 'two', 'three'])
})

describe('a moment', () => {
  const time = Date.UTC(2026, 0, 15, 12, 30, 45)
  const date = '{{DATE(2026-01-15T12:30:45Z, SHORT)}} {{TIME(2026-01-15T12:30:45Z)}}'
  const blocksOf = (...runs: Extract<Part, { kind: 'text' }>['runs']) =>
    nodesOf(renderTeams(notice({ kind: 'text', runs })).card.body)
      .filter(({ type }) => type?.endsWith('Block'))
      .map(({ type, text, inlines }) => [type, text ?? (inlines as Node[]).map((run) => run.text).join('')])

  test('among harmless words is shown in the reader’s zone', () => {
    expect(blocksOf('Asked ', { time }, ', expires ', { time }, ' if nobody decides')).toEqual([
      ['TextBlock', `Asked ${date}, expires ${date} if nobody decides`],
    ])
  })

  test('that begins a line stands above it, in the reader’s zone', () => {
    expect(blocksOf('one\n', { time }, ': ', { strong: 'R-7' }, ' **asked**')).toEqual([
      ['RichTextBlock', 'one'],
      ['TextBlock', date],
      ['RichTextBlock', 'R-7 **asked**'],
    ])
  })

  test('beside people, names and stops is shown in the reader’s zone, without bold words', () => {
    const runs = [
      { strong: 'hv01/gpu0' },
      ' in train-01 (R-7): ',
      { person: 'teams:t/u' },
      ' until ',
      { time },
      '.',
    ]

    expect(blocksOf(...runs)).toEqual([['TextBlock', `hv01/gpu0 in train-01 (R-7): u until ${date}.`]])
  })

  test('that ends a line of words that could be markup stands below it, in the reader’s zone', () => {
    expect(blocksOf('[x](y) at ', { time })).toEqual([
      ['RichTextBlock', '[x](y) at'],
      ['TextBlock', date],
    ])
  })

  test.each(['1. one, ', 'see hv01.example, ', 'a_b ', ':smile: ', 'mailto:a ', 'x) [y '])(
    'after %j never stands in a block that reads markdown',
    (words) => {
      const shown = blocksOf(words, { time }, ' and on')

      expect(shown).toEqual([['RichTextBlock', `${words}2026-01-15 12:30 UTC and on`]])
    },
  )

  test('that fits nowhere has all of its card in UTC, so that two clocks are never on one card', () => {
    expect(blocksOf('Asked ', { time }, '\n[x](y) from ', { time }, ' on\n', { time }, ': done')).toEqual([
      ['RichTextBlock', 'Asked 2026-01-15 12:30 UTC'],
      ['RichTextBlock', '[x](y) from 2026-01-15 12:30 UTC on'],
      ['RichTextBlock', '2026-01-15 12:30 UTC: done'],
    ])
  })
})

test.each(everyPost())('$name has its moments in one zone', ({ teams: message }) => {
  const shown = JSON.stringify(message.card.body)

  expect(shown.includes(' UTC') && shown.includes('{{DATE(')).toBe(false)
})

test('facts stand in two columns', () => {
  const message = renderTeams(
    notice({ kind: 'facts', rows: [{ label: 'GPU', runs: [{ strong: 'hv01/gpu0' }] }] }),
  )

  expect(typesOf(message.card.body).filter((type) => type.startsWith('Column'))).toEqual([
    'ColumnSet',
    'Column',
    'Column',
  ])
  expect(linesOf(message)).toEqual(['GPU', 'hv01/gpu0'])
})

test('steps show their state by a mark', () => {
  const message = renderTeams(
    notice({
      kind: 'steps',
      steps: [
        { text: 'shut down', state: 'done', note: '4 s' },
        { text: 'assign', state: 'now' },
        { text: 'start', state: 'todo' },
      ],
    }),
  )

  expect(linesOf(message)).toEqual(['✅', 'shut down (4 s)', '⏳', 'assign', '⬜', 'start'])
})

test('code keeps its lines and its blanks', () => {
  const message = renderTeams(notice({ kind: 'code', text: 'if ($x) {\n    Stop-VM\n\n}' }))

  expect(linesOf(message)).toEqual(['if ($x) {', '\u00A0\u00A0\u00A0 Stop-VM', '\u00A0', '}'])
})

test('a table with more columns than a telephone shows is a line for each row', () => {
  const message = renderTeams(
    notice({
      kind: 'table',
      head: ['#', 'GPU', 'Driver', 'Load', 'Power'],
      rows: [['0', 'A100', '535', '3 %', '60 W']],
    }),
  )

  expect(linesOf(message)).toEqual(['0  A100 · Driver 535 · Load 3 % · Power 60 W'])
})

describe('a button', () => {
  const decide = { kind: 'decide', verdict: 'approve', requestId: 'R1', version: 2 } as const
  const approve = {
    label: 'Approve',
    style: 'primary',
    press: decide,
    confirm: { title: 'Sure?', text: 'It runs.', yes: 'Run it' },
  } as const

  test('carries its press and its style', () => {
    const [action] = renderTeams(notice({ kind: 'buttons', buttons: [{ ...approve, confirm: undefined }] }))
      .card.actions!

    expect(action).toEqual({
      type: 'Action.Execute',
      title: 'Approve',
      style: 'positive',
      verb: 'gpu.press',
      data: { press: decide },
    })
  })

  test('that asks first opens the question with the button that answers it', () => {
    const [action] = renderTeams(notice({ kind: 'buttons', buttons: [approve] })).card.actions!

    expect(action).toMatchObject({
      type: 'Action.ShowCard',
      title: 'Approve',
      card: { actions: [{ type: 'Action.Execute', title: 'Run it', data: { press: decide } }] },
    })
    expect(JSON.stringify(action)).toContain('It runs.')
  })

  test('is told by what it carries, whatever else Teams puts beside it', () => {
    const [action] = renderTeams(notice({ kind: 'buttons', buttons: [button('Next', 'list --page 2')] })).card
      .actions!
    const data = action?.type === 'Action.Execute' ? action.data : null

    expect(decodePress({ ...data, msteams: { type: 'x' }, input: '1' })).toEqual({
      kind: 'say',
      text: 'list --page 2',
    })
  })

  test.each([
    null,
    'x',
    {},
    { press: { kind: 'say' } },
    { press: { ...decide, by: 'me' } },
    { press: JSON.stringify(decide) },
    { press: { kind: 'say', text: 'x'.repeat(2_000) } },
    { press: { kind: 'say', text: 'x'.repeat(20_001) } },
    { press: { kind: 'lease', verb: 'extend', leaseId: 'R-1', version: 1, byMs: 2 ** 53 } },
  ])('of another card is none of ours: %j', (data) => expect(decodePress(data)).toBeNull())
})

describe('a notice that is too long', () => {
  const rows = (count: number): string[][] =>
    Array.from({ length: count }, (_, n) => [`hv${n}/gpu0`, 'NVIDIA A100 80 GB', 'free', 'healthy'])
  const table = (count: number): Part => ({
    kind: 'table',
    head: ['GPU', 'Model', 'State', 'Health'],
    rows: rows(count),
  })

  test('with 20 GPUs shows all of them in a table', () => {
    const message = renderTeams(notice(table(20)))

    expectWithinLimits(message)
    expect(typesOf(message.card.body)[0]).toBe('Table')
    expect(textOf(message)).toContain('hv19/gpu0')
    expect(textOf(message)).not.toContain('cut')
  })

  test('with 1,000 GPUs keeps title and buttons and says how much is missing', () => {
    const message = renderTeams(
      notice(
        { kind: 'title', text: 'GPUs' },
        table(1_000),
        { kind: 'note', runs: ['read 3 s ago'] },
        { kind: 'buttons', buttons: [button('Next', 'list --page 2')] },
      ),
    )

    expectWithinLimits(message)
    const missing = Number(/… cut: (\d+) more rows/.exec(textOf(message))?.[1])
    expect(missing + linesOf(message).filter((line) => line.startsWith('hv')).length).toBe(1_000)
    expect(textOf(message)).toContain('read 3 s ago')
    expect(message.card.actions).toHaveLength(1)
    expect(textOf(message)).toContain('narrower view')
  })

  test('with 200 parts and 200 buttons stays within every limit and says so', () => {
    const parts = Array.from({ length: 200 }, (_, n): Part => ({
      kind: 'text',
      runs: [`part ${n} ${'x'.repeat(500)}`],
    }))
    const buttons = Array.from({ length: 200 }, (_, n) => button(`b${n}`, 'y'.repeat(300)))

    const message = renderTeams(notice(...parts, { kind: 'buttons', buttons }))

    expectWithinLimits(message)
    expect(textOf(message)).toContain('narrower view')
    expect(message.card.actions).toHaveLength(6)
  })

  test('leaves out a button whose command does not fit, and says so', () => {
    const message = renderTeams(
      notice({ kind: 'buttons', buttons: [button('Long', 'x'.repeat(2_000)), button('Short')] }),
    )

    expect(message.card.actions).toMatchObject([{ title: 'Short' }])
    expect(textOf(message)).toContain('cut')
  })

  test.each<{ part: Part }>([
    {
      part: {
        kind: 'facts',
        rows: [{ label: 'Long', runs: Array.from({ length: 20 }, () => 'x'.repeat(3_000)) }],
      },
    },
    {
      part: {
        kind: 'steps',
        steps: Array.from({ length: 500 }, () => ({ text: 'y'.repeat(90), state: 'done' })),
      },
    },
    { part: { kind: 'text', runs: Array.from({ length: 20 }, () => ({ strong: 'z'.repeat(3_000) })) } },
  ])('with nothing but $part.kind says that it was cut', ({ part }) => {
    const message = renderTeams(notice(part))

    expectWithinLimits(message)
    expect(textOf(message)).toContain('narrower view')
  })

  test('keeps what follows a huge code block', () => {
    const message = renderTeams(
      notice({ kind: 'code', text: 'Get-VM\n'.repeat(5_000) }, { kind: 'text', runs: ['after'] }),
    )

    expectWithinLimits(message)
    expect(textOf(message)).toContain('after')
    expect(textOf(message)).toContain('… cut')
  })
})

test('a notice without parts is its summary', () => {
  expect(textOf(renderTeams(notice()))).toBe('summary')
  expect(limits.cardBytes).toBeLessThan(28_000)
})
