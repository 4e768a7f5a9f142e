/**
 * What samples of nvidia-smi over time say about use. They are evidence to show to people and nothing more: no function
 * here acts, and nobody loses a GPU by them. A sample is one moment, so that work in short bursts can be missed between
 * two of them; and where a figure is missing, nothing is concluded.
 */

/** One GPU at one moment; null where nvidia-smi had no figure, or was not asked for it. */
export interface IdleSample {
  readonly at: number
  readonly processes: number | null
  readonly memoryUsedBytes: number | null
  readonly utilizationPercent: number | null
}

export interface IdleRule {
  /** A driver without any process still takes some memory: up to this much counts as none. */
  readonly emptyBytes: number
  /** Computing from this utilisation on. */
  readonly busyPercent: number
  /** Longer without a sample, and nothing is known about that time. */
  readonly gapMs: number
  /** Fewer samples, or a shorter time, are no evidence of idleness. */
  readonly samples: number
  readonly quietMs: number
}

export type IdleEvidence =
  | { readonly kind: 'computing'; readonly at: number }
  /** Memory is held, and nothing was computed since: work that waits, or a notebook that was forgotten. */
  | { readonly kind: 'holding'; readonly since: number; readonly bytes: number | null }
  /** No process and no memory since. */
  | { readonly kind: 'empty'; readonly since: number }
  | { readonly kind: 'not-known'; readonly why: string }

type Shown = 'computing' | 'holding' | 'empty' | 'not-known'

/** What one sample shows. Without a process and without memory nothing can compute, whatever the utilisation says. */
export const shownBy = (sample: IdleSample, { emptyBytes, busyPercent }: IdleRule): Shown => {
  const { processes, memoryUsedBytes, utilizationPercent } = sample
  if (utilizationPercent !== null && utilizationPercent >= busyPercent) return 'computing'
  if (memoryUsedBytes === null) return 'not-known'
  if (memoryUsedBytes <= emptyBytes && (processes ?? 0) === 0) return 'empty'
  return utilizationPercent === null ? 'not-known' : 'holding'
}

const notKnown = (why: string): IdleEvidence => ({ kind: 'not-known', why })

/** The newest samples without a gap between them, newest first; those of the future are left out. */
const unbroken = (samples: readonly IdleSample[], { gapMs }: IdleRule, now: number): IdleSample[] => {
  const newestFirst = samples.filter(({ at }) => at <= now).sort((a, b) => b.at - a.at)
  const broken = newestFirst.findIndex(({ at }, index) => (newestFirst[index - 1]?.at ?? now) - at > gapMs)
  return broken === -1 ? newestFirst : newestFirst.slice(0, broken)
}

/** Reads the samples of one GPU, in any order. One sample that shows computing makes the time before it count no more. */
export const idleEvidence = (samples: readonly IdleSample[], rule: IdleRule, now: number): IdleEvidence => {
  const run = unbroken(samples, rule, now)
  const [newest] = run
  if (!newest) return notKnown('there is no sample that is new enough')
  const busy = run.findIndex((sample) => shownBy(sample, rule) === 'computing')
  const quiet = busy === -1 ? run : run.slice(0, busy)
  const blind = quiet.findIndex((sample) => shownBy(sample, rule) === 'not-known')
  const known = blind === -1 ? quiet : quiet.slice(0, blind)
  const oldest = known.at(-1)
  const enough = oldest !== undefined && known.length >= rule.samples && now - oldest.at >= rule.quietMs
  if (!enough) {
    const last = run[busy]
    if (last && blind === -1) return { kind: 'computing', at: last.at }
    return notKnown(
      blind === -1 ? 'there are too few samples yet' : 'nvidia-smi gave no figures for a part of the time',
    )
  }
  const held = known.findIndex((sample) => shownBy(sample, rule) === 'holding')
  if (held === -1) return { kind: 'empty', since: oldest.at }
  if (held === 0) return { kind: 'holding', since: oldest.at, bytes: newest.memoryUsedBytes }
  return { kind: 'empty', since: known[held - 1]?.at ?? newest.at }
}
