/** Programs that stand in for others, as scripts of sh: a machine without it skips the suites that need them. */
import { describe, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Its path. */
export const aScript = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return path
}

export const withScripts = (name: string, suite: () => void): void => {
  if (process.platform === 'win32')
    describe.skip(`${name} (skipped: Windows has no sh)`, () => test('needs sh', () => undefined))
  else describe(name, suite)
}
