/** Everything that happens to a simulated fleet beside the bot: administrators, reboots, broken lines, faults. */
import { Fault } from '../../core/errors'
import type { Fence } from '../../core/fence'
import type { HostFacts, VmSettings, VmState } from '../../core/inventory/inventory'
import type { Step, StepKind } from '../../core/plan/step'
import { type HostNow, type VmOnHost, factsOf, stateOfHost, vmsOn } from './host-now'
import type { FleetMemory } from './memory'
import type { HostError } from './messages'
import { startError } from './power-on'
import type { Rebuilding } from './rebuild'
import { refusalOf, takeEffect } from './rules'
import type { FleetFile, GuestSmi } from './schema'
import type { InjectedFault } from './state'

/** `before`: the order has reached the host and is about to be judged. `after`: its effect holds and is kept. */
export interface StepEvent {
  readonly host: string
  readonly step: Step
  readonly when: 'before' | 'after'
}

/**
 * What an administrator or misfortune does beside the bot; used by tests and the playground. A VM is named by its id
 * or its name. Names that do not exist, and acts that Hyper-V refuses, throw Fault('internal').
 */
export interface World {
  hostNames(): readonly string[]
  /** The true state, whether the host can be reached or not, without latency. */
  facts(host: string): HostFacts
  isReachable(host: string): boolean
  setReachable(host: string, reachable: boolean): void
  /** VMs that ran start again if they can; everything else, dismounted devices and what the module keeps included, stays. */
  reboot(host: string): void
  /** Starts, stops, saves or pauses a VM as Hyper-V permits; Critical and Other are misfortunes, always possible. */
  setVmState(host: string, vm: string, state: VmState): void
  setVmSettings(host: string, vm: string, settings: Partial<VmSettings>): void
  /** An administrator does this by hand: no fence, no expectation, no latency, only Hyper-V's own rules. */
  act(host: string, step: Step): void
  /** As `act`, but tells what Hyper-V answers: null when it is done, else the refusal, and nothing has changed. */
  attempt(host: string, step: Step): HostError | null
  /** Faults are consumed in order by matching steps. */
  inject(fault: InjectedFault): void
  faults(): readonly InjectedFault[]
  clearFaults(): void
  /** An administrator changes the host itself, as Hyper-V permits. */
  rebuild(host: string, change: Rebuilding): void
  /** An administrator installs another module: of this protocol. What it keeps stays. */
  setProtocol(host: string, protocol: number): void
  /** Whose orders it takes, and by what number. */
  fence(host: string): Fence
  /** Another bot gives an order. */
  claim(host: string, fence: Fence): void
  setGuestSmi(host: string, vm: string, kind: GuestSmi): void
  onChange(listener: () => void): () => void
  /** Called around every mutating step; what a listener throws comes out of `run`, as a crash would. */
  onStep(listener: (event: StepEvent) => void): () => void
}

/** From which states an administrator can bring a VM into each. */
const REACHED_FROM: { readonly [S in VmState]: readonly VmState[] | 'any' } = {
  Running: ['Off', 'Saved', 'Paused', 'Starting'],
  Off: 'any',
  Saved: ['Running', 'Paused'],
  Paused: ['Running'],
  Starting: ['Off', 'Saved'],
  Stopping: ['Running'],
  Critical: 'any',
  Other: 'any',
}

const refuse = (host: string, why: string): never => {
  throw new Fault('internal', `${host} refuses: ${why}`)
}

const changeState = (here: HostNow, vm: VmOnHost, state: VmState): void => {
  const from = REACHED_FROM[state]
  const { name } = here.file
  if (vm.now.state === state) return
  if (from !== 'any' && !from.includes(vm.now.state)) {
    refuse(name, `${vm.file.name} is ${vm.now.state} and cannot become ${state}`)
  }
  if (state === 'Saved' && (vm.now.assigned.length > 0 || vm.now.partitions.length > 0)) {
    refuse(name, `${vm.file.name} has a device assigned and cannot be saved`)
  }
  const powersOn = state === 'Running' && (vm.now.state === 'Off' || vm.now.state === 'Saved')
  const error = powersOn ? startError(here, vm) : null
  if (error) refuse(name, error.text.en)
  vm.now.state = state
}

const rebuild = (here: HostNow, change: Rebuilding): void => {
  const { state, file } = here
  const { rebuilt } = state
  switch (change.kind) {
    case 'pull card':
      state.devices[change.slot] = 'absent'
      return
    case 'put card':
      if (state.devices[change.slot] !== 'absent') refuse(file.name, `${change.slot} is in its place`)
      state.devices[change.slot] = 'host-enabled'
      rebuilt.forgotten = rebuilt.forgotten.filter((slot) => slot !== change.slot)
      return
    case 'move card':
      rebuilt.paths[change.slot] = change.to
      return
    case 'install driver':
      rebuilt.drivers[change.slot] = change.version
      return
    case 'change GPU':
      rebuilt.gpus[change.slot] = { ...rebuilt.gpus[change.slot], ...change.to }
      return
    case 'change VM':
      rebuilt.vms[change.id] = { ...rebuilt.vms[change.id], ...change.to }
      return
    case 'rename VM':
      rebuilt.names[change.id] = change.name
      return
    case 'import VM':
      rebuilt.deleted = rebuilt.deleted.filter((id) => id !== change.id)
      return
    case 'delete VM': {
      const vm = state.vms[change.id]
      if (vm?.state !== 'Off') return refuse(file.name, `${change.id} is not off and cannot be deleted`)
      rebuilt.deleted.push(change.id)
      Object.assign(vm, { assigned: [], partitions: [] })
    }
  }
}

