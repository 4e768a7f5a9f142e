/** What is wrong with a page as it stands, at each width and in each theme. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { layoutFaults } from './layout'

const [WIDEST, NARROWEST] = [1440, 420]
export const WIDTHS = [WIDEST, 1100, NARROWEST]
const THEMES = ['light', 'dark'] as const

const inEachTheme = async <T>(
  page: Page,
  width: number,
  look: () => Promise<readonly T[]>,
): Promise<{ readonly theme: string; readonly found: T }[]> => {
  await page.setViewportSize({ width, height: 900 })
  const all = []
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme })
    for (const found of await look()) all.push({ theme, found })
  }
  return all
}

export const layoutFaultsAt = async (page: Page, width: number): Promise<string[]> =>
  (await inEachTheme(page, width, () => layoutFaults(page))).map(({ theme, found }) => `${theme}: ${found}`)

const AXE = join(require.resolve('axe-core'), '..', 'axe.min.js')
const answer = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
})

/** Each rule of axe that the page breaks, and where. */
export const violationsIn = async (page: Page): Promise<string[]> => {
  await page.evaluate(readFileSync(AXE, 'utf8'))
  const all = []
  for (const width of [WIDEST, NARROWEST])
    for (const { theme, found } of await inEachTheme(page, width, async () => {
      const { violations } = answer.parse(await page.evaluate('axe.run({ resultTypes: ["violations"] })'))
      return violations
    }))
      all.push(`${found.id} at ${width} px, ${theme}: ${found.nodes.map(({ html }) => html).join(' | ')}`)
  return all
}
