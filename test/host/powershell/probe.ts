/**
 * A remote session of a configuration, asked anything. The client is PowerShell's own (New-PSSession -HostName), and so
 * is the server; `ssh` between them is a program on the path that starts the server, so all is as over SSH but sshd.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ENGINE_ENV } from '../../../src/host/powershell/engine/process'

/** Commands of a pipeline, or one text of script. Values of parameters are expressions of PowerShell. */
export type Asked =
  | { readonly script: string }
  | {
      readonly pipeline: readonly {
        readonly command: string
        readonly with?: Readonly<Record<string, string>>
      }[]
    }

export interface Told {
  readonly output: readonly string[]
  /** Ids of errors, up to the first comma; of the one that ended the call, and of those that did not. */
  readonly errors: readonly string[]
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const fill = (asked: Asked): string =>
  'script' in asked
    ? `[void] $shell.AddScript(${quoted(asked.script)})`
    : asked.pipeline
        .map(({ command, with: parameters = {} }) =>
          [
            `[void] $shell.AddCommand(${quoted(command)})`,
            ...Object.entries(parameters).map(
              ([name, value]) => `[void] $shell.AddParameter(${quoted(name)}, ${value})`,
            ),
          ].join('; '),
        )
        .join('; ')

const SESSION = `
$ErrorActionPreference = 'Stop'
$session = New-PSSession -HostName host -UserName user
function Get-Told([scriptblock] $Fill) {
    $shell = [powershell]::Create()
    $shell.Runspace = $session.Runspace
    $output = @()
    $errors = @()
    try {
        . $Fill
        $output = @($shell.Invoke() | ForEach-Object { [string] $_ })
    }
    catch {
        $cause = $_.Exception
        while ($cause.InnerException -and $cause -is [System.Management.Automation.MethodInvocationException]) { $cause = $cause.InnerException }
        $errors = @(([string] $cause.ErrorRecord.FullyQualifiedErrorId -split ',')[0])
    }
    $errors += @($shell.Streams.Error | ForEach-Object { ([string] $_.FullyQualifiedErrorId -split ',')[0] })
    $shell.Dispose()
    'told ' + (@{ output = @($output); errors = @($errors) } | ConvertTo-Json -Compress)
}
`

/** Puts a program `ssh` into a new folder, which is then to be first on the path. */
export const writeSsh = (
  dir: string,
  { program, pssc }: { readonly program: string; readonly pssc: string },
): string => {
  const folder = join(dir, 'ssh')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\nexec '${program}' -sshs -ConfigurationFile '${pssc}'\n`, {
    mode: 0o755,
  })
  return folder
}

export const onPath = (folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  PATH: [folder, env['PATH'] ?? process.env['PATH']].join(delimiter),
})

export interface Engine {
  readonly program: string
  /** For the script's file. */
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs a script in the engine and gives what it printed. */
export const runScript = async (text: string, { program, dir, env }: Engine): Promise<string> => {
  const file = join(dir, 'script.ps1')
  writeFileSync(file, text)
  const { stdout } = await promisify(execFile)(program, ['-NoProfile', '-NonInteractive', '-File', file], {
    env: { ...env, ...ENGINE_ENV },
  })
  return stdout
}

export interface Probe {
  /** The answers, in the order of the questions. Throws when there is no session. */
  readonly ask: (asked: readonly Asked[]) => Promise<Told[]>
  readonly close: () => Promise<void>
}

/** One session, for as many questions as it takes. */
export const openProbe = ({ program, dir, env }: Engine): Probe => {
  const file = join(dir, 'session.ps1')
  writeFileSync(file, SESSION)
  const child = spawn(program, ['-NoProfile', '-NonInteractive', '-Command', '-'], {
    env: { ...env, ...ENGINE_ENV },
    stdio: 'pipe',
  })
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  child.stdin.on('error', () => undefined)
  child.stdin.write(`. ([scriptblock]::Create([System.IO.File]::ReadAllText(${quoted(file)})))\n`)
  const nextTold = async (): Promise<Told> => {
    for (;;) {
      const line = await lines.next()
      if (line.done === true) throw new Error(`the session ended: ${errors}`)
      if (line.value.startsWith('told ')) return JSON.parse(line.value.slice('told '.length)) as Told
    }
  }
  return {
    ask: async (asked) => {
      child.stdin.write(asked.map((each) => `Get-Told { ${fill(each)} }\n`).join(''))
      const told: Told[] = []
      while (told.length < asked.length) told.push(await nextTold())
      return told
    },
    close: async () => {
      child.stdin.end('[System.Environment]::Exit(0)\n')
      await closed
    },
  }
}
