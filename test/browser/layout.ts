/** The layout check, from outside the page. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Makes the check known to every page that is opened afterwards. */
export const bringLayoutCheck = (page: Page): Promise<unknown> =>
  page.addInitScript({ path: join(__dirname, 'in-page', 'layout.cjs') })

/** A sentence for each text or control that is cut, overflows its box or lies on another, as the page now stands. */
export const layoutFaults = (page: Page): Promise<string[]> => page.evaluate('layoutFaults()')
