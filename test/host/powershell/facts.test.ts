import { describe, expect, it } from '@jest/globals'
import { hostName, placeOf } from '../../../src/core/inventory/inventory'
import { partitionsInUse } from '../../../src/core/inventory/partitions'
import type { Remembered } from '../../../src/host/powershell/memory'
import { factsFrom } from '../../../src/host/powershell/facts'
import { rawInventory, type RawDevice } from '../../../src/host/powershell/raw'
import { GIB } from '../../fakes/facts'
import { device, first, INSTANCE, PATH, pooled, raw, read, trace, VM, vm } from './a-raw-host'

describe('a GPU that its host uses', () => {
  it('is known by instance id and PCIROOT path, with windows as large as they are', () => {
    expect(first(raw())).toMatchObject({
      slot: 'gpu0',
      instanceId: INSTANCE,
      locationPath: PATH,
      vendor: 'nvidia',
      problemCode: 0,
      bars: [
        { bytes: 16 * 2 ** 20, bits: 32 },
        { bytes: 128 * 2 ** 30, bits: 64 },
      ],
      interrupts: 'msi',
      acs: 3,
    })
  })

  it.each([
    ['22', 22],
    ['CM_PROB_DISABLED', 22],
    ['CM_PROB_FAILED_INSTALL', 28],
    ['43', 43],
    ['CM_PROB_DEVICE_NOT_THERE', 24],
    ['CM_PROB_FAILED_POST_START', 43],
    ['', 0],
    ['CM_PROB_SOMETHING_NEW', 1],
  ])('with problem %j has the code %d', (problem, code) => {
    expect(first(raw({ devices: [device({ problem })] })).problemCode).toBe(code)
  })

  it.each<[string, object[], boolean | null]>([
    ['shows something', [{ instanceId: INSTANCE.toLowerCase(), pixels: 1024 }], true],
    ['shows nothing', [{ instanceId: INSTANCE, pixels: null }], false],
    ['is not among the displays', [{ instanceId: 'PCI\\VEN_1A03&DEV_2000', pixels: 1024 }], null],
    ['has no displays at all to be among', [], null],
  ])('that %s', (_, displays, hostDisplay) => {
    expect(first(raw({ displays })).hostDisplay).toBe(hostDisplay)
  })

  it('that was disabled has the display that it had before', () => {
    const { remembered } = read(raw({ displays: [{ instanceId: INSTANCE, pixels: 1024 }] }))

    const disabled = raw({ devices: [device({ problem: '22' })] })

    expect(first(disabled, remembered).hostDisplay).toBe(true)
    expect(first(disabled).hostDisplay).toBe(null)
  })

  it('of a host whose module does not tell displays yet is of no known display', () => {
    const { displays, ...earlier } = raw()

    expect(displays).toEqual([])
    expect(first(rawInventory.parse({ ...earlier, vms: [vm] })).hostDisplay).toBe(null)
  })

  it.each<[RawDevice['irq'], string]>([
    [[], 'none'],
    [['16'], 'line'],
    [['16', '4294967290'], 'msi'],
  ])('with interrupts %j has %s ones', (irq, kind) => {
    expect(first(raw({ devices: [device({ irq })] })).interrupts).toBe(kind)
  })

  it('without a driver has no class and is told by its base class; other devices without one are not GPUs', () => {
    const bare = device({ name: '3D Video Controller', class: '', problem: '28', driver: null })
    const network = device({ instanceId: INSTANCE.replace('10DE', '8086'), class: '', baseClass: 2 })

    expect(read(raw({ devices: [bare, network] })).facts.gpus.map(({ slot }) => slot)).toEqual(['gpu0'])
  })

  it('has the sound function of its own card, and no other', () => {
    const sound = (path: string, id: string) =>
      device({ instanceId: `${INSTANCE}${id}`, class: 'MEDIA', baseClass: 4, locations: [path] })

    const gpu = first(
      raw({
        devices: [
          device(),
          sound('PCIROOT(16)#PCI(0300)#PCI(0001)', 'a'),
          sound('PCIROOT(16)#PCI(0200)#PCI(0001)', 'b'),
        ],
      }),
    )

    expect(gpu.audioFunction).toBe('PCIROOT(16)#PCI(0200)#PCI(0001)')
  })

  it('has the sound function of its card without a driver too, and no other function', () => {
    const beside = (last: number, baseClass: number) =>
      device({
        instanceId: `${INSTANCE}${last}`,
        class: '',
        baseClass,
        locations: [`PCIROOT(16)#PCI(0200)#PCI(000${last})`],
      })

    const { gpus } = read(raw({ devices: [device(), beside(3, 12), beside(2, 12), beside(1, 4)] })).facts

    expect(gpus.map(({ audioFunction }) => audioFunction)).toEqual(['PCIROOT(16)#PCI(0200)#PCI(0001)'])
  })
})

