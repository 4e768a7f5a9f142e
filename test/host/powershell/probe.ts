/**
 * PowerShell asked by a test, script by script; and through it remote sessions of a configuration, asked anything. Their
 * client is PowerShell's own (New-PSSession -HostName), and so is the server; `ssh` between them is a program on the path
 * that starts the server, so all is as over SSH but sshd.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
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

interface Told {
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

const openingOf = (name: string): string => `
$ErrorActionPreference = 'Stop'
if (-not (Test-Path variable:global:Sessions)) { $global:Sessions = @{} }
$global:Sessions[${quoted(name)}] = New-PSSession -HostName ${quoted(name)} -UserName user
function global:Get-Told([string] $Name, [scriptblock] $Fill) {
    $ErrorActionPreference = 'Stop'
    $shell = [powershell]::Create()
    $shell.Runspace = $global:Sessions[$Name].Runspace
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
    @{ output = @($output); errors = @($errors) } | ConvertTo-Json -Compress
}
`

/** Puts a program `ssh` into the folder `bin`, which is then to be first on the path. Its hosts are servers in `dir`, by name. */
export const writeSsh = (dir: string): string => {
  const bin = join(dir, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'ssh'),
    `#!/bin/sh\nfor word do [ -x '${dir}'/"$word" ] && exec '${dir}'/"$word"; done\n`,
    { mode: 0o755 },
  )
  return bin
}

export const onPath = (folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  PATH: [folder, env['PATH'] ?? process.env['PATH']].join(delimiter),
})

export interface Shell {
  /** What the script printed, as lines; one after another. Throws what the script throws. */
  readonly run: (script: string) => Promise<string[]>
  readonly close: () => Promise<void>
}

const RUN =
  'function Invoke-Text([string] $File) { try { & ([scriptblock]::Create([System.IO.File]::ReadAllText($File))) | ForEach-Object { [System.Console]::Out.WriteLine([string] $_) }; [System.Console]::Out.WriteLine("end") } catch { [System.Console]::Out.WriteLine("failed $_") } }'

export interface ShellOptions {
  readonly program: string
  /** For the scripts' file. */
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
}

/** One PowerShell for as many scripts as there are. */
export const openShell = ({ program, dir, env }: ShellOptions): Shell => {
  const child = spawn(program, ['-NoProfile', '-NonInteractive', '-Command', '-'], {
    env: { ...env, ...ENGINE_ENV },
    stdio: 'pipe',
  })
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${RUN}\n`)
  const file = join(dir, 'script.ps1')
  return {
    run: async (script) => {
      writeFileSync(file, script)
      child.stdin.write(`Invoke-Text ${quoted(file)}\n`)
      const printed: string[] = []
      for (;;) {
        const line = await lines.next()
        if (line.done === true || line.value.startsWith('failed '))
          throw new Error(line.done === true ? `the shell ended: ${errors}` : line.value)
        if (line.value === 'end') return printed
        printed.push(line.value)
      }
    },
    close: async () => {
      child.stdin.end('[System.Environment]::Exit(0)\n')
      await closed
    },
  }
}

/** A PowerShell for one script; gives what it printed. */
export const runScript = async (script: string, options: ShellOptions): Promise<string> => {
  const shell = openShell(options)
  try {
    return (await shell.run(script)).join('\n')
  } finally {
    await shell.close()
  }
}

/** The answers of one session, in the order of the questions. */
export type Probe = (asked: readonly Asked[]) => Promise<Told[]>

/** Throws when there is no session. The program `ssh` has to be on the path of the shell. */
export const openProbe = async (shell: Shell, host: string): Promise<Probe> => {
  await shell.run(openingOf(host))
  return async (asked) => {
    const told = await shell.run(asked.map((each) => `Get-Told ${quoted(host)} { ${fill(each)} }`).join('\n'))
    return told.map((line) => JSON.parse(line) as Told)
  }
}
