// The folder in which suites keep what they write, gone when the run ends: in memory where there is such a place that can
// hold programs too, since a commit to disk costs several times as much.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'

const holdsPrograms = (folder) => {
  const program = join(folder, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 })
  const { status } = spawnSync(program)
  rmSync(program)
  return status === 0
}

const make = (home) => mkdtempSync(join(home, 'gpu-chatops-'))
const remove = (folder) => rmSync(folder, { recursive: true, force: true })

const inMemory = () => {
  if (process.platform !== 'linux' || !existsSync(MEMORY)) return null
  const folder = make(MEMORY)
  if (holdsPrograms(folder)) return folder
  remove(folder)
  return null
}

export const makeTemporary = () => {
  const folder = inMemory() ?? make(tmpdir())
  process.on('exit', () => remove(folder))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  return folder
}