describe('a GPU that was dismounted', () => {
  it('keeps what was read of it before, and is where the pool says', () => {
    const before = read(raw()).remembered

    const { facts } = read(raw({ devices: [trace], dismounted: pooled }), before)

    expect(facts.gpus[0]).toMatchObject({ ...first(raw()), problemCode: null })
    expect(placeOf(facts, facts.gpus[0]!)).toEqual({ kind: 'dismounted' })
  })

  it('is that VM’s whose list names it', () => {
    const before = read(raw()).remembered

    const { facts } = read(raw({ devices: [trace], vms: [{ ...vm, assigned: pooled }] }), before)

    expect(placeOf(facts, facts.gpus[0]!)).toEqual({ kind: 'assigned', vm: VM })
  })

  it('before it was ever seen has what its trace and the pool tell, and nothing invented', () => {
    expect(first(raw({ devices: [trace], dismounted: pooled }))).toMatchObject({
      locationPath: PATH,
      problemCode: null,
      acs: null,
      deviceType: null,
      bars: [],
      memoryBytes: null,
    })
  })

  it('and whose trace is gone too is missing, not forgotten', () => {
    const before = read(raw()).remembered

    const { facts } = read(raw({ devices: [] }), before)

    expect(placeOf(facts, facts.gpus[0]!)).toEqual({ kind: 'missing' })
  })
})

describe('what a GPU is called', () => {
  const id = (device: string, vendor = '10DE') =>
    INSTANCE.replace('VEN_10DE&DEV_20B5', `VEN_${vendor}&DEV_${device}`)
  const called = (changes: object, before?: Remembered) =>
    first(raw({ devices: [device(changes)] }), before).model

  it.each([
    ['its driver', { name: 'NVIDIA A100 80GB PCIe' }, 'NVIDIA A100 80GB PCIe'],
    [
      'its id, without a driver',
      { ...{ name: '3D Video Controller', class: '' }, instanceId: id('2331') },
      'NVIDIA H100 PCIe',
    ],
    [
      'its id, with Windows’ own driver',
      { name: 'Microsoft Basic Display Adapter' },
      'NVIDIA A100 PCIe 80GB',
    ],
    ['its id, whatever the language', { name: '3D 视频控制器', class: '' }, 'NVIDIA A100 PCIe 80GB'],
    [
      'its id, of AMD',
      { name: 'Video Controller', instanceId: id('6860', '1002') },
      'AMD Instinct MI25/MI25x2/V340/V320',
    ],
    [
      'its maker and its id, where no list has it',
      { name: '3D Video Controller', instanceId: id('FFFE') },
      'NVIDIA device 10DE:FFFE',
    ],
    [
      'its own name, of another maker',
      { name: 'ASPEED Graphics', instanceId: id('2000', '1A03') },
      'ASPEED Graphics',
    ],
    ['nothing but its id', { name: '', instanceId: id('2000', '1A03') }, 'unknown device 1A03:2000'],
  ])('is told by %s', (_, changes, model) => {
    expect(called(changes)).toBe(model)
  })

  it('is the best name that was ever known', () => {
    const { remembered } = read(raw())
    const bare = { name: '3D Video Controller', class: '', driver: null }

    expect(called(bare, remembered)).toBe('NVIDIA A100 80GB PCIe')
    expect(called({ name: 'NVIDIA A100X' }, remembered)).toBe('NVIDIA A100X')
  })

  it('is found out where only Windows’ name was remembered', () => {
    const { remembered } = read(raw())
    const before = { [INSTANCE]: { ...remembered[INSTANCE]!, model: '3D Video Controller' } }

    expect(called({ name: '3D Video Controller', class: '' }, before)).toBe('NVIDIA A100 PCIe 80GB')
  })
})

