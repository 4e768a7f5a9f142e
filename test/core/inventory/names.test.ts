import { describe, expect, it } from '@jest/globals'
import type { Outcome, Refusal } from '../../../src/core/errors'
import { hostName, type HostView, type VmFacts } from '../../../src/core/inventory/inventory'
import {
  resolveAny,
  resolveGpu,
  resolveHost,
  resolvePair,
  resolveVm,
} from '../../../src/core/inventory/names'
import { aGpu, aHost, aVm, aVmId } from '../../fakes/facts'

const host = (
  name: string,
  vms: readonly (readonly [string, number])[],
  slots: readonly string[],
): HostView => ({
  name: hostName.parse(name),
  facts: aHost({
    name: hostName.parse(name),
    gpus: slots.map((slot, number) => aGpu({ slot, model: 'A100' }, number)),
    vms: vms.map(([each, number]) => aVm({ name: each }, number)),
  }),
  readAt: 1,
  error: null,
  paused: false,
  pauseReason: null,
  marks: [],
  asides: [],
  bar: null,
})

const hv01 = host(
  'hv01',
  [
    ['train-01', 1],
    ['Train-01', 2],
    ['shared', 3],
    ['twin', 4],
    ['twin', 5],
    ['my vm', 6],
  ],
  ['gpu0', 'gpu1'],
)
const hv02: HostView = {
  ...host(
    'hv02',
    [
      ['shared', 7],
      ['hv01', 8],
      ['hv01/gpu0', 9],
      ['a\u202eb', 10],
    ],
    ['gpu0'],
  ),
  error: 'timed out',
}
const hv03: HostView = {
  name: hostName.parse('hv03'),
  facts: null,
  readAt: null,
  error: 'timed out',
  paused: false,
  pauseReason: null,
  marks: [],
  asides: [],
  bar: null,
}
const views = [hv01, hv02]

const valueOf = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.refusals.map((each) => each.reason).join('; '))
  return outcome.value
}
const refusalOf = (outcome: Outcome<unknown>): Refusal => {
  if (outcome.ok) throw new Error('it was resolved')
  expect(outcome.refusals).toHaveLength(1)
  return outcome.refusals[0]!
}

describe('a GPU', () => {
  it.each(['hv01/gpu1', 'HV01/GPU1'])('is found as %s', (name) => {
    const found = valueOf(resolveGpu(name, views))

    expect([found.view.name, found.facts.name, found.gpu.slot]).toEqual(['hv01', 'hv01', 'gpu1'])
  })

  it('is found on a host whose newest reading failed, from the facts of an older one', () => {
    expect(valueOf(resolveGpu('hv02/gpu0', views)).view.error).toBe('timed out')
  })

  it('that is unknown is answered with up to three near ones', () => {
    expect(refusalOf(resolveGpu('hv01/gpu9', views))).toEqual({
      code: 'unknown-name',
      reason: 'there is no GPU `hv01/gpu9`',
      next: 'Did you mean `hv01/gpu0`, `hv01/gpu1` or `hv02/gpu0`? `list` shows all GPUs.',
    })
  })

  it('with no near name is answered with how to list them', () => {
    expect(refusalOf(resolveGpu('elsewhere/gpu77', views)).next).toBe('`list` shows all GPUs.')
  })

  it('on a host that was never read is unreachable', () => {
    expect(refusalOf(resolveGpu('HV03/gpu0', [...views, hv03]))).toEqual({
      code: 'unreachable',
      reason: '`HV03/gpu0` is on hv03, which was never read (timed out), so what it has is not known',
      next: 'Try again once it answers; `show hv03` says how it is.',
    })
  })

  it('on a host that is new is unreachable for as long as that is being read', () => {
    expect(refusalOf(resolveGpu('hv03/gpu0', [...views, { ...hv03, error: null }])).reason).toContain(
      'which is being read for the first time',
    )
  })
})

