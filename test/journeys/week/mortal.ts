/** A bot that can be killed: a process over a data folder, and a week's clock that passes when it is told to. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformFileSync } from '@swc/core'
import type { Befall } from '../../../src/playground/world'
import type { SteppedTime } from '../../fakes/stepped-clock'

export interface Mortal {
  /** Epoch milliseconds of the week. */
  now(): number
  readonly port: () => number
  /** Begins a life, `laterMs` of the week after the last one ended. */
  start(laterMs: number): Promise<void>
  /** Lets time of the week pass, and all happen that is due in it. */
  passes(ms: number): Promise<void>
  /** Ends it without a word (SIGKILL), wherever it is. */
  kill(): Promise<void>
  /** The same, so many turns of its event loop after time began to pass. */
  dies(ms: number, turns: number): Promise<void>
  /** Something befalls the hosts, beside the bot. False: they would not let it happen. */
  befall(what: Befall): Promise<boolean>
}

export interface Born extends Required<SteppedTime> {
  readonly dir: string
}

/** The number of the answer to nothing: it serves. */
const BORN = 0

interface Answer {
  readonly id: number
  readonly came: string
}
const answerOf = (program: ChildProcess, id: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const over = (): void => void program.off('message', heard).off('exit', gone)
    const heard = (answer: Answer): void => {
      if (answer.id !== id) return
      over()
      resolve(answer)
    }
    const gone = (): void => {
      over()
      reject(new Error('the bot ended by itself'))
    }
    program.on('message', heard).on('exit', gone)
  })

/** `settings` is what program.mjs reads, without its clock. */
export const mortal = (settings: object, { dir, start, strideMs }: Born): Mortal => {
  let program: ChildProcess | null = null
  let port = 0
  let now = start
  let asked = 0
  const clockFile = join(dir, 'stepped-clock.mjs')
  const { code } = transformFileSync(join(__dirname, '../../fakes/stepped-clock.ts'), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  })
  writeFileSync(clockFile, code)

  const asks = async (what: object): Promise<string> => {
    if (!program) throw new Error('nothing runs')
    const id = ++asked
    const answered = answerOf(program, id)
    program.send({ id, ...what })
    return (await answered).came
  }
  const end = async (how: (dying: ChildProcess) => void): Promise<void> => {
    const dying = program
    if (!dying) return
    program = null
    const gone = once(dying, 'exit')
    how(dying)
    await gone
  }
  return {
    now: () => now,
    port: () => port,
    start: async (laterMs) => {
      now += laterMs
      const time = { start: now, strideMs }
      const started = fork(
        join(__dirname, 'program.mjs'),
        [JSON.stringify({ ...settings, dir, time, clockFile })],
        { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
      )
      port = Number((await answerOf(started, BORN)).came)
      program = started
    },
    passes: async (ms) => {
      await asks({ pass: ms })
      now += ms
    },
    kill: () => end((dying) => dying.kill('SIGKILL')),
    dies: async (ms, turns) => {
      await end((dying) => dying.send({ pass: ms, turns }))
      now += ms
    },
    befall: async (what) => (await asks({ befall: what })) === 'happened',
  }
}
