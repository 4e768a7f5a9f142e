/** Plans about partitions of GPUs (GPU-P): their steps, that each can be undone, and what stands against them. */
import { describe, expect, it, test } from '@jest/globals'
import type { Outcome } from '../../../src/core/errors'
import type { GpuFacts, HostFacts, VmFacts, VmId } from '../../../src/core/inventory/inventory'
import type { Baseline, Plan } from '../../../src/core/plan/plan'
import {
  digestNow,
  planAssign,
  planMove,
  planResize,
  planShare,
  planSplit,
  planUnshare,
  stableFacts,
} from '../../../src/core/planner/planner'
import { scriptOf } from '../../../src/core/plan/step'
import { partitionSurvey } from '../../../src/core/planner/partition/survey'
import {
  GIB,
  aGpu,
  aHost,
  aParavirtual,
  aPartition,
  aPath,
  aVm,
  anOs,
  sorted,
  withVm,
} from '../../fakes/facts'
import { type Asked, baselinesAfter, inputOf, kinds, planned, reasons, run, runAndUndo } from './scene'

const os = {
  caption: 'Microsoft Windows Server 2025 Datacenter',
  edition: 'server',
  release: '2025',
} as const
const L40S = { model: 'NVIDIA L40S', memoryBytes: 48 * GIB }
const scene = (
  vm: Partial<VmFacts> = {},
  host: Partial<HostFacts> = {},
  gpu: Partial<GpuFacts> = {},
): Asked => ({
  host: aHost({
    os,
    gpus: [aGpu({ ...L40S, partition: aPartition(), ...gpu })],
    vms: [aVm(vm), aVm({}, 2)],
    ...host,
  }),
})
const held = (vram: number | null = 12 * GIB): Partial<VmFacts> => ({
  partitions: [
    { gpu: aPartition().name, vram: vram === null ? null : { min: vram, max: vram, optimal: vram } },
  ],
})

const share = (asked: Asked, vram: number | null = null): Outcome<Plan> => planShare(inputOf(asked), vram)
const unshare = (asked: Asked): Outcome<Plan> => planUnshare(inputOf(asked), inputOf(asked).vm!)
const resize = (asked: Asked, vram: number): Outcome<Plan> =>
  planResize(inputOf(asked), inputOf(asked).vm!, vram)
const split = (asked: Asked, count: number): Outcome<Plan> => planSplit(inputOf(asked), count)

const undoable = (plan: Plan, host: HostFacts): void => {
  for (let count = 0; count <= plan.steps.length; count++) runAndUndo(plan, host, count)
}

