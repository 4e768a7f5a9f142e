/**
 * One PowerShell process that serves many hosts at once. A call whose answer does not come, for whatever reason, is
 * `lost`: nobody knows what became of it, and the host is read before anything else is done.
 */
import type { Clock } from '../../../core/ports/clock'
import { startProcess, type Process, type ProcessOptions } from './process'
import {
  callLine,
  cancelLine,
  closeLine,
  isText,
  openLine,
  type EngineAnswer,
  type Parameters,
  type Target,
} from './wire'

/** How long a cancelled call may take to end before its session is dropped. */
const GRACE_MS = 10_000
/** A host keeps a transcript of each session, and clears old ones away when one begins: none may go on for ever. */
const LONGEST_SESSION_MS = 24 * 3_600_000

export interface Call {
  /** Opened at its first call, and again after it was lost or a day has passed. One name always has the same target. */
  readonly session: { readonly name: string; readonly target: Target }
  /** A function of the module. */
  readonly command: string
  readonly parameters: Parameters
  readonly timeoutMs: number
}

export interface Engine {
  /** Never throws. Calls of one session must not overlap: a session runs one pipeline at a time. */
  call(call: Call): Promise<EngineAnswer>
  /** Resolves with the reason when the process has ended. */
  readonly ended: Promise<string>
  /** Ends the process; calls under way are lost. */
  stop(): Promise<void>
}

/** Throws Fault('config') when the process does not start, or does not answer within a minute. */
export const startEngine = async (options: ProcessOptions): Promise<Engine> => {
  const waiting = new Map<string, (answer: EngineAnswer) => void>()
  /** When, by the names of sessions. */
  const opened = new Map<string, number>()
  const process = await startProcess(options, (id, answer) => waiting.get(id)?.(answer))
  let dead: string | null = null
  const ended = process.ended.then((why) => {
    dead = why
    for (const settle of waiting.values()) settle({ kind: 'lost', why })
    return why
  })
  let calls = 0

  const call = async ({ session, command, parameters, timeoutMs }: Call): Promise<EngineAnswer> => {
    if (dead !== null) return { kind: 'lost', why: dead }
    if (!isText(parameters))
      return { kind: 'error', code: 'NotText', message: `a parameter of ${command} is no text` }
    const id = String(++calls)
    const answered = new Promise<EngineAnswer>((resolve) => waiting.set(id, resolve))
    const { name, target } = session
    const drop = (): void => {
      process.write(closeLine(name))
      opened.delete(name)
    }
    const now = options.clock.now()
    if (now - (opened.get(name) ?? now) >= LONGEST_SESSION_MS) drop()
    if (!opened.has(name)) {
      process.write(openLine(name, target))
      opened.set(name, now)
    }
    process.write(callLine(id, { session: name, command, parameters }))
    const answer = await inTime(options.clock, { id, answered, timeoutMs, process, drop })
    waiting.delete(id)
    return answer
  }
  return { call, ended, stop: process.kill }
}

interface UnderWay {
  readonly id: string
  readonly answered: Promise<EngineAnswer>
  readonly timeoutMs: number
  readonly process: Process
  /** Gives the session up, with whatever still runs in it. */
  readonly drop: () => void
}

/** The answer; or, when its time is up, what comes of cancelling the call; or lost, and its session with it. */
const inTime = async (
  clock: Clock,
  { id, answered, timeoutMs, process, drop }: UnderWay,
): Promise<EngineAnswer> => {
  const done = new AbortController()
  const within = async (ms: number): Promise<EngineAnswer | null> =>
    Promise.race([answered, clock.sleep(ms, done.signal).then(() => null)])
  try {
    const answer = await within(timeoutMs)
    if (answer) return answer
    process.write(cancelLine(id))
    const last = await within(GRACE_MS)
    if (last?.kind === 'ok') return last
    if (last === null) drop()
    return { kind: 'lost', why: `no answer within ${timeoutMs / 1000} s` }
  } finally {
    done.abort()
  }
}
