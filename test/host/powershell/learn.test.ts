import { describe, expect, it } from '@jest/globals'
import { learned, untoldOnHost } from '../../../src/host/powershell/learn'
import type { SmiAnswer } from '../../../src/core/ports/host'
import { GIB, MIB } from '../../fakes/facts'
import { device, INSTANCE, pooled, raw, read, trace, VM, vm } from './a-raw-host'

const HEADER =
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'
const row = (name: string, memory: string, index = 0): string =>
  `${index}, ${name}, GPU-${index}, 572.61, ${memory}, 0 MiB, 0 %, 31, 42.00 W`
const printed = (...rows: string[]): SmiAnswer => ({
  ...{ kind: 'ran', exitCode: 0, problemCode: null },
  stdout: [HEADER, ...rows].join('\n'),
})

const A100 = 'NVIDIA A100 80GB PCIe'
const SECOND = `${INSTANCE}9`
const second = (name = A100) =>
  device({ name, instanceId: SECOND, locations: ['PCIROOT(17)#PCI(0200)#PCI(0000)'] })

const onHost = (answer: SmiAnswer, devices = [device()]) => {
  const { facts, remembered } = read(raw({ devices }))
  return learned(remembered, facts, { target: { kind: 'host' }, answer })
}
const memoryOf = (known: ReturnType<typeof onHost>, id = INSTANCE) => known[id]?.memoryBytes

describe('what nvidia-smi of the host tells', () => {
  it('is the memory of its GPU, which is known at the next reading', () => {
    const known = onHost(printed(row(A100, '81920 MiB')))

    expect(memoryOf(known)).toBe(80 * GIB)
    expect(read(raw(), known).facts.gpus[0]!.memoryBytes).toBe(80 * GIB)
  })

  it('is of the GPU with that name, where there are several', () => {
    const rows = [row(A100, '81920 MiB'), row('NVIDIA A40', '46068 MiB', 1)]
    const known = onHost(printed(...rows), [device(), second('NVIDIA A40')])

    expect(memoryOf(known)).toBe(80 * GIB)
    expect(memoryOf(known, SECOND)).toBe(48 * GIB)
  })

  it.each([
    ['23034 MiB', 24 * GIB],
    ['15360 MiB', 16 * GIB],
    ['81559 MiB', 80 * GIB],
    ['143771 MiB', 141 * GIB],
    ['40960 MiB', 40 * GIB],
    ['7000 MiB', 7000 * MIB],
  ])('of %s is what such a card is sold with', (shown, bytes) => {
    expect(memoryOf(onHost(printed(row(A100, shown))))).toBe(bytes)
  })

  it.each<[string, SmiAnswer]>([
    ['that fails', { ...printed(row(A100, '81920 MiB')), exitCode: 9 } as SmiAnswer],
    ['that was not run', { kind: 'not-run', why: 'no' }],
    ['without a figure', printed(row(A100, '[N/A]'))],
    ['of a GPU that is lost', printed(row(A100, '[GPU is lost]'))],
    [
      'of other cards, more than there are',
      printed(row('NVIDIA A40', '46068 MiB'), row('NVIDIA L4', '23034 MiB', 1)),
    ],
  ])('is nothing, %s', (_, answer) => {
    expect(memoryOf(onHost(answer))).toBeNull()
  })

  it('is nothing of GPUs of one name that differ: which is which is not known', () => {
    const rows = [row(A100, '81920 MiB'), row(A100, '40960 MiB', 1)]

    expect(memoryOf(onHost(printed(...rows), [device(), second()]))).toBeNull()
  })

  it('is asked for as long as it is not known, and of GPUs that the host drives', () => {
    const { facts, remembered } = read(raw({ devices: [device(), second()] }))
    const known = learned(remembered, facts, {
      target: { kind: 'host' },
      answer: printed(row(A100, '81920 MiB'), row(A100, '81920 MiB', 1)),
    })
    const bare = device({ name: '3D Video Controller', class: '', driver: null })

    expect(untoldOnHost(facts)).toHaveLength(2)
    expect(untoldOnHost(read(raw({ devices: [device(), second()] }), known).facts)).toEqual([])
    expect(untoldOnHost(read(raw({ devices: [bare] })).facts)).toEqual([])
    expect(untoldOnHost(read(raw({ devices: [device({ problem: '22' })] })).facts)).toEqual([])
  })
})

describe('what nvidia-smi in a guest tells', () => {
  const inGuest = (answer: SmiAnswer, changes: object = {}) => {
    const bare = read(raw({ devices: [device({ name: '3D Video Controller', class: '', driver: null })] }))
    const held = raw({ devices: [trace], vms: [{ ...vm, assigned: pooled, ...changes }] })
    const { facts, remembered } = read({ ...held, devices: [{ ...trace, name: '' }] }, bare.remembered)
    return learned(remembered, facts, { target: { kind: 'guest', vm: facts.vms[0]!.id }, answer })
  }

  it('is the memory and the name of the GPU that the VM has, of a host without a driver', () => {
    expect(inGuest(printed(row(A100, '81920 MiB')))[INSTANCE]).toMatchObject({
      model: A100,
      memoryBytes: 80 * GIB,
    })
  })

  it('is nothing where the VM has a partition: that has less than its GPU', () => {
    const partitions = [{ gpu: null, minVram: null, maxVram: null, optimalVram: null }]

    expect(memoryOf(inGuest(printed(row(A100, '8192 MiB')), { partitions }))).toBeNull()
  })

  it('is nothing of a VM without a GPU', () => {
    expect(memoryOf(inGuest(printed(row(A100, '81920 MiB')), { assigned: [] }))).toBeNull()
    expect(VM).toBe(vm.id)
  })
})
