/** What sshd starts for a session: PowerShell over its standard streams, with a session file. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ENGINE_ENV } from '../../../src/host/powershell/engine/process'

export interface SessionServer {
  readonly program: string
  /** The session file. */
  readonly pssc: string
  /** All that it needs: sshd passes no environment on. */
  readonly env: NodeJS.ProcessEnv
}

const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const lockIn = (dir: string): string => join(dir, 'serving')

/** As a program of this name in the folder. While one runs it holds a lock there. */
export const writeServer = (dir: string, name: string, { program, pssc, env }: SessionServer): string => {
  const file = join(dir, name)
  const { DOTNET_ROOT, DOTNET_JITMinOpts } = process.env
  const variables = Object.entries({ ...env, ...ENGINE_ENV, DOTNET_ROOT, DOTNET_JITMinOpts })
  const lines = [
    '#!/bin/sh',
    ...variables.map(([variable, value]) => `export ${variable}=${shellWord(value ?? '')}`),
    `exec 9> ${shellWord(lockIn(dir))}`,
    'flock -s 9',
    `exec ${shellWord(program)} -sshs -ConfigurationFile ${shellWord(pssc)}`,
    '',
  ]
  writeFileSync(file, lines.join('\n'), { mode: 0o755 })
  return file
}

/** Until none of the folder's servers runs: one whose client is gone still writes the end of its transcript. */
export const serversEnded = async (dir: string): Promise<void> => {
  await promisify(execFile)('flock', [lockIn(dir), 'true'])
}
