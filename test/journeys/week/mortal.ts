/** A bot that can be killed: a process over a data folder, and a week's clock that stands still while nothing runs. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import type { Befall } from '../../../src/playground/world'

export interface Mortal {
  /** Epoch milliseconds of the week. */
  now(): number
  readonly port: () => number
  /** Begins a life, `laterMs` of the week after the last one ended. */
  start(laterMs: number): Promise<void>
  /** Lets time of the week pass. */
  sleep(ms: number): Promise<void>
  /** Ends it without a word (SIGKILL), wherever it is. */
  kill(): Promise<void>
  /** Something befalls the hosts, beside the bot. False: they would not let it happen. */
  befall(what: Befall): Promise<boolean>
}

interface Ready {
  readonly port: number
  readonly began: number
}

/** `settings` is what program.mjs reads, without its clock. */
export const mortal = (settings: object, { start, times }: { start: number; times: number }): Mortal => {
  let program: ChildProcess | null = null
  let ready: Ready = { port: 0, began: 0 }
  let lifeBegan = start
  let asked = 0
  const now = (): number => (program ? lifeBegan + (Date.now() - ready.began) * times : lifeBegan)
  const answer = async (from: ChildProcess, holds: (message: object) => boolean): Promise<object> => {
    const gone = once(from, 'exit').then(() => {
      throw new Error('the bot ended by itself')
    })
    gone.catch(() => undefined)
    for (;;) {
      const [message] = (await Promise.race([once(from, 'message'), gone])) as [object]
      if (holds(message)) return message
    }
  }
  return {
    now,
    port: () => ready.port,
    start: async (laterMs) => {
      lifeBegan += laterMs
      const started = fork(
        join(__dirname, 'program.mjs'),
        [JSON.stringify({ ...settings, start: lifeBegan, times })],
        { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
      )
      ready = (await answer(started, (message) => 'port' in message)) as Ready
      program = started
    },
    sleep: (ms) => systemClock.sleep(ms / times),
    kill: async () => {
      const killed = program
      if (!killed) return
      lifeBegan = now()
      program = null
      const gone = once(killed, 'exit')
      killed.kill('SIGKILL')
      await gone
    },
    befall: async (what) => {
      if (!program) throw new Error('nothing runs')
      const id = ++asked
      const came = answer(program, (message) => 'id' in message && message.id === id)
      program.send({ id, what })
      return ((await came) as { came: string }).came === 'happened'
    },
  }
}
