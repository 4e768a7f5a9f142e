import { describe, expect, test } from '@jest/globals'
import type { Notice, Part } from '../../../src/core/notice/notice'
import { limits } from '../../../src/chat/slack/limits'
import { decodePress } from '../../../src/chat/slack/press'
import { renderSlack, type SlackMessage } from '../../../src/chat/slack/render'
import { everyPart, HOSTILE } from '../hostile'

const notice = (...parts: Part[]): Notice => ({ summary: 'summary', tone: 'plain', parts })

interface Node {
  readonly type?: string
  readonly text?: unknown
  readonly [key: string]: unknown
}
const nodesOf = (value: unknown): Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  return [value as Node, ...Object.values(value).flatMap(nodesOf)]
}
const textsOf = (message: SlackMessage): string =>
  nodesOf(message.blocks)
    .map((node) => (typeof node.text === 'string' ? node.text : ''))
    .join('')

/** Every rule of Slack's that a post of ours could break. */
const expectWithinLimits = ({ text, blocks }: SlackMessage): void => {
  expect(text.length).toBeGreaterThan(0)
  expect(text.length).toBeLessThanOrEqual(3_000)
  expect(blocks.length).toBeLessThanOrEqual(50)
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(limits.totalJson)
  expect(blocks.filter((block) => block.type === 'table').length).toBeLessThanOrEqual(1)
  for (const node of nodesOf(blocks)) {
    if (typeof node.text === 'string') expect(node.text.length).toBeGreaterThan(0)
    if (node.type === 'header') expect((node.text as Node).text).toHaveProperty('length')
    if (node.type === 'header') expect(((node.text as Node).text as string).length).toBeLessThanOrEqual(150)
    if (node.type === 'button') {
      expect(((node.text as Node).text as string).length).toBeLessThanOrEqual(75)
      expect((node['value'] as string).length).toBeLessThanOrEqual(2_000)
    }
    if (node.type === 'actions') expect((node['elements'] as unknown[]).length).toBeLessThanOrEqual(25)
    if (node.type === 'table') {
      const rows = node['rows'] as unknown[][]
      expect(rows.length).toBeLessThanOrEqual(100)
      expect(new Set(rows.map((row) => row.length)).size).toBe(1)
      expect(rows[0]!.length).toBeLessThanOrEqual(20)
    }
  }
}

const button = (label: string, text = 'list'): Extract<Part, { kind: 'buttons' }>['buttons'][number] => ({
  label,
  style: 'plain',
  press: { kind: 'say', text },
})

describe.each(HOSTILE)('a notice whose every text is %s', (_, text) => {
  const message = renderSlack({ summary: text, tone: 'bad', parts: everyPart(text) })

  test('holds no element that Slack would parse', () => {
    const types = new Set(nodesOf(message.blocks).map((node) => node.type))

    for (const parsed of [
      'mrkdwn',
      'markdown',
      'link',
      'user',
      'usergroup',
      'channel',
      'broadcast',
      'emoji',
      'section',
    ])
      expect(types).not.toContain(parsed)
    for (const node of nodesOf(message.blocks))
      if (node.type === 'plain_text') expect(node['emoji']).toBe(false)
  })

  test('has a fallback without markup, mentions or links', () => {
    expect(message.text).not.toMatch(/[<>]/)
    expect(message.text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
  })

  test('holds nothing invisible, turning or broken', () => {
    const shown = textsOf(message) + message.text

    expect(shown.replaceAll('\uFE0F', '')).not.toMatch(
      /\p{Default_Ignorable_Code_Point}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u,
    )
    // eslint-disable-next-line no-control-regex -- the absence of control characters is the promise
    expect(shown).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/u)
    expect(shown).not.toMatch(/\p{Surrogate}/u)
  })

  test('stays within every limit', () => expectWithinLimits(message))
})

test('what a person typed is shown as it was typed', () => {
  const message = renderSlack(notice({ kind: 'text', runs: ['<!channel> *x* `y` & <@U1>'] }))

  expect(message.blocks).toEqual([
    {
      type: 'rich_text',
      elements: [
        { type: 'rich_text_section', elements: [{ type: 'text', text: '<!channel> *x* `y` & <@U1>' }] },
      ],
    },
  ])
})

test('a turning mark is shown by its number, emoji of several parts stay whole', () => {
  const message = renderSlack(notice({ kind: 'text', runs: ['a\u202Eb 👩🏽\u200D💻 ⚠️'] }))

  expect(textsOf(message)).toBe('a‹U+202E›b 👩🏽\u200D💻 ⚠️')
})

test('a person is a name chip, but only when it is an account of Slack', () => {
  const message = renderSlack(
    notice({
      kind: 'text',
      runs: [{ person: 'slack:T1/U1' }, { person: '<@U2>' }, { person: 'teams:t1/u3' }],
    }),
  )

  expect(JSON.stringify(message.blocks)).toContain('{"type":"user","user_id":"U1"}')
  expect(JSON.stringify(message.blocks)).toContain('{"type":"text","text":"<@U2>"}')
  expect(JSON.stringify(message.blocks)).toContain('{"type":"text","text":"u3 in Teams"}')
})

test('a moment is shown in the reader’s zone, with UTC for clients that cannot', () => {
  const message = renderSlack(
    notice({ kind: 'note', runs: ['Asked ', { time: Date.UTC(2026, 0, 15, 12, 30, 45) }] }),
  )

  expect(nodesOf(message.blocks)).toContainEqual({
    type: 'date',
    timestamp: Date.UTC(2026, 0, 15, 12, 30, 45) / 1000,
    format: '{date_short_pretty} {time}',
    fallback: '2026-01-15 12:30 UTC',
  })
})

