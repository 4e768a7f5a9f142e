/** Checks of the host: may it assign devices at all? After Microsoft's SurveyDDA.ps1, and what that does not ask. */
import { type GpuFacts, type HostFacts, placeOf } from '../../inventory/inventory'
import { releaseDoubt } from '../../inventory/sharing'
import { type Check, about } from './check'

/** Would this GPU have to be dismounted from the host to be given to a VM? */
export const needsDismount = (host: HostFacts, gpu: GpuFacts): boolean => {
  const place = placeOf(host, gpu).kind
  return place === 'host-enabled' || place === 'host-disabled'
}

/** -Force waives the ACS check, so it is never used where ACS is absent, or not known to be there. */
export const mayForce = (host: HostFacts, gpu: GpuFacts): boolean =>
  host.forceDismount && gpu.acs !== null && gpu.acs !== 0

/**
 * Is that dismount done with -Force? The host's configuration decides, never a failed attempt; where ACS is absent
 * the `acs` check refuses the plan altogether.
 */
export const forcesDismount = (host: HostFacts, gpu: GpuFacts): boolean =>
  mayForce(host, gpu) && needsDismount(host, gpu)

export const FORCE_MEANING =
  'it waives the ACS and mitigation-driver checks, so expose the device only to trusted VMs'

/** Of what mounts a GPU: its undo is a dismount, which may be harder than the mount was. */
export const undoWarnings = (host: HostFacts, gpu: GpuFacts): string[] => {
  if (gpu.acs === 0)
    return [
      'If a later step fails, the GPU cannot be dismounted again: there is no ACS above it, and -Force is refused there.',
    ]
  return mayForce(host, gpu)
    ? [`If a later step fails, the undo dismounts with -Force: ${FORCE_MEANING}.`]
    : []
}

const edition = (host: HostFacts): Check => {
  const { name, os } = host
  const check = about('edition', 'Windows edition')
  const doubt = releaseDoubt(host)
  if (doubt) return check.warn(doubt.reason, doubt.fix)
  if (os.edition === 'server') return check.pass(`${name} runs ${os.caption}`)
  return check.fail(
    `${name} runs ${os.caption}: Discrete Device Assignment is supported on Windows Server only, and a VM with a device would not start`,
    'Use a GPU of a host that runs Windows Server 2016 or later',
  )
}

const commands = ({ name, missingCommands }: HostFacts): Check => {
  const check = about('device-commands', 'Commands')
  if (missingCommands.length === 0)
    return check.pass(`The Hyper-V module of ${name} has the commands for assigning devices`)
  return check.fail(
    `The Hyper-V module of ${name} lacks ${missingCommands.join(', ')}`,
    'Install the Hyper-V module of Windows Server 2016 or later there (Install-WindowsFeature Hyper-V-PowerShell), or use a GPU of another host',
  )
}

const iov = ({ name, iov: { supported, reasons } }: HostFacts): Check => {
  const check = about('iov', 'I/O virtualization')
  if (supported) return check.pass(`${name} supports I/O virtualization`)
  const said = reasons.length > 0 ? reasons.join('; ') : 'the host gives no reason'
  return check.fail(
    `${name} does not support I/O virtualization: ${said}`,
    'Switch on the IOMMU (VT-d or AMD-Vi), SR-IOV and PCI Express control by the OS in the firmware of the host, then reboot it',
  )
}

/** What a policy says that has no value is not documented, and servers are reported to refuse then (Easy-GPU-PV, issue 125). */
export const unsetPolicies = ({ policies }: HostFacts): string[] => [
  ...(policies.requireSecureDeviceAssignment === null ? ['RequireSecureDeviceAssignment'] : []),
  ...(policies.requireSupportedDeviceAssignment === null ? ['RequireSupportedDeviceAssignment'] : []),
]

export const unsetWords = (host: HostFacts): string =>
  `${unsetPolicies(host).join(' and ')} ${unsetPolicies(host).length > 1 ? 'are' : 'is'} not set on ${host.name}, and what Hyper-V does then is not documented: servers are reported not to start a VM with a device`

export const NOT_OURS =
  'If the VM does not start for this reason, an administrator decides about the policy; the bot never changes it'

const policies = (host: HostFacts, gpu: GpuFacts): Check => {
  const check = about('policies', 'Device assignment policies')
  const required = [
    ...(host.policies.requireSecureDeviceAssignment === true ? ['RequireSecureDeviceAssignment'] : []),
    ...(host.policies.requireSupportedDeviceAssignment === true ? ['RequireSupportedDeviceAssignment'] : []),
  ]
  if (required.length === 0 && unsetPolicies(host).length > 0) return check.warn(unsetWords(host), NOT_OURS)
  if (required.length === 0) return check.pass(`The policies of ${host.name} require nothing more`)
  const named = required.join(' and ')
  if (forcesDismount(host, gpu))
    return check.fail(
      `The policy ${named} of ${host.name} keeps a VM from starting with a device whose checks -Force waived`,
      'Install the mitigation driver of the vendor and let the bot dismount without -Force on this host (forceDismount: false)',
    )
  return check.warn(
    `The policy ${named} is set on ${host.name}: the VM does not start if the device falls short of it, for instance without function-level reset`,
    NOT_OURS,
  )
}

export const hostChecks = (host: HostFacts, gpu: GpuFacts): Check[] => [
  edition(host),
  commands(host),
  iov(host),
  policies(host, gpu),
]