describe('what no host tells', () => {
  const noted = (
    gpuMemory: Record<string, number>,
    mmio: { highMmio?: number; gpuHighMmio?: Record<string, number> } = {},
  ) =>
    factsFrom(hostName.parse('hv01'), raw(), {
      notes: {
        ...{ forceDismount: false, unsupportedPartitioning: false, guests: {} },
        ...{ physicalAddressBits: 46, gpuMemory, ...mmio },
      },
      remembered: {},
    }).facts

  it.each(['gpu0', PATH, 'nvidia a100 80gb pcie'])('may be said by the configuration, of %s', (name) => {
    const facts = noted({ [name]: 80 * GIB })

    expect(facts.gpus[0]!.memoryBytes).toBe(80 * GIB)
    expect(facts.physicalAddressBits).toBe(46)
  })

  it('is nothing of MMIO space where nothing is said of it', () => {
    const said = noted({}, { highMmio: 400 * GIB, gpuHighMmio: { GPU0: 130 * GIB } })

    expect([said.highMmioBytes, said.gpus[0]!.highMmioBytes]).toEqual([400 * GIB, 130 * GIB])
    expect([noted({}).highMmioBytes, noted({}).gpus[0]!.highMmioBytes]).toEqual([null, null])
  })

  it('is said of one GPU rather than of its model', () => {
    expect(noted({ 'NVIDIA A100 80GB PCIe': 80 * GIB, gpu0: 40 * GIB }).gpus[0]!.memoryBytes).toBe(40 * GIB)
    expect(noted({ gpu1: 80 * GIB }).gpus[0]!.memoryBytes).toBeNull()
  })
})

describe('the slots of GPUs', () => {
  const other = device({ instanceId: `${INSTANCE}9`, locations: ['PCIROOT(10)#PCI(0200)#PCI(0000)'] })

  it('follow the location paths at first sight, and stay when a card is added', () => {
    const alone = read(raw())
    const both = read(raw({ devices: [other, device()] }), alone.remembered)
    const fresh = read(raw({ devices: [device(), other] }))
    const slots = ({ facts }: typeof both) =>
      Object.fromEntries(facts.gpus.map((gpu) => [gpu.locationPath.slice(8, 10), gpu.slot]))

    expect(slots(both)).toEqual({ '10': 'gpu1', '16': 'gpu0' })
    expect(slots(fresh)).toEqual({ '10': 'gpu0', '16': 'gpu1' })
  })
})

