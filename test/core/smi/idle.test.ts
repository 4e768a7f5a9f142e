import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { idleEvidence, shownBy, type IdleRule, type IdleSample } from '../../../src/core/smi/idle'
import { HOUR, MINUTE, START } from '../lease/leases'

const MIB = 2 ** 20
const GIB = 2 ** 30
const RULE: IdleRule = {
  emptyBytes: 600 * MIB,
  busyPercent: 5,
  gapMs: 20 * MINUTE,
  samples: 4,
  quietMs: 30 * MINUTE,
}

const KINDS = {
  computing: { processes: 1, memoryUsedBytes: 20 * GIB, utilizationPercent: 97 },
  holding: { processes: 1, memoryUsedBytes: 20 * GIB, utilizationPercent: 0 },
  empty: { processes: 0, memoryUsedBytes: 300 * MIB, utilizationPercent: 0 },
  blind: { processes: null, memoryUsedBytes: null, utilizationPercent: null },
} as const

/** `n` samples of each kind, ten minutes apart, oldest first; the last of them is now. */
const samples = (...runs: readonly (readonly [keyof typeof KINDS, number])[]): IdleSample[] =>
  runs
    .flatMap(([kind, count]) => Array.from({ length: count }, () => KINDS[kind]))
    .map((figures, index) => ({ ...figures, at: START + index * 10 * MINUTE }))
const read = (all: readonly IdleSample[], after = 0) =>
  idleEvidence(all, RULE, (all.at(-1)?.at ?? START) + after)
const nth = (index: number) => START + index * 10 * MINUTE

describe('one sample', () => {
  it.each([
    { says: 'work', sample: KINDS.computing, shows: 'computing' },
    {
      says: 'work of which only the utilisation is known',
      sample: { ...KINDS.blind, utilizationPercent: 5 },
      shows: 'computing',
    },
    { says: 'memory without work', sample: KINDS.holding, shows: 'holding' },
    { says: 'a process without memory', sample: { ...KINDS.empty, processes: 1 }, shows: 'holding' },
    {
      says: 'memory of processes that cannot be listed',
      sample: { ...KINDS.holding, processes: 0 },
      shows: 'holding',
    },
    { says: 'the driver alone', sample: KINDS.empty, shows: 'empty' },
    {
      says: 'little memory, processes not asked for',
      sample: { ...KINDS.empty, processes: null },
      shows: 'empty',
    },
    { says: 'nothing to compute with', sample: { ...KINDS.empty, utilizationPercent: null }, shows: 'empty' },
    {
      says: 'memory, and nothing about work',
      sample: { ...KINDS.holding, utilizationPercent: null },
      shows: 'not-known',
    },
    { says: 'no figures', sample: KINDS.blind, shows: 'not-known' },
  ])('of $says shows: $shows', ({ sample, shows }) => {
    expect(shownBy({ at: START, ...sample }, RULE)).toBe(shows)
  })
})

describe('samples over time', () => {
  it.each([
    { says: 'work', all: samples(['computing', 6]), is: { kind: 'computing', at: nth(5) } },
    {
      says: 'work until a moment ago',
      all: samples(['computing', 6], ['holding', 3]),
      is: { kind: 'computing', at: nth(5) },
    },
    {
      says: 'one burst amid waiting',
      all: samples(['holding', 6], ['computing', 1], ['holding', 2]),
      is: { kind: 'computing', at: nth(6) },
    },
    {
      says: 'memory held since the last work',
      all: samples(['computing', 2], ['holding', 4]),
      is: { kind: 'holding', since: nth(2), bytes: 20 * GIB },
    },
    { says: 'no process at all', all: samples(['empty', 5]), is: { kind: 'empty', since: nth(0) } },
    {
      says: 'a process that left an hour ago',
      all: samples(['holding', 5], ['empty', 6]),
      is: { kind: 'empty', since: nth(5) },
    },
    {
      says: 'a process that came to wait',
      all: samples(['empty', 5], ['holding', 2]),
      is: { kind: 'holding', since: nth(0), bytes: 20 * GIB },
    },
    {
      says: 'too few',
      all: samples(['empty', 3]),
      is: { kind: 'not-known', why: 'there are too few samples yet' },
    },
    {
      says: 'no figures lately',
      all: samples(['empty', 5], ['blind', 1]),
      is: { kind: 'not-known', why: 'nvidia-smi gave no figures for a part of the time' },
    },
    {
      says: 'no figures in between',
      all: samples(['empty', 9], ['blind', 1], ['empty', 4]),
      is: { kind: 'empty', since: nth(10) },
    },
    { says: 'none', all: [], is: { kind: 'not-known', why: 'there is no sample that is new enough' } },
  ])('of $says', ({ all, is }) => {
    expect(read(all)).toEqual(is)
  })

  it('say nothing about the time before a gap', () => {
    const early = samples(['empty', 9])
    const late = samples(['empty', 4]).map((each) => ({ ...each, at: each.at + 4 * HOUR }))

    expect(read([...early, ...late])).toEqual({ kind: 'empty', since: START + 4 * HOUR })
  })

  it('say nothing once they are old, or if they are of the future', () => {
    expect(read(samples(['empty', 9]), 20 * MINUTE)).toMatchObject({ kind: 'empty' })
    expect(read(samples(['empty', 9]), 20 * MINUTE + 1)).toMatchObject({ kind: 'not-known' })
    expect(read(samples(['empty', 9]), -2 * HOUR)).toMatchObject({ kind: 'not-known' })
  })

  it('call nothing idle since before the last work, and do not depend on their order', () => {
    const kinds = fc.array(fc.constantFrom(...(['computing', 'holding', 'empty', 'blind'] as const)), {
      minLength: 1,
      maxLength: 40,
      size: 'max',
    })
    fc.assert(
      fc.property(kinds, (each) => {
        const all = samples(...each.map((kind) => [kind, 1] as const))
        const evidence = read(all)
        const lastWork = each.lastIndexOf('computing')
        if (evidence.kind === 'holding' || evidence.kind === 'empty') {
          expect(evidence.since).toBeGreaterThan(lastWork === -1 ? 0 : nth(lastWork))
          expect(each.slice((evidence.since - START) / 10 / MINUTE)).not.toContain('blind')
        }
        expect(idleEvidence(all.toReversed(), RULE, all.at(-1)!.at)).toEqual(evidence)
      }),
      { numRuns: 500 },
    )
  })
})
