/**
 * A remote session of a configuration, asked anything. The client is PowerShell's own (New-PSSession -HostName), and so
 * is the server; `ssh` between them is a program on the path that starts the server, so all is as over SSH but sshd.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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

const script = (asked: readonly Asked[]): string => `
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
${asked.map((each) => `Get-Told { ${fill(each)} }`).join('\n')}
[System.Environment]::Exit(0)
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
  NO_COLOR: '1',
  TERM: 'dumb',
})

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${code}: ${err}${out}`))))
  })

/** Runs a script in the engine and gives what it printed. */
export const runScript = async (
  text: string,
  { program, dir, env }: { readonly program: string; readonly dir: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> => {
  const file = join(dir, 'script.ps1')
  writeFileSync(file, text)
  return run(program, ['-NoProfile', '-NonInteractive', '-File', file], env)
}

/** All answers of one session, in order. Throws when there is no session. */
export const ask = async (
  asked: readonly Asked[],
  where: { readonly program: string; readonly dir: string; readonly env: NodeJS.ProcessEnv },
): Promise<Told[]> => {
  const printed = await runScript(script(asked), where)
  const told = printed
    .split('\n')
    .filter((line) => line.startsWith('told '))
    .map((line) => JSON.parse(line.slice('told '.length)) as Told)
  if (told.length !== asked.length)
    throw new Error(`${asked.length} questions, ${told.length} answers: ${printed}`)
  return told
}