describe('a partitionable GPU', () => {
  const name = `\\\\?\\PCI#VEN_10DE&DEV_20B5&SUBSYS_153310DE&REV_A1#4&18416dc3&0&0008#{064092b3-625e-43bf-9eb5-dc845897dd59}`
  const gpus = [
    {
      name,
      count: 4,
      validCounts: [1, 2, 4],
      totalVram: '51539607552',
      availableVram: '38654705664',
      minVram: '12884901888',
      maxVram: '51539607552',
      optimalVram: '12884901888',
    },
  ]
  const share = (gpu: string | null, vram: string | null = null) => ({
    gpu,
    minVram: vram,
    maxVram: vram,
    optimalVram: vram,
  })
  const facts = (changes: object, partitions: object[]) =>
    read(raw({ gpus, vms: [{ ...vm, partitions }], ...changes })).facts

  it.each([
    ['by its name', name],
    ['by its paravirtual name', `${name}\\GPUPARAV`],
    ['where an older module does not tell whose partition it is', null],
  ])('is recognised %s', (_, gpu) => {
    const host = facts({ gpus: [{ ...gpus[0], name: gpu ?? name }] }, [share(gpu)])

    expect(host.gpus[0]!.partition).toMatchObject({ validCounts: [1, 2, 4], count: 4 })
    expect(partitionsInUse(host, host.gpus[0]!)).toBe(1)
  })

  it('has its figures as numbers, and a partition those that were set', () => {
    const host = facts({}, [share(name, '8589934592'), share(name)])

    expect(host.gpus[0]!.partition!.vram).toEqual({
      total: 48 * GIB,
      available: 36 * GIB,
      min: 12 * GIB,
      max: 48 * GIB,
      optimal: 12 * GIB,
    })
    expect(host.vms[0]!.partitions.map(({ vram }) => vram)).toEqual([
      { min: 8 * GIB, max: 8 * GIB, optimal: 8 * GIB },
      null,
    ])
  })

  it('is not remembered as one: while a VM has it, its driver offers nothing', () => {
    const before = read(raw({ gpus })).remembered

    expect(Object.values(before)).toEqual([expect.not.objectContaining({ partition: expect.anything() })])
  })

  it.each([
    ['Get-VMHostPartitionableGpu', 'current'],
    ['Get-VMPartitionableGpu', 'older'],
    [null, 'none'],
  ])('of a host with %s has commands of the kind: %s', (partitionCommand, partitioning) => {
    expect(facts({ partitionCommand }, []).partitioning).toBe(partitioning)
  })
})

describe('the host', () => {
  it.each([
    ['14393', 3, 'server', '2016'],
    ['17763', 3, 'server', '2019'],
    ['20348', 2, 'server', '2022'],
    ['26100', 3, 'server', '2025'],
    ['25398', 3, 'server', '23H2'],
    ['26100', 1, 'client', 'client'],
    // Between releases, before the first and after the last.
    ['19042', 3, 'server', 'unknown'],
    ['9600', 3, 'server', 'unknown'],
    ['29000', 3, 'server', 'unknown'],
    ['', 3, 'server', 'unknown'],
  ])('of build %s and product type %d is a %s, %s', (build, productType, edition, release) => {
    expect(read(raw({ os: { caption: 'Windows', build, productType } })).facts.os).toMatchObject({
      edition,
      release,
    })
  })

  const HCI = 'Microsoft Azure Stack HCI'
  it.each([
    ['25398', 406, 'Windows', 'azure-local'],
    ['26100', 406, 'Windows', 'azure-local'],
    ['20349', null, HCI, 'azure-local'],
    ['25398', null, 'Microsoft Azure Local', 'azure-local'],
    // What a SKU says goes before a name.
    ['25398', 8, HCI, '23H2'],
    // Versions 20H2 and 21H2, which came before GPUs could be shared there.
    ['17784', 406, HCI, 'unknown'],
    ['20348', 406, HCI, 'unknown'],
    ['20348', 8, 'Microsoft Windows Server 2022 Datacenter', '2022'],
  ])('of build %s and SKU %s, called %s, is of release %s', (build, sku, caption, release) => {
    expect(read(raw({ os: { caption, build, productType: 3, sku } })).facts.os.release).toBe(release)
  })

  it.each([
    ['26100', 'unknown'],
    ['29000', 'unknown'],
    ['25398', 'read'],
    ['20348', 'read'],
  ])('of a cluster and of build %s that tells no pools: they are %s', (build, pools) => {
    const os = { caption: 'Windows', build, productType: 3 }

    expect(read(raw({ os, cluster: 'lab', pools: null })).facts.pools).toBe(pools)
  })

  it('has the policies that are set, and null for those that are not', () => {
    expect(read(raw()).facts.policies).toEqual({
      requireSecureDeviceAssignment: null,
      requireSupportedDeviceAssignment: true,
    })
  })

  it('knows of guests what the configuration says', () => {
    expect(read(raw()).facts.vms[0]).toMatchObject({ guest: 'linux', settings: { lowMmioBytes: 2 ** 27 } })
  })
})