describe('a partition for a VM', () => {
  it('is added once the VM is off and can no longer be saved, and each step can be undone', () => {
    const asked = { ...scene({ state: 'Running' }), consents: { shutdown: true } }
    const plan = planned(share(asked, 8 * GIB))

    expect(kinds(plan)).toEqual([
      'stopVm train-01',
      'setVm train-01',
      'addPartition train-01',
      'startVm train-01',
    ])
    expect(plan).toMatchObject({ action: 'assign', mode: 'partition', from: null, to: { name: 'train-01' } })
    const after = run(plan, asked.host)
    expect(after.vms[0]).toMatchObject({ ...held(8 * GIB), settings: { automaticStopAction: 'TurnOff' } })
    undoable(plan, asked.host)
  })

  it('leaves the address space and a stop action that saves nothing as they are', () => {
    const settings = { ...aVm().settings, automaticStopAction: 'ShutDown' as const }

    const plan = planned(share({ ...scene({ settings }), consents: { noStart: true } }))

    expect(kinds(plan)).toEqual(['addPartition train-01'])
  })

  it('of a paravirtual GPU gets the address space and cache types that such partitions are used with', () => {
    const plan = planned(share(scene({}, { unsupportedPartitioning: true }, { partition: aParavirtual() })))

    expect(plan.steps[0]).toMatchObject({
      kind: 'setVm',
      to: { guestControlledCacheTypes: true, lowMmioBytes: GIB, highMmioBytes: 32 * GIB },
    })
    expect(plan.warnings.join()).toContain('HostDriverStore')
  })

  it('for a clustered VM first has the cluster force a shutdown, and gives that back at the end', () => {
    const asked = scene({ clustered: true, offlineAction: 1 }, { cluster: 'lab' })
    const plan = planned(share(asked))
    const after = run(plan, asked.host)

    const back = planned(
      unshare({
        host: withVm(after, after.vms[0]!.id, { state: 'Off' }),
        baselines: baselinesAfter(plan, new Map()),
      }),
    )

    expect(kinds(plan)).toEqual([
      'setVm train-01',
      'setOfflineAction train-01',
      'addPartition train-01',
      'startVm train-01',
    ])
    expect(kinds(back)).toEqual(['removePartition train-01', 'setVm train-01', 'setOfflineAction train-01'])
    expect(sorted(run(back, withVm(after, after.vms[0]!.id, { state: 'Off' })))).toEqual(sorted(asked.host))
    undoable(plan, asked.host)
  })

  it('stands for these commands', () => {
    const plan = planned(share(scene({ clustered: true, offlineAction: 1 }, { cluster: 'lab' }), 8 * GIB))
    const older = planned(share(scene({}, { partitioning: 'older' })))
    const vm = "(Get-VM -Id '6f1d2c3b-0000-4000-8000-000000000001')"

    expect(plan.steps.slice(1, 3).map(scriptOf)).toEqual([
      "Get-ClusterResource -VMId '6f1d2c3b-0000-4000-8000-000000000001' | Where-Object ResourceType -eq 'Virtual Machine' | Set-ClusterParameter -Name OfflineAction -Value 3",
      `Add-VMGpuPartitionAdapter -VM ${vm} -InstancePath '${aPartition().name}' -MinPartitionVRAM 8589934592 -MaxPartitionVRAM 8589934592 -OptimalPartitionVRAM 8589934592`,
    ])
    expect(scriptOf(older.steps[1]!)).toBe(`Add-VMGpuPartitionAdapter -VM ${vm}`)
  })

  it('goes on resting on its facts while another VM takes one, and no longer when none is left', () => {
    const asked = scene()
    const plan = planned(share(asked))
    const other = (id: VmId, count: number) =>
      withVm(asked.host, id, {
        partitions: Array.from({ length: count }, () => ({ gpu: aPartition().name, vram: null })),
      })
    const second = asked.host.vms[1]!.id

    expect(digestNow(plan, other(second, 3))).toBe(plan.digest)
    expect(digestNow(plan, other(second, 4))).not.toBe(plan.digest)
    expect(stableFacts(plan, other(second, 4))).toMatchObject({
      'hv01/gpu0: room for its partition': 'false',
    })
  })
})

