/**
 * The PowerShell process with the loop in it. node-powershell finds, starts and owns the process; its `invoke` is not
 * used (one call at a time, a time-out that does not stop the command, success for a process that died).
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { PowerShell } from 'node-powershell'
import { Fault, messageOf } from '../../../core/errors'
import type { Clock } from '../../../core/ports/clock'
import { lineReader } from './lines'
import { hear, type EngineAnswer } from './wire'

/** Characters of one answer. */
const MOST = 4 * 2 ** 20
const START_MS = 60_000
/** For the loop to end by itself. */
const END_MS = 5_000
/** For what a process that ended has written. */
const READ_MS = 1_000
const MOST_COMPLAINT = 500
const WORKER = join(__dirname, 'Worker.ps1')

/**
 * Colours and terminal modes would end up among the answers. And what a debugger could attach to (the runtime's pipes,
 * PowerShell's listener) lies in the folder for temporary files, where a killed engine would leave it (Microsoft, .NET
 * debugging and profiling settings, PowerShell 7.6 release notes). Nor does it tell Microsoft that it runs
 * (about_Telemetry).
 */
export const ENGINE_ENV = {
  NO_COLOR: '1',
  TERM: 'dumb',
  DOTNET_EnableDiagnostics: '0',
  POWERSHELL_DIAGNOSTICS_OPTOUT: '1',
  POWERSHELL_TELEMETRY_OPTOUT: '1',
}

/**
 * Ctrl+C at the terminal goes to every process of the bot, and would end the loop while the bot finishes what is under way. A
 * process keeps ignoring what was ignored when it began (execve(2)). Windows has no such shell: there the engine ends.
 */
const UNMOVED = `trap '' INT; exec "$0" "$@"`
const OPTIONS = ['-NoLogo', '-NoProfile', '-NonInteractive', '-NoExit', '-Command', '-']
const SHELL = process.platform === 'win32' ? null : '/bin/sh'

export interface ProcessOptions {
  /** The program: a path, or a name that is looked for on the path. */
  readonly executable: string
  readonly clock: Clock
  readonly env: NodeJS.ProcessEnv
  /** What other programs print into the process's streams, a line at a time, cut to 500 characters. */
  readonly noise: (text: string) => void
}

export interface Process {
  /** Nothing happens once the process has ended. */
  readonly write: (line: string) => void
  /** Resolves with the reason when the process has ended. */
  readonly ended: Promise<string>
  readonly kill: () => Promise<void>
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * The one line that is ever run as script: a path, a mark and a number of our own. When the loop ends nobody is left to
 * answer to, but what is still open has threads of its own, with which the process would stay. And Ctrl+C at the terminal of
 * the bot stops the loop: PowerShell would stay, and take requests for script. (While it is stopped it cannot exit.)
 */
export const startLine = (mark: string): string =>
  `$ended = $false; try { & ([scriptblock]::Create([System.IO.File]::ReadAllText(${literal(WORKER)}))) -Mark ${literal(mark)} -MostCharacters ${MOST}; $ended = $true } finally { if (-not $ended) { [System.Diagnostics.Process]::GetCurrentProcess().Kill() } }; [System.Environment]::Exit(0)`

/** Throws Fault('config') when the process does not start, or does not answer within a minute. */
export const startProcess = async (
  options: ProcessOptions,
  answered: (id: string, answer: EngineAnswer) => void,
): Promise<Process> => {
  // A fleet that is simulated has no need of it.
  const { PowerShell } = await import('node-powershell')
  /** It would start what NODE_POWERSHELL names, and pwsh in place of pwsh-preview. */
  class Named extends PowerShell {
    protected override setExecutable(): string {
      return SHELL ?? options.executable
    }
  }
  // Its types keep this one private.
  Object.assign(Named.prototype, {
    setExecutableOptions: () => (SHELL === null ? OPTIONS : ['-c', UNMOVED, options.executable, ...OPTIONS]),
  })
  const shell = new Named({
    spawnOptions: { env: { ...options.env, ...ENGINE_ENV } },
  })
  const mark = randomBytes(12).toString('hex')
  const { stdin, stdout, stderr } = shell.streams
  const say = (text: string): void => {
    if (text !== '') options.noise(text.slice(0, 500))
  }
  const write = (line: string): void => {
    if (stdin.writable) stdin.write(`${line}\n`)
  }
  const ready = new Promise<null>((resolve) => {
    const out = lineReader(2 * MOST, {
      line: (text) => {
        const heard = hear(mark, text)
        if (heard.kind === 'ready') resolve(null)
        else if (heard.kind === 'answer') answered(heard.id, heard.answer)
        else say(heard.text)
      },
      tooLong: () => say('a line on standard output was too long and was dropped'),
    })
    stdout.on('data', (chunk: string) => out.take(chunk))
  })
  const errors = lineReader(64 * 1024, {
    line: say,
    tooLong: () => say('a line on standard error was too long and was dropped'),
  })
  let complaint = ''
  stderr.on('data', (chunk: string) => {
    errors.take(chunk)
    complaint = (complaint + chunk).slice(-MOST_COMPLAINT)
  })
  // A process that ends leaves a broken pipe behind; `ended` tells of it.
  stdin.on('error', () => undefined)

  const ended = endOf(shell).then(async (how) => {
    // What it complained of may still be under way when it has exited; what it has started may keep the pipe open.
    await inTime(
      options.clock,
      finished(stderr).catch(() => undefined),
      READ_MS,
    )
    const why = complaint.trim()
    return how.includes(why) ? how : `${how.replace(/\.$/, '')}: ${why}`
  })
  // The program may only have started another one, as the .NET tool's `pwsh` does, which no signal to it reaches. But the
  // loop ends with its input, whatever is under way, and whoever started it ends after it.
  const kill = async (): Promise<void> => {
    stdin.end()
    await inTime(options.clock, ended, END_MS)
    shell.dispose('SIGKILL').catch(() => undefined)
    await ended
  }
  write(startLine(mark))
  const failure = await inTime(options.clock, Promise.race([ready, ended]), START_MS)
  if (failure === null) return { write, ended, kill }
  await kill()
  throw new Fault('config', `starting PowerShell (${options.executable}): ${failure}`)
}

/** What comes of it, or that it is late. */
const inTime = async <T>(clock: Clock, work: Promise<T>, ms: number): Promise<T | string> => {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(() => `no answer within ${ms / 1000} s`)
  const first = await Promise.race([work, late])
  done.abort()
  return first
}

/**
 * node-powershell keeps this promise to itself; left alone, a process that fails would be an unhandled rejection. Of one that
 * could not be started it knows why; of one that exited it may know nothing.
 */
const endOf = (shell: PowerShell): Promise<string> =>
  (shell as unknown as { readonly exitPromise: Promise<void> }).exitPromise.then(
    () => 'the PowerShell process ended',
    (error: unknown) =>
      `the PowerShell process ended: ${messageOf(error)
        .replace(/\nundefined$/, '')
        .trim()}`,
  )
