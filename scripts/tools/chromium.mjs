// A browser for tests and pictures: CHROMIUM names one, else it is Debian's, which root on Debian gets installed, with a
// font for the marks of the steps: Debian's fonts for text have no such characters.
import { existsSync } from 'node:fs'
import { install, isDebianRoot } from './apt.mjs'
import { onPath } from './tools.mjs'

/** The program; or null, and why there is none. Throws when CHROMIUM names one that is not there. */
export const prepareChromium = () => {
  const named = process.env.CHROMIUM
  if (named !== undefined && !existsSync(named)) throw new Error(`CHROMIUM names no program: ${named}`)
  const installed = named ?? onPath('chromium')
  if (installed !== undefined) return { chromium: installed }
  if (!isDebianRoot()) return { chromium: null, noChromium: 'it is installed here by root on Debian alone' }
  const failed = install('chromium', 'fonts-noto-color-emoji')
  return failed === null ? { chromium: onPath('chromium') ?? null } : { chromium: null, noChromium: failed }
}