describe('a VM', () => {
  it.each([
    ['train-01', 1],
    ['Train-01', 2],
    ['hv01/train-01', 1],
    ['MY VM', 6],
    ['hv01/shared', 3],
    ['hv02/SHARED', 7],
    [aVmId(5), 5],
    ['hv01/gpu0', 9],
  ])('is found as %s', (name, number) => {
    expect(valueOf(resolveVm(name, views)).vm.id).toBe(aVmId(number))
  })

  it('whose name differs in case from several is refused with the candidates', () => {
    expect(refusalOf(resolveVm('TRAIN-01', views)).next).toBe(
      `Say which one: \`${aVmId(1)}\` on hv01, \`${aVmId(2)}\` on hv01.`,
    )
  })

  it('whose name is on two hosts is refused with names that tell them apart', () => {
    expect(refusalOf(resolveVm('shared', views))).toEqual({
      code: 'unknown-name',
      reason: '2 VMs are called `shared`',
      next: 'Say which one: `hv01/shared` on hv01, `hv02/shared` on hv02.',
    })
  })

  describe('that is replicated', () => {
    const at = (name: string, vm: VmFacts): HostView => ({
      ...host(name, [], []),
      facts: aHost({ name: hostName.parse(name), vms: [vm] }),
    })
    const replica = aVm({ replication: 'replica' })
    const pair = [at('hv01', aVm({ replication: 'primary' })), at('hv02', replica)]

    it('is the primary, by its name and by its id', () => {
      for (const name of ['train-01', 'TRAIN-01', aVmId(1)])
        expect(valueOf(resolveVm(name, pair)).view.name).toBe('hv01')
    })

    it('is the replica by the name of its host, or where no other is known', () => {
      expect(valueOf(resolveVm('hv02/train-01', pair)).view.name).toBe('hv02')
      expect(valueOf(resolveVm('train-01', pair.slice(1))).view.name).toBe('hv02')
    })

    it('is asked for where neither is known to be the replica', () => {
      const untold = [
        at('hv01', aVm({ replication: 'unknown' })),
        at('hv02', aVm({ replication: 'unknown' })),
      ]

      expect(refusalOf(resolveVm('train-01', untold)).next).toBe(
        'Say which one: `hv01/train-01` on hv01, `hv02/train-01` on hv02.',
      )
    })
  })

  it('whose name is twice on one host is told apart by id', () => {
    expect(refusalOf(resolveVm('hv01/twin', views)).next).toBe(
      `Say which one: \`${aVmId(4)}\` on hv01, \`${aVmId(5)}\` on hv01.`,
    )
  })

  it('is suggested in the form that can be typed', () => {
    expect(refusalOf(resolveVm('my vn', views)).next).toContain('Did you mean `"my vm"`?')
    expect(refusalOf(resolveVm('hv01/my vn', views)).next).toContain('Did you mean `"hv01/my vm"`?')
  })

  it('with hidden characters in its name is never suggested', () => {
    expect(refusalOf(resolveVm('ab', views)).next).toBe('`show HOST` lists the VMs of a host.')
  })

  it('that is unknown may be on a host that was never read, and the answer says so', () => {
    expect(refusalOf(resolveVm('train-77', [...views, hv03]))).toMatchObject({
      code: 'unknown-name',
      reason: 'there is no VM `train-77`; hv03 could not be read yet and may have it',
    })
  })

  it('named with a host that was never read is unreachable', () => {
    expect(refusalOf(resolveVm('hv03/train-01', [...views, hv03])).code).toBe('unreachable')
  })
})

describe('a GPU and a VM', () => {
  it('of one host are found together', () => {
    const found = resolvePair('hv01/gpu1', 'train-01', [hv01, hv02])

    expect(found.ok && [found.value.gpu.slot, found.value.vm.name]).toEqual(['gpu1', 'train-01'])
  })

  it('of two hosts are refused, with both hosts named', () => {
    const refused = refusalOf(resolvePair('hv01/gpu0', 'hv02/shared', [hv01, hv02]))

    expect(refused.code).toBe('not-possible')
    expect(refused.reason).toBe('shared is on hv02, but hv01/gpu0 is in hv01')
  })

  it('that are both unknown are both told', () => {
    const outcome = resolvePair('hv01/gpu7', 'nobody', [hv01, hv02])

    expect(outcome.ok ? [] : outcome.refusals.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('no GPU'),
      expect.stringContaining('no VM'),
    ])
  })
})

describe('a host', () => {
  it.each(['hv02', 'HV02'])('is found as %s', (name) => {
    expect(valueOf(resolveHost(name, views))).toBe(hv02)
  })

  it('that was never read is found too, so that it can be paused', () => {
    expect(valueOf(resolveHost('hv03', [...views, hv03]))).toBe(hv03)
  })

  it.each([
    ['hv1', 'Did you mean `hv01` or `hv02`? `list` shows the hosts.'],
    ['elsewhere', '`list` shows the hosts.'],
  ])('unknown as %s is answered: %s', (name, next) => {
    expect(refusalOf(resolveHost(name, views))).toEqual({
      code: 'unknown-name',
      reason: `there is no host \`${name}\``,
      next,
    })
  })
})

describe('any name', () => {
  it.each([
    ['hv01/gpu0', 'gpu'],
    ['hv01', 'host'],
    ['hv02/hv01', 'vm'],
    ['train-01', 'vm'],
    [aVmId(9), 'vm'],
  ])('%s is a %s', (name, kind) => {
    expect(valueOf(resolveAny(name, views)).kind).toBe(kind)
  })

  it('that several VMs have is refused with the candidates', () => {
    expect(refusalOf(resolveAny('shared', views)).next).toContain('hv02/shared')
  })

  it('of a thing on a host that was never read is unreachable', () => {
    expect(refusalOf(resolveAny('hv03/gpu0', [...views, hv03])).code).toBe('unreachable')
  })

  it.each([
    ['hv01/gpo1', 'Did you mean `hv01/gpu1`'],
    ['trian-01', 'Did you mean `Train-01` or `train-01`?'],
    ['hv04', 'Did you mean `hv01` or `hv02`?'],
    ['nothing-of-the-sort', '`list` shows all GPUs and hosts.'],
  ])('%s is answered: %s', (name, next) => {
    const refusal = refusalOf(resolveAny(name, views))

    expect(refusal.reason).toBe(`there is no GPU, VM or host \`${name}\``)
    expect(refusal.next).toContain(next)
  })

  it('is quoted back at no more than 60 characters, with hidden ones made visible', () => {
    expect(refusalOf(resolveAny(`\u202e${'x'.repeat(500)}`, views)).reason).toBe(
      `there is no GPU, VM or host \`⟨U+202E⟩${'x'.repeat(51)}…\``,
    )
  })
})
