/**
 * What hosts answer when they refuse. Codes are those of FullyQualifiedErrorId. English texts without the word
 * SIMULATED are Hyper-V's own, from Microsoft's documentation and public reports; the others, and all Chinese ones,
 * are the simulator's. Nothing may branch on a text.
 */
import { createHash } from 'node:crypto'
import type { Language } from './schema'

export interface HostError {
  readonly code: string
  readonly text: Readonly<Record<Language, string>>
}

const error = (code: string, en: string, zh: string): HostError => ({
  code,
  text: { en, zh: `SIMULATED: ${zh}` },
})
const simulated = (code: string, en: string, zh: string): HostError => error(code, `SIMULATED: ${en}`, zh)

/** A GUID in the usual form, always the same for the same words. */
export const guidOf = (...words: readonly string[]): string =>
  createHash('sha256')
    .update(words.join('\n'))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')

const hex = (bytes: number): string => `0x${bytes.toString(16).padStart(16, '0')}`

export const vmNotFound = (name: string): HostError =>
  error(
    'ObjectNotFound',
    `Hyper-V was unable to find a virtual machine with name "${name}".`,
    `Hyper-V 找不到名称为“${name}”的虚拟机。`,
  )

export const wrongVmState = (): HostError =>
  error(
    'InvalidState',
    'The operation cannot be performed while the virtual machine is in its current state.',
    '虚拟机处于当前状态时无法执行该操作。',
  )

export const replicaStarted = (name: string): HostError =>
  simulated('OperationFailed', `'${name}' is a replica.`, `“${name}”是副本。`)

export const shutdownIgnored = (name: string): HostError =>
  simulated(
    'OperationTimeout',
    `the guest of '${name}' did not shut down in time.`,
    `“${name}”的来宾系统未及时关闭。`,
  )

export const noShutdownService = (name: string): HostError =>
  simulated(
    'OperationFailed',
    `the guest of '${name}' has no shutdown service that answers.`,
    `“${name}”的来宾系统没有可用的关机服务。`,
  )

/** These two are the words of the host's module, which are not translated. */
const ofModule = (code: string, text: string): HostError => error(code, text, text)
export const restartNeeded = (): HostError =>
  ofModule(
    'RestartNeeded',
    'Something on the host still uses the device: Windows would disable it only when the host restarts. It was enabled again.',
  )
export const restartPending = (): HostError =>
  ofModule('RestartPending', 'Windows will switch the device only when the host restarts.')

export const lowMmioOutOfRange = (): HostError =>
  simulated(
    'InvalidParameter',
    'low MMIO space must be 128 to 3584 MB.',
    '低 MMIO 空间必须介于 128 和 3584 MB 之间。',
  )

export const saveWithDevice = (name: string): HostError =>
  simulated(
    'OperationFailed',
    `'${name}' cannot have a device assigned while its state would be saved.`,
    `“${name}”的状态会被保存，因此不能分配设备。`,
  )

/** "The specified device was not found": also the answer for a device that exists but is not dismounted. */
export const deviceNotFound = (path: string, host: string): HostError =>
  error(
    'ObjectNotFound',
    `The specified device '${path}' was not found on server '${host}'.`,
    `在服务器“${host}”上找不到指定的设备“${path}”。`,
  )

export const noSuchNode = (instance: string): HostError =>
  simulated(
    'ObjectNotFound',
    `no present device has the id '${instance}'.`,
    `没有 ID 为“${instance}”的现有设备。`,
  )

export const deviceEnabled = (path: string): HostError =>
  simulated(
    'OperationFailed',
    `the device '${path}' is still enabled on the host.`,
    `设备“${path}”在主机上仍处于启用状态。`,
  )

export const partitionsAreInUse = (path: string): HostError =>
  simulated(
    'OperationFailed',
    `partitions of the device '${path}' are in use.`,
    `设备“${path}”的分区正在使用中。`,
  )

export const notAssignable = (
  path: string,
  why: 'reserved memory' | 'line-based interrupts' | 'no ACS',
): HostError =>
  simulated(
    'OperationFailed',
    `the device '${path}' cannot be assigned: ${why}.`,
    `设备“${path}”无法分配（${why}）。`,
  )

/** Dismount without -Force, no mitigation driver. */
export const noMitigation = (): HostError =>
  error(
    'OperationFailed',
    'The operation failed.\nThe manufacturer of this device has not supplied any directives for securing this ' +
      'device while exposing it to a virtual machine. The device should only be exposed to trusted virtual ' +
      'machines.\nThis device is not supported when passed through to a virtual machine.',
    '操作失败。设备制造商未提供在向虚拟机公开该设备时保护它的任何指令。',
  )

/** The firmware kept PCI Express control; -Force does not help. */
export const noPcieControl = (): HostError =>
  error(
    'OperationFailed',
    'The operation failed.\nThe current configuration does not allow for OS control of the PCI Express bus. ' +
      'Please check your BIOS or UEFI settings.',
    '操作失败。当前配置不允许操作系统控制 PCI Express 总线。',
  )

