/** Directories of their own for tests, removed afterwards; in memory where there is room, where no commit waits for a disk. */
import { afterEach } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_BYTES = 2 ** 29

/** Tests start programs in their directories as well; some systems do not let that happen there. */
const memoryServes = (): boolean => {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === MEMORY)
    const { bavail, bsize } = statfsSync(MEMORY)
    return mount !== undefined && !mount.includes('noexec') && bavail * bsize >= ROOM_BYTES
  } catch {
    return false
  }
}

const ROOT = memoryServes() ? MEMORY : tmpdir()

export const makeTempDir = (): string => mkdtempSync(join(ROOT, 'gpu-chatops-test-'))
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