describe('a partition for a VM is refused, for this one reason', () => {
  const another = aGpu({ ...L40S, partition: aPartition({}, 1) }, 1)
  const cases: readonly [name: string, asked: Asked, reason: RegExp, vram?: number][] = [
    [
      'Windows Server 2022',
      scene({}, { os: aHost().os }),
      /supports GPU partitioning from Windows Server 2025/,
    ],
    ['no commands', scene({}, { partitioning: 'none' }), /has no commands for GPU partitions/],
    [
      'older commands and several such GPUs',
      scene({}, { partitioning: 'older', gpus: [scene().host.gpus[0]!, another] }),
      /cannot say which one/,
    ],
    ['no partitions offered', scene({}, {}, { partition: null }), /offers no partitions/],
    [
      'assigned as a whole',
      scene({}, { vms: [aVm(), aVm({ assigned: [aPath(0)] }, 2)] }),
      /is assigned to train-02 as a whole/,
    ],
    ['disabled', scene({}, {}, { problemCode: 22 }), /is disabled on the host/],
    [
      'none left',
      scene({}, { vms: [aVm(), aVm(held(), 2)] }, { partition: aPartition({ count: 1 }) }),
      /All 1 partitions of hv01\/gpu0 are in use \(train-02\)/,
    ],
    [
      'VM has one of another GPU',
      scene(
        { partitions: [{ gpu: aPartition({}, 1).name, vram: null }] },
        { gpus: [0, 1].map((n) => aGpu({ ...L40S, partition: aPartition({}, n) }, n)) },
      ),
      /has a partition of a GPU already/,
    ],
    [
      'VM has one of a GPU that was replaced',
      scene({ partitions: [{ gpu: aPartition({}, 1).name, vram: null }] }),
      /which the host offers no partitions of: it would not start/,
    ],
    [
      'more address space than the host has',
      scene({}, { physicalAddressBits: 35 }, { partition: aParavirtual() }),
      /addresses up to .* 35 bits/,
    ],
    ['VM has one already', scene(held()), /Nothing to do: train-01 has a partition/],
    ['VM has a whole device', scene({ assigned: [aPath(7)] }), /has a whole device.*Code 43/],
    [
      'checkpoints',
      scene({ checkpoints: 1 }),
      /has 1 checkpoint: with a partition, Hyper-V is reported to refuse/,
    ],
    [
      'a release that is not known',
      scene({}, { os: anOs('unknown') }),
      /of a release that this bot does not know.*from Windows Server 2025 on/,
    ],
    [
      'dynamic memory that may shrink',
      scene({ memory: { dynamic: true, startupBytes: 8 * GIB, minimumBytes: GIB } }),
      /starts only if the minimum is what it starts with/,
    ],
    ['running VM without consent', scene({ state: 'Running' }), /is running/],
    ['cluster that cannot be read', scene({ clustered: true }), /its cluster.*cannot be read/],
    ['too little memory', scene(), /has 3221225472 bytes.*not 1073741824/, GIB],
    ['more memory than the GPU has', scene(), /not 68719476736/, 64 * GIB],
    [
      'more memory than is left',
      scene({}, {}, { partition: aPartition({ vram: { ...aPartition().vram, available: 4 * GIB } }) }),
      /has 4294967296 bytes \(4 GiB\) of video memory left/,
      8 * GIB,
    ],
    [
      'an amount of a paravirtual GPU',
      scene({}, {}, { partition: aParavirtual() }),
      /setting them is reported to have no effect/,
      8 * GIB,
    ],
  ]

  // As one argument: a row that is shorter than the function's parameters would be handed a callback.
  test.each(cases.map((each) => [each[0], each] as const))('%s', (_name, [, asked, reason, vram]) => {
    expect(reasons(share(asked, vram ?? null))).toEqual([expect.stringMatching(reason)])
  })

  test('but dynamic memory that cannot shrink, and what the host allows, are not in the way', () => {
    const asked = scene(
      { memory: { dynamic: true, startupBytes: 8 * GIB, minimumBytes: 8 * GIB } },
      { os: aHost().os, unsupportedPartitioning: true },
    )

    expect(planned(share(asked)).warnings.join()).toContain('allows it all the same')
  })
})

