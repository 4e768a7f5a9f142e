/** Every card of the bot, drawn by Microsoft's renderer in a browser: nothing is dropped, and no text becomes markup. */
import { beforeAll, expect, test } from '@jest/globals'
import { decodePress } from '../../src/chat/teams/press'
import { renderTeams, type TeamsMessage } from '../../src/chat/teams/render'
import type { Notice } from '../../src/core/notice/notice'
import { everyPart, HOSTILE } from '../chat/hostile'
import { everyPost } from '../chat/posts'
import { nodesOf } from '../chat/teams/reading'
import { withChromium } from './chromium'
import { show, type Shown } from './official'

const PLAIN_TAGS = ['div', 'span', 'button', 'p']

/** The moments that are the bot's own. */
const dated = (text: string): string =>
  text.replace(/\{\{DATE\(1970[^,]*, SHORT\)\}\}/g, 'a date').replace(/\{\{TIME\(1970.*?\)\}\}/g, 'a time')

/** Every text and label of the card, in their order, with the dates that are the bot's own. */
const textsIn = ({ card }: TeamsMessage): string =>
  [
    ...nodesOf(card.body).flatMap(({ text }) => (text === undefined ? [] : dated(text))),
    ...(card.actions ?? []).map(({ title }) => title),
  ].join('')

const cards = everyPost().map(({ name, teams: { card } }) => ({ name, card }))
const hostile = HOSTILE.map(([name, text]) => ({
  name,
  message: renderTeams({ summary: text, tone: 'bad', parts: everyPart(text) }, () => text),
}))

withChromium('Microsoft’s renderer', (browser) => {
  const shown = { known: [] as Shown[], hostile: [] as Shown[] }
  beforeAll(async () => {
    shown.known = await show(browser(), cards)
    shown.hostile = await show(
      browser(),
      hostile.map(({ message }) => message),
    )
  })

  test.each(cards.map((each, at) => ({ ...each, at })))(
    'knows every part of $name as this version of the schema has it',
    ({ card, at }) => {
      const { msteams, ...known } = card
      const { entities, ...frame } = msteams

      expect(shown.known[at]?.complaints).toEqual([])
      expect(shown.known[at]?.understood).toEqual(known)
      // Whom a card mentions is Teams' own, and stands beside what the schema knows.
      expect(frame).toEqual({ width: 'Full' })
    },
  )

  test.each(hostile.map((each, at) => ({ ...each, at })))(
    'shows a notice whose every text is $name as text, character for character',
    ({ message, at }) => {
      const screen = shown.hostile[at]

      expect(screen?.text.replace(/\n/g, '')).toBe(textsIn(message).replace(/\n/g, ''))
      expect(screen?.tags.filter((tag) => !PLAIN_TAGS.includes(tag))).toEqual([])
      expect(screen?.complaints).toEqual([])
    },
  )

  test('would show markup in a TextBlock', async () => {
    const [screen] = await show(browser(), [
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
    expect(screen?.text).toContain('a date')
    expect(screen?.text).not.toContain('DATE')
    expect(screen?.understood).not.toHaveProperty('fallbckText')
  })

  test('shows the question of a button that asks first, and sends its answer to the bot', async () => {
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

    const [closed, open, denied] = await show(browser(), [
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
})
