/** One run of a program, bounded in time and in what it prints. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Clock } from '../../core/ports/clock'

export interface GuestRun {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly timeoutMs: number
  /** Bytes on standard output. Of standard error the first 16 KiB are kept. */
  readonly most: number
  readonly clock: Clock
}

export type Ran =
  /** `code` is null when a signal ended it. */
  | {
      readonly kind: 'ended'
      readonly code: number | null
      readonly stdout: string
      readonly stderr: string
    }
  | { readonly kind: 'late' }
  | { readonly kind: 'too-much' }
  | { readonly kind: 'not-started' }

const STDERR_MOST = 16 * 1024
/** To end by itself, after SIGTERM. */
const GRACE_MS = 2_000

/** No shell, nothing on standard input. Resolves when the process is gone; never throws. */
export const run = async (wanted: GuestRun): Promise<Ran> => {
  let child: ChildProcessByStdio<null, Readable, Readable>
  try {
    child = spawn(wanted.program, wanted.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: wanted.env,
      windowsHide: true,
    })
  } catch {
    return { kind: 'not-started' }
  }
  const gone = new Promise<null>((resolve) => {
    child.once('exit', () => resolve(null))
    child.once('error', () => resolve(null))
  })
  const over = new AbortController()
  const first = await Promise.race([
    ending(child, wanted.most),
    wanted.clock.sleep(wanted.timeoutMs, over.signal).then(() => ({ kind: 'late' }) as const),
  ])
  over.abort()
  if (first.kind === 'late' || first.kind === 'too-much') await end(child, gone, wanted.clock)
  child.stdout.destroy()
  child.stderr.destroy()
  return first
}

const ending = (child: ChildProcessByStdio<null, Readable, Readable>, most: number): Promise<Ran> =>
  new Promise((resolve) => {
    const stdout = gather(child.stdout, most)
    const stderr = gather(child.stderr, STDERR_MOST)
    stdout.full.then(
      () => resolve({ kind: 'too-much' }),
      () => undefined,
    )
    child.once('error', () => resolve({ kind: 'not-started' }))
    child.once('close', (code) =>
      resolve({ kind: 'ended', code, stdout: stdout.text(), stderr: stderr.text() }),
    )
  })

/** Keeps the first `most` bytes and reads on, so that the writer is not held up. */
const gather = (stream: Readable, most: number) => {
  const chunks: Buffer[] = []
  let size = 0
  const full = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      const room = most - size
      if (room > 0) chunks.push(chunk.subarray(0, room))
      size += chunk.length
      if (size > most) resolve()
    })
  })
  stream.on('error', () => undefined)
  return { full, text: () => Buffer.concat(chunks).toString('utf8') }
}

const end = async (
  child: ChildProcessByStdio<null, Readable, Readable>,
  gone: Promise<null>,
  clock: Clock,
): Promise<void> => {
  const over = new AbortController()
  child.kill('SIGTERM')
  const still = await Promise.race([gone, clock.sleep(GRACE_MS, over.signal).then(() => 'running' as const)])
  over.abort()
  if (still) child.kill('SIGKILL')
  await gone
}
