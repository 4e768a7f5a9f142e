/** The classes behind the survey: memory windows, interrupts and displays as they are now, and the operating system. */
import type { GpuFacts, HostFacts } from '../../../../../src/core/inventory/inventory'
import { undocumented } from '../refusal'
import { type Bound, cim, text, uint32, uint64, type Value } from '../wire'
import { type Answers, factsOf, type Scene } from './answer'
import { clusterInstances } from './cluster'

const BUILDS: { readonly [R in HostFacts['os']['release']]: string } = {
  '2016': '14393',
  '2019': '17763',
  '2022': '20348',
  '23H2': '25398',
  '2025': '26100',
  'azure-local': '25398',
  client: '22631',
  unknown: '19042',
}
/** Datacenter, and Azure Stack HCI (winnt.h: PRODUCT_...). */
const DATACENTER = 8
const AZURE_STACK_HCI = 406

interface Window {
  readonly gpu: GpuFacts
  readonly start: bigint
  readonly end: bigint
}

/** Windows lie where firmware could have put them: each at a multiple of its size, the small ones below 4 GiB. */
const windowsOf = (facts: HostFacts): Window[] => {
  const next = { 32: 0xa000_0000n, 64: 1n << 40n }
  return facts.gpus.flatMap((gpu) =>
    gpu.bars.map(({ bytes, bits }) => {
      const size = BigInt(bytes)
      const start = ((next[bits] + size - 1n) / size) * size
      next[bits] = start + size
      return { gpu, start, end: start + size - 1n }
    }),
  )
}

const isAllocated = ({ problemCode }: GpuFacts): boolean => problemCode !== null && problemCode !== 22
const hasDisplayDriver = (gpu: GpuFacts): boolean => isAllocated(gpu) && gpu.driverVersion !== null
const entity = ({ instanceId }: GpuFacts): Value => cim('Win32_PnPEntity', { DeviceID: instanceId })
/** A message-signalled interrupt has a negative number, which the class shows as unsigned. */
const interruptOf = (gpu: GpuFacts, index: number): number[] =>
  gpu.interrupts === 'none' ? [] : [gpu.interrupts === 'msi' ? 2 ** 32 - 20 - index : 16 + index]

const CLASSES: { readonly [name: string]: (facts: HostFacts) => Value[] } = {
  Win32_OperatingSystem: ({ os }) => [
    cim('Win32_OperatingSystem', {
      Caption: os.caption,
      BuildNumber: BUILDS[os.release],
      ProductType: uint32(os.edition === 'client' ? 1 : 3),
      OperatingSystemSKU: uint32(os.release === 'azure-local' ? AZURE_STACK_HCI : DATACENTER),
    }),
  ],
  // The class shows what a display driver drives.
  Win32_VideoController: ({ gpus }) =>
    gpus.filter(hasDisplayDriver).map(({ instanceId, hostDisplay }) =>
      cim('Win32_VideoController', {
        PNPDeviceID: instanceId,
        CurrentHorizontalResolution: hostDisplay === true ? uint32(1024) : null,
      }),
    ),
  Win32_DeviceMemoryAddress: (facts) =>
    windowsOf(facts)
      .filter(({ gpu }) => isAllocated(gpu))
      .map(({ start, end }) =>
        cim('Win32_DeviceMemoryAddress', { StartingAddress: uint64(start), EndingAddress: uint64(end) }),
      ),
  Win32_PnPAllocatedResource: (facts) => [
    ...windowsOf(facts)
      .filter(({ gpu }) => isAllocated(gpu))
      .map(({ gpu, start }) =>
        cim('Win32_PnPAllocatedResource', {
          Antecedent: cim('Win32_DeviceMemoryAddress', { StartingAddress: uint64(start) }),
          Dependent: entity(gpu),
        }),
      ),
    ...facts.gpus.filter(isAllocated).flatMap((gpu, index) =>
      interruptOf(gpu, index).map((number) =>
        cim('Win32_PnPAllocatedResource', {
          Antecedent: cim('Win32_IRQResource', { IRQNumber: uint32(number) }),
          Dependent: entity(gpu),
        }),
      ),
    ),
  ],
}

export const cimAnswers: Answers = {
  'Get-CimInstance': (bound: Bound, scene: Scene) => {
    const name = text(bound['ClassName']) ?? ''
    if (text(bound['Namespace']) === 'root/MSCluster') return clusterInstances(bound, scene)
    if (bound['Filter'] !== undefined || bound['Namespace'] !== undefined)
      undocumented('a filter or namespace of CIM')
    const of = CLASSES[name] ?? undocumented(`the class ${name}`)
    return of(factsOf(scene))
  },
}