test('the tone is a mark at the title', () => {
  const marks = (['waiting', 'working', 'good', 'bad'] as const).map((tone) =>
    textsOf(renderSlack({ summary: 's', tone, parts: [{ kind: 'title', text: 'T' }] })),
  )

  expect(marks).toEqual(['🟡 T', '🔵 T', '🟢 T', '🔴 T'])
})

test('steps show their state, one a line', () => {
  const message = renderSlack(
    notice({
      kind: 'steps',
      steps: [
        { text: 'shut down', state: 'done', note: '4 s' },
        { text: 'assign', state: 'now' },
        { text: 'start', state: 'todo' },
      ],
    }),
  )

  expect(textsOf(message)).toBe('✅ shut down (4 s)\n⏳ assign\n⬜ start')
})

test('buttons carry their press, unique ids and their question', () => {
  const decide = { kind: 'decide', verdict: 'approve', requestId: 'R1', version: 2 } as const
  const message = renderSlack(
    notice(
      {
        kind: 'buttons',
        buttons: [
          {
            label: 'Approve',
            style: 'primary',
            press: decide,
            confirm: { title: 'Sure?', text: 'It runs.', yes: 'Run' },
          },
        ],
      },
      { kind: 'buttons', buttons: [button('Next')] },
    ),
  )
  const buttons = nodesOf(message.blocks).filter((node) => node.type === 'button')

  expect(buttons.map((each) => each['action_id'])).toEqual(['gpu.press.0', 'gpu.press.1'])
  expect(buttons.map((each) => decodePress(each['value'] as string))).toEqual([
    decide,
    { kind: 'say', text: 'list' },
  ])
  expect(buttons[0]).toMatchObject({
    style: 'primary',
    confirm: {
      title: { text: 'Sure?' },
      text: { text: 'It runs.' },
      confirm: { text: 'Run' },
      style: 'primary',
    },
  })
})

describe('a notice that is too long', () => {
  const rows = (count: number): string[][] =>
    Array.from({ length: count }, (_, n) => [`hv${n}/gpu0`, 'NVIDIA A100 80 GB', 'free', 'healthy'])
  const table = (count: number): Part => ({
    kind: 'table',
    head: ['GPU', 'Model', 'State', 'Health'],
    rows: rows(count),
  })

  test('with a small table keeps a native one', () => {
    expect(renderSlack(notice(table(20))).blocks.map((block) => block.type)).toEqual(['table'])
  })

  test('with 60 rows shows all of them as text', () => {
    const message = renderSlack(notice(table(60)))

    expectWithinLimits(message)
    expect(textsOf(message)).toContain('hv59/gpu0')
    expect(textsOf(message)).not.toContain('cut')
  })

  test('with 1,000 GPUs keeps title and buttons and says how much is missing', () => {
    const message = renderSlack(
      notice(
        { kind: 'title', text: 'GPUs' },
        table(1_000),
        { kind: 'note', runs: ['read 3 s ago'] },
        { kind: 'buttons', buttons: [button('Next', 'list --page 2')] },
      ),
    )

    expectWithinLimits(message)
    expect(textsOf(message)).toMatch(/… cut: \d+ more rows/)
    expect(textsOf(message)).toContain('read 3 s ago')
    expect(message.blocks.map((block) => block.type)).toContain('actions')
    expect(textsOf(message)).toContain('narrower view')
  })

  test('with 25 columns shows them as text', () => {
    const wide: Part = { kind: 'table', head: Array.from({ length: 25 }, (_, n) => `c${n}`), rows: [] }

    const message = renderSlack(notice(wide))

    expectWithinLimits(message)
    expect(textsOf(message)).toContain('c24')
  })

  test('with two tables has one native one', () => {
    const message = renderSlack(notice(table(2), table(2)))

    expectWithinLimits(message)
    expect(message.blocks.map((block) => block.type)).toEqual(['table', 'rich_text'])
  })

  test('with 200 parts and 200 buttons stays within every limit and says so', () => {
    const parts = Array.from({ length: 200 }, (_, n): Part => ({
      kind: 'text',
      runs: [`part ${n} ${'x'.repeat(500)}`],
    }))
    const buttons: Part = {
      kind: 'buttons',
      buttons: Array.from({ length: 200 }, (_, n) => button(`b${n}`, 'y'.repeat(300))),
    }

    const message = renderSlack(notice(...parts, buttons))

    expectWithinLimits(message)
    expect(textsOf(message)).toContain('narrower view')
    expect(message.blocks.map((block) => block.type)).toContain('actions')
  })

  test('with 200 rows of buttons stays within every limit and says so', () => {
    const message = renderSlack(
      notice(...Array.from({ length: 200 }, (): Part => ({ kind: 'buttons', buttons: [button('b')] }))),
    )

    expectWithinLimits(message)
    expect(textsOf(message)).toContain('narrower view')
  })

  test('leaves out a button whose command does not fit, and says so', () => {
    const message = renderSlack(
      notice({ kind: 'buttons', buttons: [button('Long', 'x'.repeat(2_000)), button('Short')] }),
    )

    expectWithinLimits(message)
    expect(nodesOf(message.blocks).filter((node) => node.type === 'button')).toHaveLength(1)
    expect(textsOf(message)).toContain('cut')
  })

  test('keeps what follows a huge code block', () => {
    const message = renderSlack(
      notice(
        { kind: 'code', text: 'Get-VM\n'.repeat(5_000) },
        { kind: 'text', runs: ['after'] },
        { kind: 'buttons', buttons: [button('Ok')] },
      ),
    )

    expectWithinLimits(message)
    expect(textsOf(message)).toContain('after')
    expect(textsOf(message)).toContain('… cut')
  })
})
