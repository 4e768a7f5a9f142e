import { describe, expect, test } from '@jest/globals'
import { hintsOf, startHintsOf } from '../../../src/core/operation/hints'

/** The hosts' own words from public reports, with the code in front as the bot keeps it. */
const REPORTED: readonly (readonly [report: string, text: string, means: RegExp])[] = [
  [
    'a hypervisor that gives no devices',
    "OperationFailed: 'vm' failed to start.\nVirtual Pci Express Port (Instance ID 1): Failed to Power on with Error 'A hypervisor feature is not available to the user'. (0xC035001E).",
    /hypervisor may not give devices/,
  ],
  [
    'the same in Chinese',
    'OperationFailed: “vm”启动失败。虚拟机监控程序功能对用户不可用。(0xC035001E)',
    /hypervisor may not give devices/,
  ],
  [
    'a device that is gone',
    'ObjectNotFound: Ethernet port bind failed: Element not found. (0x80070490).',
    /a device that the host does not find/,
  ],
  [
    'MMIO space above the address width (Easy-GPU-PV#278)',
    "InvalidParameter: The configuration of the virtual machine 'vm' specifies an upper MMIO region that is above the supported physical address range. Make sure that the upper MMIO region is below 0x0000001000000000.",
    /MMIO space of the VM reaches beyond/,
  ],
  [
    'a policy (Easy-GPU-PV#125)',
    String.raw`OperationFailed: Could not allocate partitionable GPU device '\\?\PCI#VEN_10DE\GPUPARAV' that is not compliant with currently set group policy.  See HyperV\RequireSecureDeviceAssignment and HyperV\RequireSupportedDeviceAssignment for more details.`,
    /A policy of the host/,
  ],
  [
    'too little memory, in Chinese (minikube#4067)',
    'OutOfMemory: “minikube”无法启动。\n系统内存不足，无法启动虚拟机 minikube。\n无法初始化内存: Ran out of memory (0x8007000E)。',
    /too little free memory/,
  ],
  [
    'too few resources, in Polish (MSLab#300)',
    'Unspecified: Nie można przydzielić 2048 MB pamięci RAM: Zasoby systemowe nie wystarczają do ukończenia żądanej usługi. (0x800705AA).',
    /lacks a resource: memory, or a free partition/,
  ],
  [
    'a clustered VM with a partition (Easy-GPU-PV#238)',
    "OperationFailed: Cluster resource 'Virtual Machine xxx' failed. The error code was '0x32' ('The request is not supported.').",
    /clustered VMs with a GPU partition/,
  ],
  [
    'a device that is not dismounted',
    "ObjectNotFound: The specified device 'PCIROOT(16)#PCI(0200)#PCI(0000)' was not found on server 'HV01'.",
    /not among those that the host can give/,
  ],
  [
    'the same in German words of nobody',
    "ObjectNotFound: Gerät 'PCIROOT(16)#PCI(0200)#PCI(0000)' nicht gefunden.",
    /not among those that the host can give/,
  ],
  [
    'a VM in another state',
    'InvalidState: 虚拟机处于当前状态时无法执行该操作。',
    /not in a state that allows it/,
  ],
]

describe('a hint', () => {
  test.each(REPORTED)('says of %s what it means, what to do, and what tells more', (_, text, means) => {
    const [hint, ...others] = hintsOf(`Start vm: ${text}`)

    expect(others).toEqual([])
    expect(hint?.means).toMatch(means)
    expect(hint?.next).toMatch(/\.$/)
    expect(hint?.tells).toMatch(/^\(?(?:Get-|[({])/)
  })

  test('of a VM that does not start for a reason that is not known says that, and where to look', () => {
    const error = 'Start vm: Unspecified: Something that nobody reported.'

    expect(hintsOf(error)).toEqual([])
    expect(startHintsOf(error)).toEqual([
      expect.objectContaining({
        means: expect.stringContaining('not known'),
        tells: expect.stringContaining('Get-WinEvent'),
      }),
    ])
  })

  test('is not taken from a word that only contains a code', () => {
    expect(hintsOf('OperationFailed: 0x80070490123 and 0x320 of XOutOfMemoryX')).toEqual([])
  })

  test('is given for each error of several', () => {
    const errors = 'Start vm: OutOfMemory: no\nUndoing then failed at: Start other: InvalidState: no'

    expect(hintsOf(errors)).toHaveLength(2)
  })

  test('changes nothing on the host: its commands only read', () => {
    const commands = REPORTED.flatMap(([, text]) => hintsOf(text)).flatMap(
      ({ tells }) => tells.match(/\b[A-Z][a-z]+-[A-Z]\w+/g) ?? [],
    )

    expect(commands.filter((each) => !/^(?:Get|Format)-/.test(each))).toEqual([])
  })
})
