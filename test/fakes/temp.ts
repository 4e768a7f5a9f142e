/** Directories of their own for tests, removed afterwards. */
import { afterEach } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const makeTempDir = (): string => mkdtempSync(join(tmpdir(), 'gpu-chatops-test-'))
export const removeTempDir = (dir: string): void => rmSync(dir, { recursive: true, force: true })

/** Gives a new directory at each call; all are removed when the test ends. */
export const useTempDirs = (): (() => string) => {
  const made: string[] = []
  afterEach(() => {
    for (const dir of made.splice(0)) removeTempDir(dir)
  })
  return () => {
    const dir = makeTempDir()
    made.push(dir)
    return dir
  }
}
