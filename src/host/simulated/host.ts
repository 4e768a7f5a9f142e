/**
 * The `Host` port over one simulated host. Steps of one host run one after another, each: latency, then fence,
 * expectation, rules and effect without a pause between them, so nothing can change between check and change.
 * Reading never waits for a step.
 */
import { Fault, messageOf } from '../../core/errors'
import { type Step, meets } from '../../core/plan/step'
import type { Fence } from '../../core/fence'
import type { InstanceId } from '../../core/inventory/inventory'
import type { Adoption, Host, StepOrder, StepResult } from '../../core/ports/host'
import type { Clock } from '../../core/ports/clock'
import { moduleFactsOf, refuseAdoption, refuseClaim, remember } from './fence'
import { type HostNow, factsOf, stateOfHost, vmOn } from './host-now'
import type { FleetMemory } from './memory'
import { refusalOf, takeEffect } from './rules'
import type { HostFile, Latencies } from './schema'
import type { HostError } from './messages'
import { smiAnswer, guestUseOf } from './smi'
import { type StepEvent, takeFault } from './world'

interface Surroundings {
  readonly file: HostFile
  readonly memory: FleetMemory
  readonly clock: Clock
  readonly latency: 'as-in-file' | 'none'
  readonly tell: (event: StepEvent) => void
}

const latencyOf = (step: Step, here: HostNow): keyof Latencies => {
  if (step.kind !== 'stopVm') return step.kind
  if (step.how === 'turn-off') return 'turnOff'
  return vmOn(here, step.vm)?.file.guestShutdown === 'ignored' ? 'shutdownTimeout' : 'shutdown'
}

const lost = (why: string): StepResult => ({ kind: 'unknown', why })
const refused = (code: string, message: string): StepResult => ({ kind: 'refused', code, message })

interface Settled {
  readonly result: StepResult
  /** Whether the step took effect, whatever the caller is told. */
  readonly changed: boolean
}
const unchanged = (result: StepResult): Settled => ({ result, changed: false })

/** Refuses orders of another bot and of a claim that was superseded, and orders whose preconditions do not hold. */
const check = ({ fence, expects }: StepOrder, here: HostNow): StepResult | null => {
  const barred = refuseClaim(fence, here.state.module)
  if (barred) return barred
  if (meets(expects, factsOf(here))) return null
  return refused(
    'PreconditionChanged',
    'The virtual machine or the device is no longer as the order expects it.',
  )
}

export const simulatedHost = (around: Surroundings): Host => {
  const { file, memory, clock } = around
  const { name } = file
  const here = () => stateOfHost(file, memory.now())
  const pause = async (what: keyof Latencies): Promise<void> => {
    const ms = around.latency === 'none' ? 0 : file.latencies[what]
    if (ms > 0) await clock.sleep(ms)
  }
  const noteOrder = (fence: Fence) =>
    memory.change((draft) => remember(stateOfHost(file, draft).state.module, fence, clock.now()))

  const answer = (error: HostError | null): StepResult =>
    error ? refused(error.code, error.text[file.language]) : { kind: 'done' }

  /** Judges and performs in one go: no await from here to the answer. */
  const settle = (order: StepOrder): Settled => {
    const { step } = order
    const stopped = check(order, here())
    if (stopped) return unchanged(stopped)
    noteOrder(order.fence)
    const fault = takeFault(memory, name, step.kind)
    if (fault?.kind === 'lost-before') return unchanged(lost(fault.message ?? `the line to ${name} broke`))
    if (fault?.kind === 'refuse') {
      return unchanged(
        refused(fault.code ?? 'OperationFailed', fault.message ?? 'SIMULATED: the operation failed.'),
      )
    }
    const error = refusalOf(step, here())
    let pending: HostError | null = null
    if (!error)
      memory.change((draft) => {
        pending = takeEffect(step, stateOfHost(file, draft))
      })
    return {
      result: fault ? lost(fault.message ?? `the line to ${name} broke`) : answer(error ?? pending),
      changed: !error,
    }
  }

  /** A state that cannot be written is, to the caller, an answer that did not come. */
  const settleOrLose = (order: StepOrder): Settled => {
    try {
      return settle(order)
    } catch (error) {
      return unchanged(lost(messageOf(error)))
    }
  }

  const perform = async (order: StepOrder): Promise<StepResult> => {
    const { step } = order
    const atFirst = here()
    const gone = () => !here().state.reachable || here().state.boots !== atFirst.state.boots
    if (gone()) return lost(`${name} cannot be reached`)
    const stopped = check(order, atFirst)
    if (stopped) return stopped
    await pause(latencyOf(step, atFirst))
    around.tell({ host: name, step, when: 'before' })
    if (gone()) return lost(`${name} was lost before it answered`)
    const { result, changed } = settleOrLose(order)
    if (changed) around.tell({ host: name, step, when: 'after' })
    return gone() ? lost(`${name} was lost before it answered`) : result
  }

  /** Takes no turn: while a step is under way it is refused. */
  const adopt = (adoption: Adoption): StepResult => {
    const { module, reachable } = here().state
    if (!reachable) return lost(`${name} cannot be reached`)
    const against = refuseAdoption(adoption, module, { busy: underWay > 0, at: clock.now() })
    if (against) return against
    noteAdoption(adoption.fence)
    return { kind: 'done' }
  }
  const noteAdoption = (fence: Fence) =>
    memory.change((draft) => {
      Object.assign(stateOfHost(file, draft).state.module, { fence, orderAt: clock.now() })
    })

  /** What is not absent is not forgotten; what comes again is told again. */
  const forget = (gpu: InstanceId): void =>
    memory.change((draft) => {
      const { state, file: now } = stateOfHost(file, draft)
      const slots = now.gpus.flatMap((each) => (each.instanceId === gpu ? each.slot : []))
      state.rebuilt.forgotten.push(...slots.filter((slot) => state.devices[slot] === 'absent'))
    })

  let underWay = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    name,
    run: (order) => {
      underWay += 1
      const mine = last
        .then(() => perform(order))
        .finally(() => {
          underWay -= 1
        })
      last = mine.catch(() => undefined)
      return mine
    },
    adopt: (adoption) => Promise.resolve(adopt(adoption)),
    forget,
    inventory: async () => {
      await pause('inventory')
      const fault = takeFault(memory, name, 'inventory')
      if (fault) throw new Fault('host-unreachable', fault.message ?? `${name} did not answer`)
      if (!here().state.reachable) throw new Fault('host-unreachable', `${name} cannot be reached`)
      return structuredClone({ ...factsOf(here()), module: moduleFactsOf(here().state.module) })
    },
    smi: async (target) => {
      await pause('smi')
      if (!here().state.reachable) return { kind: 'not-run', why: `${name} cannot be reached` }
      return smiAnswer(here(), target)
    },
    use: async (vm) => {
      await pause('smi')
      if (!here().state.reachable)
        return { smi: { kind: 'not-run', why: `${name} cannot be reached` }, processes: null, people: null }
      return guestUseOf(here(), vm)
    },
  }
}
