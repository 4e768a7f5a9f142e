/** PowerShell for the suites: the one that `npm test` found or fetched (scripts/tools/pwsh.mjs). */
import { describe, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** The name of this computer, as PowerShell says it. */
export const COMPUTER = hostname().split('.')[0]!

const FOUND = join(__dirname, '..', '..', '..', '.tools', 'found.json')
const WHY = 'there is no PowerShell: start the suites by npm test'

export interface Engine {
  /** The program. */
  readonly program: string
  /** The assembly behind the stand-ins for Hyper-V's commands. */
  readonly stubs: string
}

/** Null where there is none; with CI=true that is a failure. */
const engineFound = (): Engine | null => {
  const {
    pwsh,
    stubs,
    why = WHY,
  } = existsSync(FOUND) ? (JSON.parse(readFileSync(FOUND, 'utf8')) as Found) : ({ pwsh: null } as Found)
  if (pwsh !== null && stubs !== undefined) return { program: pwsh, stubs }
  if (process.env['CI'] === 'true') throw new Error(`PowerShell suites cannot be skipped here: ${why}`)
  return null
}

interface Found {
  readonly pwsh: string | null
  readonly stubs?: string
  readonly why?: string
}

/** A suite over the engine; skipped, with the reason in its name, on a machine that can have none. */
export const withEngine = (name: string, suite: (engine: Engine) => void): void => {
  const engine = engineFound()
  if (engine === null)
    describe.skip(`${name} (skipped: ${WHY})`, () => test('needs PowerShell', () => undefined))
  else describe(name, () => suite(engine))
}