/** What waited for the restart. */
const switchDevices = ({ state }: HostNow): void => {
  for (const [slot, node] of Object.entries(state.devices)) {
    if (node === 'restart-to-disable') state.devices[slot] = 'host-disabled'
    if (node === 'restart-to-enable') state.devices[slot] = 'host-enabled'
  }
}

const RAN: readonly VmState[] = ['Running', 'Starting', 'Stopping']

/** The default automatic start action: start if it ran. A paused VM's memory is lost unless it is saved first. */
const afterReboot = (here: HostNow, vm: VmOnHost): VmState => {
  const { state, settings } = vm.now
  if (RAN.includes(state)) return startError(here, vm) === null ? 'Running' : 'Off'
  if (state === 'Paused') return settings.automaticStopAction === 'Save' ? 'Saved' : 'Off'
  return state
}

export interface Listeners {
  readonly steps: Set<(event: StepEvent) => void>
}

export const openWorld = (file: FleetFile, memory: FleetMemory, { steps }: Listeners): World => {
  const fileOf = (host: string) =>
    file.hosts.find((each) => each.name === host) ?? refuse(file.fleet, `there is no host ${host}`)
  const onHost = (host: string) => stateOfHost(fileOf(host), memory.now())
  const changeHost = (host: string, edit: (here: HostNow) => void) =>
    memory.change((draft) => edit(stateOfHost(fileOf(host), draft)))
  const changeVm = (host: string, name: string, edit: (vm: VmOnHost, here: HostNow) => void) =>
    changeHost(host, (here) => {
      const vms = vmsOn(here)
      const vm = vms.find((each) => each.file.id === name) ?? vms.find((each) => each.file.name === name)
      edit(vm ?? refuse(host, `there is no VM ${name}`), here)
    })
  const attempt = (host: string, step: Step): HostError | null => {
    const error = refusalOf(step, onHost(host))
    if (!error) changeHost(host, (here) => void takeEffect(step, here))
    return error
  }
  const act = (host: string, step: Step): void => {
    const error = attempt(host, step)
    if (error) refuse(host, `${step.kind}: ${error.code}: ${error.text.en}`)
  }

  return {
    hostNames: () => file.hosts.map((host) => host.name),
    facts: (host) => factsOf(onHost(host)),
    isReachable: (host) => onHost(host).state.reachable,
    setReachable: (host, reachable) =>
      changeHost(host, ({ state }) => {
        state.reachable = reachable
      }),
    reboot: (host) =>
      changeHost(host, (here) => {
        here.state.boots += 1
        switchDevices(here)
        for (const vm of vmsOn(here)) vm.now.state = afterReboot(here, vm)
      }),
    setVmState: (host, name, state) => changeVm(host, name, (vm, here) => changeState(here, vm, state)),
    setVmSettings: (host, name, settings) => {
      const vm = vmsOn(onHost(host)).find((each) => each.file.id === name || each.file.name === name)
      if (!vm) return refuse(host, `there is no VM ${name}`)
      act(host, { kind: 'setVm', vm: vm.file, from: {}, to: settings })
    },
    act,
    attempt,
    inject: (fault) => {
      fileOf(fault.host)
      memory.change((draft) => void draft.faults.push({ ...fault }))
    },
    faults: () => memory.now().faults,
    clearFaults: () =>
      memory.change((draft) => {
        draft.faults = []
      }),
    rebuild: (host, change) => changeHost(host, (here) => rebuild(here, change)),
    setProtocol: (host, protocol) =>
      changeHost(host, ({ state }) => {
        state.module.protocol = protocol
      }),
    fence: (host) => onHost(host).state.module.fence,
    claim: (host, fence) =>
      changeHost(host, ({ state }) => {
        state.module.fence = fence
      }),
    setGuestSmi: (host, name, kind) =>
      changeVm(host, name, (vm) => {
        vm.now.guestSmi = kind
      }),
    onChange: (listener) => memory.onChange(listener),
    onStep: (listener) => {
      steps.add(listener)
      return () => steps.delete(listener)
    },
  }
}

/** Takes the first waiting fault that matches, once. An inventory is matched only by its own name. */
export const takeFault = (
  memory: FleetMemory,
  host: string,
  step: StepKind | 'inventory',
): InjectedFault | null => {
  const matches = (fault: InjectedFault) =>
    fault.host === host && (fault.step === step || (fault.step === 'any' && step !== 'inventory'))
  const fault = memory.now().faults.find(matches)
  if (!fault) return null
  memory.change((draft) => {
    const waiting = draft.faults.find(matches)
    if (waiting) waiting.times -= 1
    draft.faults = draft.faults.filter((each) => each.times > 0)
  })
  return fault
}