describe('the survey for a partition', () => {
  const warned = (asked: Asked, peers: HostFacts[] = []) =>
    partitionSurvey(asked.host, asked.host.gpus[0]!, { vm: asked.host.vms[0]!, peers })
      .filter(({ verdict }) => verdict === 'warn')
      .map(({ reason }) => reason)

  it.each<[string, Asked, RegExp]>([
    ['a model that is not listed', scene({}, {}, { model: 'NVIDIA RTX 4090' }), /not on Microsoft's list/],
    [
      'policies',
      scene(
        {},
        { policies: { requireSecureDeviceAssignment: true, requireSupportedDeviceAssignment: null } },
      ),
      /does not start if the device falls short/,
    ],
    [
      'a clustered VM before 2025',
      scene({ clustered: true, offlineAction: 3 }, { os: aHost().os, unsupportedPartitioning: true }),
      /0x32/,
    ],
    [
      'a clustered VM of a release that is not known',
      scene({ clustered: true, offlineAction: 3 }, { os: anOs('unknown'), unsupportedPartitioning: true }),
      /0x32/,
    ],
    [
      'a clustered VM without Datacenter',
      scene(
        { clustered: true, offlineAction: 3 },
        { os: { ...os, caption: 'Windows Server 2025 Standard' } },
      ),
      /needs the Datacenter edition/,
    ],
    [
      'automatic checkpoints',
      scene({ settings: { ...aVm().settings, automaticCheckpoints: true } }),
      /switched off/,
    ],
  ])('warns of %s', (_name, asked, reason) => {
    expect(warned(asked)).toContainEqual(expect.stringMatching(reason))
  })

  it('says of a clustered VM of Azure Local that it restarts where a GPU is free, whatever the edition', () => {
    const asked = scene({ clustered: true, offlineAction: 3 }, { os: anOs('azure-local') })

    expect(warned(asked).filter((reason) => reason.includes('clustered'))).toEqual([])
  })

  it('warns of GPUs that are not alike, on this host or another node of its cluster', () => {
    const twin = aHost({
      name: 'hv02' as never,
      gpus: [aGpu({ ...L40S, partition: aPartition({ count: 8 }) })],
    })

    expect(warned(scene(), [twin])).toContainEqual(expect.stringMatching(/hv02\/gpu0 \(NVIDIA L40S, 8\)/))
    expect(warned(scene()).join()).not.toContain('asks for GPUs of one make')
  })
})

describe('a partition taken back', () => {
  it('restores what the bot changed', () => {
    const asked = scene()
    const plan = planned(share({ ...asked, consents: { noStart: true } }))
    const after = run(plan, asked.host)

    const back = planned(unshare({ host: after, baselines: baselinesAfter(plan, new Map()) }))

    expect(back).toMatchObject({ action: 'release', mode: 'partition', from: { name: 'train-01' }, to: null })
    expect(sorted(run(back, after))).toEqual(sorted(asked.host))
    undoable(back, after)
  })

  it('that the bot did not give leaves the settings alone, and says so', () => {
    const plan = planned(unshare(scene(held())))

    expect(kinds(plan)).toEqual(['removePartition train-01'])
    expect(plan.warnings.join()).toContain('given to train-01 outside the bot')
  })

  it("leaves the cluster's offline action alone where somebody else set it since", () => {
    const baseline: Baseline = { original: aVm().settings, written: {}, offlineAction: 1 }
    const asked = scene({ ...held(), clustered: true, offlineAction: 2 })

    const plan = planned(unshare({ ...asked, baselines: new Map([[asked.host.vms[0]!.id, baseline]]) }))

    expect(kinds(plan)).toEqual(['removePartition train-01'])
    expect(plan.warnings.join()).toContain('offline action of train-01 is 2 now, not the 3')
  })

  it.each<[string, Asked, RegExp]>([
    ['none', scene(), /has no partition/],
    [
      'two of them',
      scene({ partitions: [...held().partitions!, ...held().partitions!] }),
      /has 2 partitions/,
    ],
    [
      'one of a GPU that is switched off',
      scene(held(), {}, { problemCode: 22, partition: null }),
      /offers no partitions at the moment/,
    ],
    ['one while it runs, without consent', scene({ ...held(), state: 'Running' }), /is running/],
  ])('is refused: %s', (_name, asked, reason) => {
    expect(reasons(unshare(asked))).toEqual([expect.stringMatching(reason)])
  })
})

describe('a partition resized', () => {
  it('keeps its place, and can be undone', () => {
    const asked = { ...scene({ ...held(), state: 'Running' }), consents: { powerOff: true } }
    const plan = planned(resize(asked, 6 * GIB))

    expect(kinds(plan)).toEqual(['stopVm train-01', 'setPartition train-01', 'startVm train-01'])
    expect(run(plan, asked.host).vms[0]).toMatchObject(held(6 * GIB))
    undoable(plan, asked.host)
  })

  it('may grow into what it gives back', () => {
    const full = aPartition({ vram: { ...aPartition().vram, available: 0 } })

    expect(planned(resize(scene(held(), {}, { partition: full }), 12 * GIB - 1)).steps).toHaveLength(1)
  })

  it.each<[string, Asked, number, RegExp]>([
    ['to what it has', scene(held()), 12 * GIB, /Nothing to do/],
    ['that was never sized', scene(held(null)), 6 * GIB, /could not be set back/],
    ['beyond the GPU', scene(held()), 96 * GIB, /not 103079215104/],
    ['that is not there', scene(), 6 * GIB, /has no partition/],
  ])('is refused: %s', (_name, asked, vram, reason) => {
    expect(reasons(resize(asked, vram))).toEqual([expect.stringMatching(reason)])
  })
})

describe('a GPU split anew', () => {
  it('is one step, and can be undone', () => {
    const plan = planned(split(scene(), 8))

    expect(kinds(plan)).toEqual(['setPartitionCount'])
    expect(scriptOf(plan.steps[0]!)).toBe(
      `Set-VMHostPartitionableGpu -Name '${aPartition().name}' -PartitionCount 8`,
    )
    undoable(plan, scene().host)
  })

  it('on an older host is set through the object, since that command takes no name', () => {
    const plan = planned(split(scene({}, { partitioning: 'older' }), 8))

    expect(scriptOf(plan.steps[0]!)).toBe(
      `Get-VMPartitionableGpu | Where-Object Name -eq '${aPartition().name}' | Set-VMPartitionableGpu -PartitionCount 8`,
    )
  })

  it.each<[string, Asked, number, RegExp]>([
    ['into what it is', scene(), 4, /split into 4 already/],
    ['into a count that its driver does not offer', scene(), 3, /cannot be split into 3/],
    ['while somebody shares it', scene(held()), 8, /in use by train-01/],
    ['without such a driver', scene({}, {}, { partition: null }), 4, /offers no partitions/],
  ])('is refused: %s', (_name, asked, count, reason) => {
    expect(reasons(split(asked, count))).toEqual([expect.stringMatching(reason)])
  })
})

describe('a GPU that is shared', () => {
  const asked = scene({}, { vms: [aVm(), aVm(held(), 2)] })

  it('is not assigned as a whole, and the refusal says how to have a share', () => {
    const outcome = planAssign(inputOf(asked))

    expect(outcome.ok ? [] : outcome.refusals).toEqual([
      expect.objectContaining({
        reason: expect.stringMatching(/is partitioned/),
        next: expect.stringContaining('--mode partition'),
      }),
    ])
  })

  it('is not moved, and the refusal says what to do instead', () => {
    const outcome = planMove(inputOf(asked))

    expect(outcome.ok ? [] : outcome.refusals[0]).toMatchObject({
      next: expect.stringContaining('A partition is not moved'),
    })
  })
})

describe('how much video memory a partition may have', () => {
  const { min, max } = aPartition().vram
  const left = (available: number): Asked =>
    scene({}, {}, { partition: aPartition({ vram: { ...aPartition().vram, available } }) })

  it.each([
    ['the least', min, true],
    ['less than the least', min - 1, false],
    ['the most', max, true],
    ['more than the most', max + 1, false],
  ])('%s that its driver offers', (_, vram, isGiven) => {
    expect(share(scene(), vram).ok).toBe(isGiven)
  })

  it.each([
    ['all that is left', 8 * GIB, true],
    ['more than is left', 8 * GIB + 1, false],
  ])('%s', (_, vram, isGiven) => {
    expect(share(left(8 * GIB), vram).ok).toBe(isGiven)
  })

  it('what is left, and its own, where it is resized', () => {
    const asked = { ...left(4 * GIB), host: withVm(left(4 * GIB).host, aVm().id, held(12 * GIB)) }

    expect(resize(asked, 16 * GIB).ok).toBe(true)
    expect(reasons(resize(asked, 16 * GIB + 1))).toEqual([expect.stringContaining('left for partitions')])
  })
})

describe('the offline action of a clustered VM', () => {
  const wrote = (now: number | null, before: number | undefined) => {
    const host = scene({ ...held(), offlineAction: now }).host
    const { settings } = host.vms[0]!
    const baseline: Baseline = {
      original: settings,
      written: {},
      ...(before === undefined ? {} : { offlineAction: before }),
    }
    return planned(unshare({ host, baselines: new Map([[host.vms[0]!.id, baseline]]) }))
  }

  it.each<[string, { now: number; before?: number }, 'restored' | 'told' | 'neither']>([
    ['comes back where the bot wrote it', { now: 3, before: 1 }, 'restored'],
    ['is left alone, and told, where somebody changed it', { now: 2, before: 1 }, 'told'],
    ['is left alone where it is as before', { now: 1, before: 1 }, 'neither'],
    ['is left alone where the bot wrote none', { now: 3 }, 'neither'],
  ])('%s', (_, { now, before }, becomes) => {
    const plan = wrote(now, before)

    expect(kinds(plan).some((kind) => kind.startsWith('setOfflineAction'))).toBe(becomes === 'restored')
    expect(plan.warnings.some((warning) => warning.includes('offline action'))).toBe(becomes === 'told')
  })
})

describe('a partition that the bot does not touch', () => {
  const twoGpus = [
    aGpu({ ...L40S, partition: aPartition() }),
    aGpu({ ...L40S, partition: aPartition({}, 1) }, 1),
  ]
  const having = (...gpus: (string | null)[]): Asked =>
    scene({ partitions: gpus.map((gpu) => ({ gpu, vram: null })) }, { gpus: twoGpus })

  it.each<[string, Asked, RegExp]>([
    [
      'two of two GPUs',
      having(aPartition().name, aPartition({}, 1).name),
      /2 partitions.*deals with one only/,
    ],
    ['two of one GPU', having(aPartition().name, aPartition().name), /2 partitions.*deals with one only/],
    ['one of a GPU that its host does not tell', having(null), /does not tell of which GPU/],
    ['one whose GPU is off', scene(held(), {}, { problemCode: 22 }), /offers no partitions at the moment/],
  ])('%s', (_, asked, reason) => {
    expect(reasons(unshare(asked))).toEqual([expect.stringMatching(reason)])
  })
})

describe('GPUs with partitions that are not alike', () => {
  const other = { model: 'NVIDIA A16', partition: aPartition({}, 1) }
  const warned = (plan: Plan): string =>
    plan.warnings.find((each) => each.includes('Microsoft asks for GPUs of one make')) ?? ''

  it('are told of, in a host and across a cluster', () => {
    const inHost = scene({}, { gpus: [scene().host.gpus[0]!, aGpu(other, 1)] })
    const across = { ...inputOf(scene()), peers: [scene({}, { gpus: [aGpu(other, 1)] }).host] }
    const alike = { ...inputOf(scene()), peers: [scene().host] }

    expect(warned(planned(share(inHost)))).toContain('in a host')
    expect(warned(planned(planShare(across, null)))).toContain('across a cluster')
    expect(warned(planned(planShare(alike, null)))).toBe('')
  })

  it('are named up to five', () => {
    const many = Array.from({ length: 6 }, (_, n) =>
      aGpu({ ...other, partition: aPartition({}, n + 1) }, n + 1),
    )
    const text = warned(planned(share(scene({}, { gpus: [scene().host.gpus[0]!, ...many] }))))

    expect(text).toContain('hv01/gpu5')
    expect(text).not.toContain('hv01/gpu6')
  })
})