export const deviceOfAnotherVm = (path: string): HostError =>
  simulated(
    'OperationFailed',
    `the device '${path}' is assigned to a virtual machine.`,
    `设备“${path}”已分配给虚拟机。`,
  )

/** What the commands say of a device of another pool is in no document. */
export const deviceInPool = (path: string): HostError =>
  simulated(
    'ObjectNotFound',
    `the device '${path}' is in a resource pool of a cluster.`,
    `设备“${path}”位于群集的资源池中。`,
  )

interface Port {
  readonly vm: string
  readonly path: string
}
const port = ({ vm, path }: Port): string =>
  `'${vm}' failed to start.\nVirtual Pci Express Port (Instance ID ${guidOf(vm, path).toUpperCase()}): Failed to Power on with Error`

export const noHypervisorFeature = (at: Port): HostError =>
  error(
    'OperationFailed',
    `${port(at)} 'A hypervisor feature is not available to the user'. (0xC035001E).`,
    `“${at.vm}”启动失败。虚拟机监控程序功能对用户不可用。(0xC035001E)`,
  )

export const elementNotFound = (at: Port): HostError =>
  error('OperationFailed', `${port(at)} 'Element not found.'.`, `“${at.vm}”启动失败。找不到元素。`)

export const mmioAboveWidth = (vm: string, end: number, limit: number): HostError =>
  error(
    'InvalidParameter',
    `The configuration of the virtual machine '${vm}' specifies an upper MMIO region that is above the supported ` +
      `physical address range. The upper MMIO region (${hex(end)}) is above the supported physical address range. ` +
      `Make sure that the upper MMIO region is below ${hex(limit)}.`,
    `虚拟机“${vm}”的高位 MMIO 区域 (${hex(end)}) 超出支持的物理地址范围 ${hex(limit)}。`,
  )

/** The published text is about GPU partitions; the two policies are reported to gate whole devices too. */
export const againstPolicy = (path: string): HostError =>
  simulated(
    'OperationFailed',
    `Could not allocate device '${path}' that is not compliant with currently set group policy.  See ` +
      'HyperV\\RequireSecureDeviceAssignment and HyperV\\RequireSupportedDeviceAssignment for more details.',
    `无法分配不符合当前组策略的设备“${path}”。`,
  )

export const dynamicMemory = (vm: string): HostError =>
  simulated(
    'OperationFailed',
    `the memory settings of '${vm}' are not compatible with device assignment: with dynamic memory, startup and minimum memory must be equal.`,
    `“${vm}”的内存设置与设备分配不兼容：使用动态内存时，启动内存必须等于最小内存。`,
  )

export const noPartitionableGpu = (name: string): HostError =>
  simulated(
    'ObjectNotFound',
    `no partitionable GPU has the name '${name}'.`,
    `没有名称为“${name}”的可分区 GPU。`,
  )

export const noPartitionAdapter = (): HostError =>
  error(
    'ObjectNotFound',
    'Unable to find a Gpu partition adapter matching the given criteria.',
    '找不到符合给定条件的 GPU 分区适配器。',
  )

export const noSuchCount = (count: number): HostError =>
  simulated('InvalidParameter', `a partition count of ${count} is not valid.`, `分区数 ${count} 无效。`)

export const vramOutOfRange = ({ min, max }: { readonly min: number; readonly max: number }): HostError =>
  simulated(
    'InvalidParameter',
    `the video memory of a partition must be ${min} to ${max}.`,
    `分区的显存必须介于 ${min} 和 ${max} 之间。`,
  )

export const notClustered = (vm: string): HostError =>
  simulated('ObjectNotFound', `'${vm}' has no cluster resource.`, `“${vm}”没有群集资源。`)

/** The GPU was replaced, its driver changed, or all partitions are in use. */
export const noPartitionLeft = (vm: string): HostError =>
  error(
    'OperationFailed',
    `'${vm}' failed to start.\nGPU Partition (Instance ID ${guidOf(vm, 'partition').toUpperCase()}): Error 'Insufficient system resources exist to complete the requested service.'.`,
    `“${vm}”启动失败。GPU 分区：系统资源不足，无法完成请求的服务。`,
  )

export const partitionAgainstPolicy = (instance: string): HostError =>
  error(
    'OperationFailed',
    `Could not allocate partitionable GPU device '\\\\?\\${instance.replaceAll('\\', '#')}' that is not compliant with currently set group policy.  See ` +
      'HyperV\\RequireSecureDeviceAssignment and HyperV\\RequireSupportedDeviceAssignment for more details.',
    '无法分配不符合当前组策略的可分区 GPU 设备。',
  )

export const clusteredPartition = (vm: string): HostError =>
  error(
    'OperationFailed',
    `'${vm}' failed to start.\nThe error code was '0x32' ('The request is not supported.').`,
    `“${vm}”启动失败。错误代码为 0x32（不支持该请求）。`,
  )
