import { describe, expect, it } from '@jest/globals'
import { interruptionParts } from '../../../src/core/cards/interruption'
import { interruption, interruptionOf } from '../../../src/core/smi/interruption'
import type { GuestUse } from '../../../src/core/ports/host'
import { aPath, aVm, GIB } from '../../fakes/facts'

const vm = aVm({ name: 'train-02', assigned: [aPath(0)] })
const HEADER =
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W], ecc.errors.uncorrected.volatile.total'
const USE: GuestUse = {
  smi: {
    ...{ kind: 'ran', exitCode: 0, problemCode: null },
    stdout: `${HEADER}\n0, NVIDIA A40, GPU-1, 570.1, 46068 MiB, 34816 MiB, 87 %, 60, 200 W, 0\n`,
  },
  processes: [{ pid: 4121, name: 'python3', usedBytes: 34 * GIB }],
  people: ['maya', 'tomas'],
}
const sample = (at: number, utilizationPercent: number | null) => ({
  ...{ at, utilizationPercent, processes: null, memoryUsedBytes: null },
})
const linesOf = (found: Parameters<typeof interruptionOf>[1], of = vm): unknown[] =>
  interruptionParts([interruptionOf(of, found)]).flatMap((part) =>
    part.kind === 'text'
      ? part.runs
          .filter((run) => run !== '\n')
          .map((run) => (typeof run === 'object' && 'time' in run ? run.time : run))
      : [],
  )
const HEAD = { strong: 'What a stop of train-02 interrupts' }

describe('what a stop interrupts', () => {
  it('is the GPU, the processes on it, the people and the last use, where all of it is known', () => {
    expect(linesOf({ use: USE, samples: [sample(5, 40), sample(9, 0), sample(7, 5)] })).toEqual([
      HEAD,
      'GPU: 87 % busy, 34 GiB of 45 GiB in use',
      'Processes on it: python3 (4121, 34 GiB)',
      'Logged on: maya, tomas',
      'Last seen computing: ',
      7,
    ])
  })

  it('is said to be not known in one line where nobody could be asked', () => {
    expect(linesOf({ use: null, samples: [] })).toEqual([
      HEAD,
      'Its GPU, processes on it, people logged on, last use: not known',
    ])
  })

  it.each<{ what: string; use: GuestUse; line: string }>([
    { what: 'nobody and nothing', use: { ...USE, processes: [], people: [] }, line: 'Logged on: nobody' },
    { what: 'nobody and nothing', use: { ...USE, processes: [], people: [] }, line: 'Processes on it: none' },
    { what: 'no word of people', use: { ...USE, people: null }, line: 'Logged on: not known' },
    { what: 'no word of processes', use: { ...USE, processes: null }, line: 'Processes on it: not known' },
    {
      what: 'no nvidia-smi',
      use: { ...USE, smi: { kind: 'not-run', why: 'the guest does not answer' } },
      line: 'GPU: not known',
    },
    {
      what: 'a GPU without figures',
      use: {
        ...USE,
        smi: {
          ...USE.smi,
          kind: 'ran',
          exitCode: 0,
          problemCode: null,
          stdout: `${HEADER}\n0, A40, GPU-1, 570.1, [N/A], [N/A], [N/A], 60, 200 W, 0\n`,
        },
      },
      line: 'GPU: load not known, not known of not known in use',
    },
  ])('with $what says: $line', ({ use, line }) => {
    expect(linesOf({ use, samples: [] })).toContain(line)
  })

  it('names no last use where no sample has a figure, and since when there was none where all are quiet', () => {
    expect(linesOf({ use: USE, samples: [sample(5, null)] })).toContain('Last use: not known')
    expect(linesOf({ use: USE, samples: [sample(9, 4), sample(5, 0)] }).slice(-3)).toEqual([
      'Last use: no sample since ',
      5,
      ' shows any',
    ])
  })

  it('of a VM without a GPU is who is logged on', () => {
    const bare = aVm({ name: 'train-02', assigned: [], partitions: [] })

    expect(linesOf({ use: { ...USE, people: ['maya'] }, samples: [] }, bare)).toEqual([
      HEAD,
      'GPU: it has none',
      'Logged on: maya',
    ])
  })

  it('is bounded and harmless, whatever a guest makes up', () => {
    const many = Array.from({ length: 5_000 }, (_, pid) => ({
      pid,
      name: '‮'.repeat(9_000),
      usedBytes: null,
    }))
    const found = interruptionOf(vm, { use: { ...USE, processes: many, people: ['`x`'] }, samples: [] })

    expect(found.processes).toHaveLength(50)
    expect(interruption.parse(found)).toEqual(found)
    const text = JSON.stringify(interruptionParts([found]))
    expect(text.length).toBeLessThan(2_000)
    expect(text).not.toContain('‮')
    expect(text).toContain('and 44 more')
  })
})
