import { describe, expect, test } from '@jest/globals'
import { decodePress } from '../../../src/chat/teams/press'
import { renderTeams, type TeamsMessage } from '../../../src/chat/teams/render'
import type { Notice } from '../../../src/core/notice'
import { everyPart, HOSTILE } from '../hostile'
import { show } from './official'
import { nodesOf } from './reading'

const PLAIN_TAGS = ['div', 'span', 'button', 'p']

const dated = (text: string): string =>
  text
    .replace(/\{\{DATE\((1970[^,]*), SHORT\)\}\}/g, (_, moment: string) =>
      new Date(moment).toLocaleDateString(undefined, {
        day: 'numeric',
        weekday: 'short',
        month: 'short',
        year: 'numeric',
      }),
    )
    .replace(/\{\{TIME\((1970.*?)\)\}\}/g, (_, moment: string) =>
      new Date(moment).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' }),
    )

/** Every text and label of the card, in their order, with the dates that are the bot's own. */
const textsIn = ({ card }: TeamsMessage): string =>
  [
    ...nodesOf(card.body).flatMap(({ text }) => (text === undefined ? [] : dated(text))),
    ...(card.actions ?? []).map(({ title }) => title),
  ].join('')

describe('on the screen', () => {
  const messages = HOSTILE.map(([name, text]) => ({
    name,
    message: renderTeams({ summary: text, tone: 'bad', parts: everyPart(text) }, () => text),
  }))
  const screens = show(messages.map(({ message: { card } }) => ({ card })))

  test.each(messages.map((each, at) => ({ ...each, screen: screens[at]! })))(
    'a notice whose every text is $name is text, character for character',
    ({ message, screen }) => {
      expect(screen.text.replace(/\n/g, '')).toBe(textsIn(message).replace(/\n/g, ''))
      expect(screen.tags.filter((tag) => !PLAIN_TAGS.includes(tag))).toEqual([])
      expect(screen.complaints).toEqual([])
    },
  )

  test('markup in a TextBlock would be found', () => {
    const [screen] = show([
      {
        card: {
          type: 'AdaptiveCard',
          version: '1.5',
          body: [
            {
              type: 'TextBlock',
              text: '[a](https://evil.example) **b** {{DATE(2026-02-14T06:08:39Z, SHORT)}}',
            },
          ],
          fallbckText: 'unknown to the renderer',
        },
      },
    ])

    expect(screen?.tags).toEqual(expect.arrayContaining(['a', 'strong']))
    expect(screen?.text).toContain('2026')
    expect(screen?.text).not.toContain('DATE')
    expect(screen?.understood).not.toHaveProperty('fallbckText')
  })
})

test('a button that asks first shows the question, and its answer is what the bot is sent', () => {
  const press = { kind: 'decide', verdict: 'approve', requestId: 'R1', version: 2 } as const
  const notice: Notice = {
    summary: 's',
    tone: 'waiting',
    parts: [
      { kind: 'text', runs: ['One request'] },
      {
        kind: 'buttons',
        buttons: [
          {
            label: 'Approve',
            style: 'primary',
            press,
            confirm: { title: 'Sure?', text: 'VM stops.', yes: 'Stop it' },
          },
          { label: 'Deny', style: 'danger', press: { ...press, verdict: 'deny' } },
        ],
      },
    ],
  }
  const { card } = renderTeams(notice)

  const [closed, open, denied] = show([
    { card },
    { card, press: ['Approve', 'Stop it'] },
    { card, press: ['Approve', 'Deny'] },
  ])

  expect(closed?.text).not.toContain('Sure?')
  expect(open?.text).toContain('Sure?VM stops.')
  expect(open?.sent.map((each) => decodePress(each?.data))).toEqual([null, press])
  expect(open?.sent[1]?.verb).toBe('gpu.press')
  expect(denied?.text).not.toContain('Sure?')
  expect(decodePress(denied?.sent[1]?.data)).toEqual({ ...press, verdict: 'deny' })
})
