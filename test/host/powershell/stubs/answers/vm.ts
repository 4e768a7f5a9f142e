/** Virtual machines and the host itself. Properties: those that the Hyper-V module's metadata names. */
import type { VmFacts } from '../../../../../src/core/inventory/inventory'
import type { SomeSettings } from '../../../../../src/core/plan/step'
import { type HostError, vmNotFound } from '../../../../../src/host/simulated/messages'
import { failWith, undocumented } from '../refusal'
import { poolsOf } from './devices'
import { type Bound, text, typed, uint32, uint64, type Value } from '../wire'
import { type Answers, factsOf, perform, type Scene, vmRefOf, vmsMeant } from './answer'

const STATES: { readonly [S in VmFacts['state']]: string } = {
  Running: 'Running',
  Off: 'Off',
  Stopping: 'Stopping',
  Starting: 'Starting',
  Saved: 'Saved',
  Paused: 'Paused',
  Critical: 'OffCritical',
  Other: 'Other',
}

const HEARTBEATS: { readonly [S in VmFacts['heartbeat']]: string | null } = {
  on: 'OkApplicationsUnknown',
  off: 'NoContact',
  absent: 'Disabled',
  unknown: null,
}
const heartbeatOf = ({ state, heartbeat }: VmFacts): string | null =>
  state === 'Running' ? HEARTBEATS[heartbeat] : 'Disabled'

const REPLICATION: { readonly [R in VmFacts['replication']]: string | null } = {
  none: 'None',
  primary: 'Primary',
  replica: 'Replica',
  'test-replica': 'TestReplica',
  'extended-replica': 'ExtendedReplica',
  unknown: null,
}

const HEARTBEAT = '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47'
const SHUTDOWN = '9F8233AC-BE49-4C79-8EE3-E7E1985B2077'

/** Names are localised; ids are not. A guest that was not asked has services in no state that is known. */
const servicesOf = (vm: VmFacts, { withoutShutdown }: Scene): Value[] => {
  const { id, name, shutdownService: state } = vm
  const service = (called: string, guid: string, status: string | null, enabled = true) =>
    typed('VMIntegrationComponent', {
      Id: `Microsoft:${id}\\${guid}`,
      Name: called,
      VMId: id,
      VMName: name,
      Enabled: enabled,
      PrimaryOperationalStatus: status,
    })
  const heart = service('SIMULATED: heartbeat', HEARTBEAT, vm.heartbeat === 'on' ? 'Ok' : 'NoContact')
  if (withoutShutdown.includes(id) || state === 'absent') return [heart]
  // Off in two ways: the guest does not answer, or the host has it switched off.
  const status = { on: 'Ok', off: 'NoContact', unknown: 'Dormant' }[state]
  const isOn = state !== 'off' || vm.state === 'Running'
  return [heart, service('SIMULATED: shutdown', SHUTDOWN, status, isOn)]
}

const objectOf = (vm: VmFacts, { host, flavour }: Scene): Value =>
  typed(flavour === '2016' ? 'VirtualMachine' : 'NewerVirtualMachine', {
    Id: vm.id,
    Name: vm.name,
    State: STATES[vm.state],
    Generation: vm.generation,
    IsClustered: vm.clustered,
    DynamicMemoryEnabled: vm.memory.dynamic,
    MemoryStartup: vm.memory.startupBytes,
    MemoryMinimum: vm.memory.minimumBytes,
    AutomaticStopAction: vm.settings.automaticStopAction,
    ...(flavour === '2016' ? {} : { AutomaticCheckpointsEnabled: vm.settings.automaticCheckpoints }),
    GuestControlledCacheTypes: vm.settings.guestControlledCacheTypes,
    LowMemoryMappedIoSpace: uint32(vm.settings.lowMmioBytes),
    HighMemoryMappedIoSpace: uint64(vm.settings.highMmioBytes),
    Heartbeat: heartbeatOf(vm),
    ReplicationMode: REPLICATION[vm.replication],
    ComputerName: host,
  })

/** What Get-VM answers to an id that no VM has. */
const noSuchId = (id: string, { language }: Scene): never =>
  failWith({ ...vmNotFound(id), code: 'InvalidParameter' }, language)

const getVm = (bound: Bound, scene: Scene): Value[] => {
  const { vms } = factsOf(scene)
  const id = text(bound['Id'])
  if (id !== undefined)
    return [objectOf(vms.find((vm) => vm.id === id.toLowerCase()) ?? noSuchId(id, scene), scene)]
  const meant = bound['Name'] === undefined ? vms : vmsMeant(bound, scene)
  return meant.map((vm) => objectOf(vm, scene))
}

const only = (bound: Bound, allowed: readonly string[]): void => {
  for (const name of Object.keys(bound))
    if (!allowed.includes(name)) undocumented(`-${name} is not something that the module sets`)
}

