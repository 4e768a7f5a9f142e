import { barSentence } from '../../inventory/bar'
import type { ModuleFacts } from '../../fence'
import { runsOf } from '../../notice/prose'
import { shown } from '../../text/shown'
import { aliasOf, gpuByPath, type HostFacts, type HostView } from '../../inventory/inventory'
import { unsetPolicies } from '../../planner/checks/host-checks'
import { sharingSupport } from '../../inventory/sharing'
import { whereabouts } from '../../planner/whereabouts'
import { listed, type Sheet, type SheetRow } from './sheet'

/** Longest text of a host's own (an error, a reason) that is shown. */
const SAID_CAP = 300

const PAUSED_WORDS = {
  requests: 'nothing new begins until ',
  steps: 'no step of anything is done until ',
} as const

/** `moving`: aliases of the GPUs that a running request is moving. */
export const hostSheet = (view: HostView, moving: ReadonlySet<string>): Sheet => ({
  title: view.name,
  rows: [
    ['State', stateOf(view)],
    ...(view.paused
      ? [
          [
            'Paused',
            PAUSED_WORDS[view.paused],
            { code: `resume ${view.name}` },
            ...(view.pauseReason === null ? [] : [` (${shown(view.pauseReason)})`]),
          ] as const satisfies SheetRow,
        ]
      : []),
    ...(view.bar
      ? [['Takes no orders', ...runsOf(barSentence(view.name, view.bar))] as const satisfies SheetRow]
      : []),
    ...(view.facts === null ? [] : factRows(view.facts, view.marks, moving)),
  ],
})

const stateOf = ({ error, facts }: HostView): string => {
  if (error !== null) return `does not answer: ${error.slice(0, SAID_CAP)}`
  return facts === null ? 'is being read for the first time' : 'answers'
}

const factRows = (host: HostFacts, marks: HostView['marks'], moving: ReadonlySet<string>): SheetRow[] => {
  const gpus = host.gpus.map((gpu) => {
    const { where } = whereabouts(
      { facts: host, gpu, marks },
      moving.has(aliasOf(host, gpu)) ? 'busy' : 'idle',
    )
    return `${gpu.slot} ${shown(gpu.model)}: ${where}`
  })
  const vms = host.vms.map((vm) => `${shown(vm.name)} (${vm.state})`)
  const strangers = host.dismounted.filter((path) => !gpuByPath(host, path))
  return [
    ['System', systemOf(host)],
    ...(host.module ? [['Module', moduleOf(host.module)] as const] : []),
    ['GPUs', listed(gpus, '\n')],
    ['VMs', listed(vms, ', ')],
    ['Device assignment', assignmentOf(host)],
    ['GPU partitions', sharingOf(host)],
    ['Policies', policiesOf(host)],
    ['Physical addresses', addressesOf(host)],
    ['Dismount with -Force', host.forceDismount ? 'allowed on this host' : 'not allowed on this host'],
    ...(host.pools === 'read' ? [] : [['Resource pools', 'could not be read'] as const]),
    ...(strangers.length === 0 ? [] : [['Other dismounted devices', listed(strangers, '\n')] as const]),
  ]
}

/** Whose orders it takes, so that people can tell two bots apart by what each says of the host. */
const moduleOf = ({ protocol, fence }: ModuleFacts): string => {
  const told = `protocol ${protocol}`
  if (fence === null) return `${told}; whose orders it takes is not known`
  return `${told}; takes the orders of ${fence.bot ?? 'no bot in particular yet'}, claim ${fence.number}`
}

const assignmentOf = ({ iov }: HostFacts): string => {
  if (iov.supported) return 'supported'
  const reasons = iov.reasons.join('; ').slice(0, SAID_CAP)
  return `not supported: ${reasons === '' ? 'the host gives no reason' : reasons}`
}

const systemOf = ({ os }: HostFacts): string =>
  os.release === 'unknown'
    ? `${shown(os.caption)}, of a release that this bot does not know`
    : shown(os.caption)

const SUPPORT = {
  no: 'not supported by Microsoft before Windows Server 2025',
  unknown: 'not known to be supported on this release of Windows',
} as const

const sharingOf = ({ os, partitioning, unsupportedPartitioning, cluster }: HostFacts): string => {
  if (partitioning === 'none') return 'its Hyper-V module has no commands for them'
  const support = sharingSupport(os)
  const allowed =
    support === 'yes'
      ? 'supported'
      : `${SUPPORT[support]}; ${unsupportedPartitioning ? 'allowed' : 'not allowed'} on this host`
  return `${allowed}${cluster === null ? '' : `; node of the cluster ${shown(cluster)}`}`
}

const policiesOf = (host: HostFacts): string => {
  const { requireSecureDeviceAssignment: secure, requireSupportedDeviceAssignment: supported } = host.policies
  const required = [
    ...(secure === true ? ['RequireSecureDeviceAssignment'] : []),
    ...(supported === true ? ['RequireSupportedDeviceAssignment'] : []),
  ]
  const unset = unsetPolicies(host)
  return [
    ...(required.length > 0 || unset.length === 0 ? [listed(required, ', ', 'nothing required')] : []),
    ...(unset.length > 0 ? [`not set: ${unset.join(', ')}`] : []),
  ].join('; ')
}

const addressesOf = ({ physicalAddressBits: bits }: HostFacts): string =>
  bits === null ? 'width not known' : `${bits} bits`
