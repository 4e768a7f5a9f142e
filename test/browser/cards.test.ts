/** Cards as the playground's page draws them: its own module, in the page that it serves. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { z } from 'zod'
import { renderTeams } from '../../src/chat/teams/render'
import { withChromium } from './chromium'
import { openStage, type Stage } from './stage'

const drawn = z.array(z.object({ html: z.string(), text: z.string(), sent: z.array(z.unknown()) }))

const card = (body: readonly object[], actions: readonly object[] = []) => ({
  ...{ type: 'AdaptiveCard', version: '1.5', body, actions },
})
const MARKUP = '<img src=x onerror=alert(1)> **loud** [x](https://evil.example) <at>everyone</at>'

/** Every button is pressed once. */
const DRAW = `async (cards) => {
  const { renderCard } = await import('/cards.js')
  return cards.map((card) => {
    const sent = []
    const root = renderCard(card, (action) => sent.push(action))
    document.body.append(root)
    for (const button of root.querySelectorAll('button')) button.click()
    return { html: root.outerHTML, text: root.textContent, sent }
  })
}`

withChromium('a card on the page', (browser) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(browser(), 'none')
  })
  afterAll(() => stage.end())
  const draw = async (...cards: readonly object[]) =>
    drawn.parse(await stage.page.evaluate(`(${DRAW})(${JSON.stringify(cards)})`))

  test.each([
    { where: 'a TextBlock', shown: card([{ type: 'TextBlock', text: MARKUP, wrap: true }]) },
    {
      where: 'a TextRun',
      shown: card([{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: MARKUP }] }]),
    },
    {
      where: 'a card of the bot',
      shown: renderTeams({ tone: 'plain', summary: 's', parts: [{ kind: 'text', runs: [MARKUP] }] }).card,
    },
  ])('shows markup in $where as the text that it is', async ({ shown }) => {
    const [screen] = await draw(shown)

    expect(screen?.text).toContain('<img src=x onerror=alert(1)> **loud** [x](https://evil.example)')
    expect(screen?.html).not.toMatch(/<(?:img|a|strong|at)\b/)
  })

  test('sends what an action carries with the values of the inputs, and opens no addresses', async () => {
    const [screen] = await draw(
      card(
        [{ type: 'Input.Text', id: 'why', label: 'Why', value: 'because' }],
        [
          { type: 'Action.Execute', title: 'Go', verb: 'gpu.press', data: { press: 1 } },
          { type: 'Action.Submit', title: 'Send', data: { press: 2 } },
          { type: 'Action.OpenUrl', title: 'Away', url: 'https://evil.example' },
        ],
      ),
    )

    expect(screen?.sent).toEqual([
      { type: 'Action.Execute', verb: 'gpu.press', data: { press: 1, why: 'because' } },
      { type: 'Action.Submit', data: { press: 2, why: 'because' } },
    ])
    expect(stage.page.context().pages()).toEqual([stage.page])
  })
})