const settingsIn = (bound: Bound): SomeSettings => ({
  ...(bound['AutomaticStopAction'] === undefined
    ? {}
    : { automaticStopAction: bound['AutomaticStopAction'] as VmFacts['settings']['automaticStopAction'] }),
  ...(bound['GuestControlledCacheTypes'] === undefined
    ? {}
    : { guestControlledCacheTypes: bound['GuestControlledCacheTypes'] === true }),
  ...(bound['LowMemoryMappedIoSpace'] === undefined
    ? {}
    : { lowMmioBytes: Number(bound['LowMemoryMappedIoSpace']) }),
  ...(bound['HighMemoryMappedIoSpace'] === undefined
    ? {}
    : { highMmioBytes: Number(bound['HighMemoryMappedIoSpace']) }),
  ...(bound['AutomaticCheckpointsEnabled'] === undefined
    ? {}
    : { automaticCheckpoints: bound['AutomaticCheckpointsEnabled'] === true }),
})

/** Texts and codes of these two are in no document; nothing may branch on them. */
const simulated = (code: string, text: string): HostError => ({
  code,
  text: { en: `SIMULATED: ${text}`, zh: `SIMULATED: ${text}` },
})
const noShutdownService = (name: string) =>
  simulated('OperationFailed', `the guest of '${name}' has no shutdown service.`)
/** A question where nobody can be asked is an error. */
const nobodyToAsk = () => simulated('InvalidOperation', 'nobody answers whether to stop it all the same.')

const COMMON = ['ErrorAction', 'Confirm', 'VM', 'VMName', 'Name']

export const vmAnswers: Answers = {
  'Get-VM': getVm,
  'Start-VM': (bound, scene) =>
    vmsMeant(bound, scene).flatMap((vm) => perform(scene, { kind: 'startVm', vm: vmRefOf(vm) })),
  'Stop-VM': (bound, scene) => {
    only(bound, [...COMMON, 'TurnOff', 'Force'])
    const how = bound['TurnOff'] === true ? 'turn-off' : 'shutdown'
    return vmsMeant(bound, scene).flatMap((vm) => {
      if (how === 'shutdown' && scene.withoutShutdown.includes(vm.id))
        failWith(bound['Force'] === true ? noShutdownService(vm.name) : nobodyToAsk(), scene.language)
      return perform(scene, { kind: 'stopVm', vm: vmRefOf(vm), how })
    })
  },
  'Set-VM': (bound, scene) => {
    only(bound, [
      ...COMMON,
      'AutomaticStopAction',
      'GuestControlledCacheTypes',
      'LowMemoryMappedIoSpace',
      'HighMemoryMappedIoSpace',
      'AutomaticCheckpointsEnabled',
    ])
    const to = settingsIn(bound)
    return vmsMeant(bound, scene).flatMap((vm) =>
      perform(scene, { kind: 'setVm', vm: vmRefOf(vm), from: {}, to }),
    )
  },
  'Get-VMIntegrationService': (bound, scene) => vmsMeant(bound, scene).flatMap((vm) => servicesOf(vm, scene)),
  'Get-VMResourcePool': (_, scene) => [
    typed('VMResourcePool', { Name: 'Primordial', ResourcePoolType: 'PciExpress' }),
    typed('VMResourcePool', { Name: 'cluster memory', ResourcePoolType: 'Memory' }),
    ...poolsOf(scene).map((name) => typed('VMResourcePool', { Name: name, ResourcePoolType: 'PciExpress' })),
  ],
  'Get-VMSnapshot': (bound, scene) =>
    vmsMeant(bound, scene).flatMap(({ id, name, checkpoints }) =>
      Array.from({ length: checkpoints }, (_, n) =>
        typed('VMSnapshot', {
          Name: `checkpoint ${n + 1}`,
          SnapshotType: 'Standard',
          VMId: id,
          VMName: name,
        }),
      ),
    ),
  // What an address is good for is tried elsewhere, over a real connection.
  'Get-VMNetworkAdapter': (bound, scene) =>
    vmsMeant(bound, scene).map(({ id, name, state }) =>
      typed('VMNetworkAdapter', {
        Name: 'Network Adapter',
        VMId: id,
        VMName: name,
        IPAddresses: state === 'Running' ? ['127.0.0.1', 'fe80::215:5dff:fe00:1'] : [],
      }),
    ),
  'Get-VMHost': (_, scene) => {
    const { name, iov } = factsOf(scene)
    return [
      typed('VMHost', {
        Name: name,
        FullyQualifiedDomainName: name,
        IovSupport: iov.supported,
        IovSupportReasons: iov.reasons,
      }),
    ]
  },
}
