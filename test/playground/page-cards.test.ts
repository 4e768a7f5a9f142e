import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { renderTeams } from '../../src/chat/teams/render'

interface Drawn {
  readonly html: string
  readonly text: string
  readonly sent: readonly unknown[]
}
const draw = (...cards: readonly object[]): Drawn[] =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(__dirname, 'page-cards.mjs')],
      {
        input: JSON.stringify(cards),
        encoding: 'utf8',
      },
    ),
  ) as Drawn[]

const card = (body: readonly object[], actions: readonly object[] = []) => ({
  ...{ type: 'AdaptiveCard', version: '1.5', body, actions },
})
const MARKUP = '<img src=x onerror=alert(1)> **loud** [x](https://evil.example) <at>everyone</at>'

describe('a card on the page', () => {
  const [block, run, input, ours] = draw(
    card([{ type: 'TextBlock', text: MARKUP, wrap: true }]),
    card([{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: MARKUP }] }]),
    card(
      [{ type: 'Input.Text', id: 'why', label: 'Why', value: 'because' }],
      [
        { type: 'Action.Execute', title: 'Go', verb: 'gpu.press', data: { press: 1 } },
        { type: 'Action.Submit', title: 'Send', data: { press: 2 } },
        { type: 'Action.OpenUrl', title: 'Away', url: 'https://evil.example' },
      ],
    ),
    renderTeams({ tone: 'plain', summary: 's', parts: [{ kind: 'text', runs: [MARKUP] }] }).card,
  )

  test.each([
    { where: 'a TextBlock', drawn: block },
    { where: 'a TextRun', drawn: run },
    { where: 'a card of the bot', drawn: ours },
  ])('shows markup in $where as the text that it is', ({ drawn }) => {
    expect(drawn?.text).toContain('<img src=x onerror=alert(1)> **loud** [x](https://evil.example)')
    expect(drawn?.html).not.toMatch(/<(?:img|a|strong|at)\b/)
  })

  test('sends what an action carries with the values of the inputs, and opens no addresses', () => {
    expect(input?.sent).toEqual([
      { type: 'Action.Execute', verb: 'gpu.press', data: { press: 1, why: 'because' } },
      { type: 'Action.Submit', data: { press: 2, why: 'because' } },
    ])
  })
})
