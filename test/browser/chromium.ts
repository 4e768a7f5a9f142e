/** The browser for the suites: the one that `npm test` found or installed (scripts/tools/chromium.mjs). */
import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const FOUND = join(__dirname, '..', '..', '.tools', 'found.json')
const NOT_LOOKED = 'there is no Chromium: start the suites by npm test'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Found {
  readonly chromium?: string | null
  readonly noChromium?: string
}

/** A suite in a browser of its own; skipped, with the reason in its name, where there is none. With CI=true that fails. */
export const withChromium = (name: string, suite: (browser: () => Browser) => void): void => {
  const found = existsSync(FOUND) ? (JSON.parse(readFileSync(FOUND, 'utf8')) as Found) : {}
  const program = found.chromium
  if (typeof program !== 'string') {
    const why = found.noChromium ?? NOT_LOOKED
    if (process.env['CI'] === 'true') throw new Error(`browser suites cannot be skipped here: ${why}`)
    describe.skip(`${name} (skipped: ${why})`, () => test('needs Chromium', () => undefined))
    return
  }
  describe(name, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: program, args: FLAGS })
    })
    afterAll(() => browser.close())
    suite(() => browser)
  })
}
