/** The PowerShell engine for tests: pwsh where it is installed, else the one that scripts/engine.mjs builds. */
import { describe, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOUND = join(__dirname, '..', '..', '..', '.engine', 'engine.json')
const WHY = 'the .NET SDK is not installed'

export interface Engine {
  /** The program. */
  readonly program: string
  /** The assembly behind the stand-ins for Hyper-V's commands. */
  readonly stubs: string
}

/** Null where there is none; with CI=true that is a failure. */
const engineFound = (): Engine | null => {
  if (existsSync(FOUND)) return JSON.parse(readFileSync(FOUND, 'utf8')) as Engine
  if (process.env['CI'] === 'true') throw new Error(`PowerShell suites cannot be skipped here: ${WHY}`)
  return null
}

/** A suite over the engine; skipped, with the reason in its name, on a machine that can have none. */
export const withEngine = (name: string, suite: (engine: Engine) => void): void => {
  const engine = engineFound()
  if (engine === null)
    describe.skip(`${name} (skipped: ${WHY})`, () => test('needs PowerShell', () => undefined))
  else describe(name, () => suite(engine))
}
