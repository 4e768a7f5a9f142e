/** Cards as Microsoft's own renderer reads and shows them, all in one page. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { z } from 'zod'

const shown = z.object({
  /** What the renderer holds against the card: unknown elements, wrong values, what the version does not have. */
  complaints: z.array(z.string()),
  /** The card as the renderer understood it: whatever it does not know is missing. */
  understood: z.unknown(),
  /** All text on the screen, after the presses; the moments that the bot gives are `a date` and `a time`. */
  text: z.string(),
  /** The names of the elements on the screen. */
  tags: z.array(z.string()),
  /** What each press sent to the bot, if anything. */
  sent: z.array(z.object({ verb: z.string(), data: z.unknown() }).nullable()),
})
export type Shown = z.infer<typeof shown>

export interface ToShow {
  readonly card: object
  /** Labels of buttons to press, one after the other. */
  readonly press?: readonly string[]
}

const SCRIPTS = [
  require.resolve('adaptivecards/dist/adaptivecards.min.js'),
  require.resolve('markdown-it/dist/markdown-it.min.js'),
  join(__dirname, 'in-page', 'official.cjs'),
]

export const show = async (browser: Browser, cards: readonly ToShow[]): Promise<Shown[]> => {
  const page = await browser.newPage()
  try {
    for (const path of SCRIPTS) await page.addScriptTag({ path })
    return z.array(shown).parse(await page.evaluate(`showCards(${JSON.stringify(cards)})`))
  } finally {
    await page.close()
  }
}
