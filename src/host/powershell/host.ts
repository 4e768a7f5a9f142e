/**
 * The `Host` port over the module. A host has two sessions, each with a queue of its own: changes wait for one another,
 * and reading never waits for a shutdown that takes ten minutes.
 */
import { Fault, messageOf } from '../../core/errors'
import type { HostName } from '../../core/inventory'
import type { Host, SmiAnswer, StepResult } from '../../core/ports'
import { callOf } from './calls'
import type { Call, Engine } from './engine/engine'
import type { Answer } from './engine/wire'
import { factsFrom, type HostNotes } from './facts'
import type { Memory } from './memory'
import { rawInventory, rawSmi } from './raw'

const READ_MS = 60_000

export interface PowerShellHostOptions {
  readonly name: HostName
  readonly notes: HostNotes
  /** The engine as it is now; a new one when the last has died. Throws Fault when none can be started. */
  readonly engine: () => Promise<Engine>
  readonly memory: Memory
}

export const powerShellHost = ({ name, notes, engine, memory }: PowerShellHostOptions): Host => {
  const lane = (session: string) => {
    let last: Promise<unknown> = Promise.resolve()
    return (call: Omit<Call, 'session'>): Promise<Answer> => {
      const mine = last.then(() => ask(engine, { ...call, session }))
      last = mine
      return mine
    }
  }
  const change = lane(`${name}/change`)
  const read = lane(`${name}/read`)

  return {
    name,
    run: async (order) => resultOf(await change(callOf(order))),
    inventory: async () => {
      const answer = await read({ command: 'Get-GpuInventory', parameters: {}, timeoutMs: READ_MS })
      if (answer.kind !== 'ok') throw new Fault('host-unreachable', `${name}: ${whyOf(answer)}`)
      const { facts, remembered } = factsFrom(name, parse(name, answer.json), {
        notes,
        remembered: memory.recall(),
      })
      memory.remember(remembered)
      return facts
    },
    smi: async (target): Promise<SmiAnswer> => {
      if (target.kind === 'guest')
        return { kind: 'not-run', why: 'no way into the guests of this host is configured' }
      const answer = await read({ command: 'Get-GpuSmi', parameters: {}, timeoutMs: READ_MS })
      if (answer.kind !== 'ok') return { kind: 'not-run', why: `${name}: ${whyOf(answer)}` }
      const { exitCode, stdout } = rawSmi.parse(JSON.parse(answer.json))
      return { kind: 'ran', exitCode, stdout, problemCode: null }
    },
  }
}

const ask = async (engine: () => Promise<Engine>, call: Call): Promise<Answer> => {
  try {
    return await (await engine()).call(call)
  } catch (error) {
    // The call never left, but who asks needs not know: a host that was read says the same.
    return { kind: 'lost', why: messageOf(error) }
  }
}

const resultOf = (answer: Answer): StepResult => {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done' }
    case 'error':
      return { kind: 'refused', code: answer.code, message: answer.message }
    case 'lost':
      return { kind: 'unknown', why: answer.why }
  }
}

const whyOf = (answer: Exclude<Answer, { kind: 'ok' }>): string =>
  answer.kind === 'lost' ? answer.why : `${answer.code}: ${answer.message}`

const parse = (name: HostName, json: string) => {
  try {
    return rawInventory.parse(JSON.parse(json))
  } catch (error) {
    throw new Fault('host-unreachable', `${name} answered in a form that is not known`, error)
  }
}
