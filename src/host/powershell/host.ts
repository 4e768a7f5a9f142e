/**
 * The `Host` port over the module. A host has four sessions, each with a queue of its own: changes wait for one another,
 * and reading waits neither for a shutdown that takes ten minutes nor for a guest that does not answer.
 */
import { messageOf } from '../../core/errors'
import type { GpuFacts, HostFacts, HostName, VmId } from '../../core/inventory/inventory'
import type { Host, SmiAnswer, SmiTarget, StepResult } from '../../core/ports/host'
import { UPGRADE } from '../../core/inventory/bar'
import { adoptionOf, callOf } from './calls'
import type { Call, Engine } from './engine/engine'
import type { EngineAnswer, Target } from './engine/wire'
import { factsFrom, type HostNotes } from './facts'
import { inventoryReader, READ_MS } from './inventory'
import { learned, untoldOnHost } from './learn'
import { readGuestSmi, guestUse, smiFrom, type GuestAccess } from './guests'
import { forgetting, type DeviceMemory } from './memory'
import type { RawInventory } from './raw'

/** For what is asked beside an inventory, which shall not wait for it longer. */
const BESIDE_MS = 15_000
const HOST_SMI = { command: 'Get-HostSmi', parameters: {}, timeoutMs: READ_MS }

export interface PowerShellHostOptions {
  readonly name: HostName
  readonly target: Target
  readonly notes: HostNotes
  /** How the guests of this host are asked; those that are not named are not. */
  readonly guests: ReadonlyMap<VmId, GuestAccess>
  /** The engine as it is now; a new one when the last has died. Throws Fault when none can be started. */
  readonly engine: () => Promise<Engine>
  readonly memory: DeviceMemory
}

export const powerShellHost = (options: PowerShellHostOptions): Host => {
  const { name, notes, engine, memory } = options
  const lane = (purpose: string) => {
    const session = { name: `${name}/${purpose}`, target: options.target }
    let last: Promise<unknown> = Promise.resolve()
    return (call: Omit<Call, 'session'>): Promise<EngineAnswer> => {
      const mine = last.then(() => ask(engine, { ...call, session }))
      last = mine
      return mine
    }
  }
  const change = lane('change')
  const read = lane('read')
  const readInventory = inventoryReader(name, read)
  const guest = lane('guest')
  /** Of its own: whoever asks for a plan does not wait behind guests that are sampled. */
  const use = lane('use')
  /** A change whose end nobody heard of, perhaps of an earlier process, may still be under way: the next reading waits for it. */
  let unsettled = true

  const changed = async (call: Omit<Call, 'session'>): Promise<StepResult> => {
    const result = resultOf(await change(call), name)
    if (result.kind === 'unknown') unsettled = true
    return result
  }

  /** As they were read last: for what nvidia-smi tells beside them, and for how long a VM may take to start. */
  let seen: HostFacts | null = null

  const smi = async (target: SmiTarget): Promise<SmiAnswer> => {
    const answer =
      target.kind === 'guest'
        ? await readGuestSmi(name, target.vm, { access: options.guests.get(target.vm), ask: guest })
        : smiFrom(name, await read(HOST_SMI))
    return remembering(target, answer)
  }
  const remembering = (target: SmiTarget, answer: SmiAnswer): SmiAnswer => {
    if (seen) memory.remember(learned(memory.recall(), seen, { target, answer }))
    return answer
  }

  const factsNow = (raw: RawInventory): HostFacts => {
    const { facts, remembered } = factsFrom(name, raw, { notes, remembered: memory.recall() })
    memory.remember(remembered)
    seen = facts
    return facts
  }

  /** GPUs of which nvidia-smi on the host was asked, once for each: one that cannot tell it would be asked for ever. */
  const asked = new Set<string>()
  const isNew = (gpus: readonly GpuFacts[]): boolean => {
    const news = gpus.filter(({ instanceId }) => !asked.has(instanceId))
    for (const { instanceId } of news) asked.add(instanceId)
    return news.length > 0
  }

  return {
    name,
    run: (order) => changed(callOf(order, seen)),
    adopt: (adoption) => changed(adoptionOf(adoption)),
    forget: (gpu) => memory.remember(forgetting(memory.recall(), gpu)),
    inventory: async () => {
      const settled = unsettled
      const raw = await readInventory(settled)
      if (settled) unsettled = false
      const facts = factsNow(raw)
      if (!isNew(untoldOnHost(facts))) return facts
      remembering({ kind: 'host' }, smiFrom(name, await read({ ...HOST_SMI, timeoutMs: BESIDE_MS })))
      return factsNow(raw)
    },
    use: (vm) => guestUse(name, vm, { access: options.guests.get(vm), ask: use }),
    smi,
  }
}

const ask = async (engine: () => Promise<Engine>, call: Call): Promise<EngineAnswer> => {
  try {
    return await (await engine()).call(call)
  } catch (error) {
    // The call never left, but who asks needs not know: a host that was read says the same.
    return { kind: 'lost', why: messageOf(error) }
  }
}

/** What a module says that does not know the function, or that an order names its claim: it is older than this bot. */
const UNKNOWN_TO_IT: readonly string[] = ['CommandNotFoundException', 'NamedParameterNotFound']

const resultOf = (answer: EngineAnswer, host: HostName): StepResult => {
  if (answer.kind === 'error' && UNKNOWN_TO_IT.includes(answer.code))
    return {
      kind: 'refused',
      code: 'OldModule',
      message: `the module on ${host} cannot check this order. ${UPGRADE} on ${host}.`,
    }
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done' }
    case 'error':
      return { kind: 'refused', code: answer.code, message: answer.message }
    case 'lost':
      return { kind: 'unknown', why: answer.why }
  }
}
