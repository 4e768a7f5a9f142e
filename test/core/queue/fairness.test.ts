import { afterAll, describe, expect, it } from '@jest/globals'
import { isOpenLease as isOpenLease, type Lease } from '../../../src/core/lease/lease'
import { nextLease as leaseTransition } from '../../../src/core/lease/transition'
import { isOffered, isOpenEntry, type Entry, type EntryIn, type Want } from '../../../src/core/queue/entry'
import { lapsedOffers, nextOffers } from '../../../src/core/queue/offers'
import { isSameGpu, type Fairness } from '../../../src/core/queue/order'
import { dice } from '../grammar/seeded'
import { DAY, HOUR, MINUTE, START } from '../lease/leases'
import { aCandidate, anEntry, ANY, apply, GIB, leaseOf } from './entries'

const REQUESTS = 2_000
const GPUS = Array.from({ length: 20 }, (_, slot) => {
  if (slot < 12) return aCandidate(slot)
  return slot < 18 ? aCandidate(slot, 'NVIDIA A100', 80) : aCandidate(slot, 'NVIDIA L4', 24)
})
/** Twelve teams; the weights say how much of all requests each makes. */
const TEAMS = [
  ...['heavy1', 'heavy2'].map((team) => ({ team, group: 'heavy', weight: 30 })),
  ...['middle1', 'middle2', 'middle3', 'middle4'].map((team) => ({ team, group: 'middle', weight: 8 })),
  ...['light1', 'light2', 'light3', 'light4', 'light5', 'light6'].map((team) => ({
    ...{ team, group: 'light' },
    weight: 1,
  })),
] as const
const GROUPS = ['heavy', 'middle', 'light'] as const
const LINEUP = TEAMS.flatMap(({ team, weight }) => Array.from({ length: weight }, () => team))

const MEAN_MS = 16.5 * MINUTE
const OFFER_MS = 30 * MINUTE

interface Arrival {
  readonly at: number
  readonly entry: EntryIn<'waiting'>
  readonly does: 'accept' | 'decline' | 'nothing'
  /** How long after the offer. */
  readonly afterMs: number
}

/** The heavy teams also ask in heaps, for twenty GPUs at once. */
const arrivals = (): Arrival[] => {
  const { roll, pick } = dice(2027)
  const wants: readonly Want[] = [ANY, ANY, { ...ANY, model: 'A40' }, { ...ANY, freeBytes: 24 * GIB }]
  const all: Arrival[] = []
  for (let at = START; all.length < REQUESTS;) {
    const team = pick(LINEUP)
    const heap = team.startsWith('heavy') && roll(20) === 0 ? 20 : 1
    for (let each = 0; each < heap && all.length < REQUESTS; each++) {
      const want: Want = roll(50) === 0 ? { kind: 'gpu', ...pick(GPUS) } : pick(wants)
      const entry = anEntry({ team, want, since: at, forMs: (1 + roll(10)) * HOUR })
      const does = (['decline', 'nothing'] as const)[roll(20)] ?? 'accept'
      all.push({ at, entry, does, afterMs: roll(25) * MINUTE })
    }
    at += heap * roll(2 * MEAN_MS)
  }
  return all
}

/** Waits from the asking to the offer, by team; and what became of the entries. */
const simulate = (wishes: readonly Arrival[], fairness: Fairness) => {
  const plans = new Map(wishes.map((wish) => [wish.entry.id, wish]))
  const waits = new Map<string, number[]>(TEAMS.map(({ team }) => [team, []]))
  const ended: Entry[] = []
  let entries: Entry[] = []
  let leases: Lease[] = []
  let queue = [...wishes]
  let busyMs = 0
  let now = START
  const rule = {
    fairness,
    untilOf: (_entry: unknown, _gpu: unknown, now: number) => now + OFFER_MS,
    mayHave: () => true,
  }

  const put = (entry: Entry): void => {
    entries = entries.filter(({ id }) => id !== entry.id)
    if (isOpenEntry(entry)) entries.push(entry)
    else ended.push(entry)
    if (entry.state === 'accepted') leases.push(leaseOf(entry, now, now + entry.forMs!))
  }
  const answerAt = (entry: EntryIn<'offered'>): number => {
    const { does, afterMs } = plans.get(entry.id)!
    return does === 'nothing' ? entry.until : entry.offeredAt + afterMs
  }
  const endLeases = (): void => {
    leases = leases.map((lease) => {
      if (!isOpenLease(lease) || lease.endsAt! > now) return lease
      busyMs += now - lease.startedAt
      const releasing = leaseTransition(lease, { kind: 'done', by: lease.holder, at: now, request: 'R-1' })
      const over = releasing.ok && leaseTransition(releasing.value, { kind: 'finish-release', at: now })
      if (!over || !over.ok) throw new Error('the lease did not end')
      return over.value
    })
    leases = leases.filter((lease) => lease.state !== 'ended' || now - lease.endedAt < fairness.windowMs)
  }
  const answer = (): void => {
    for (const entry of entries.filter(isOffered)) {
      const { does } = plans.get(entry.id)!
      if (does !== 'nothing' && answerAt(entry) <= now)
        put(apply(entry, { kind: does, at: now, by: entry.by }))
    }
  }
  const offer = (): void => {
    const open = leases.filter(isOpenLease)
    const free = GPUS.filter((gpu) => !open.some((lease) => lease.gpu.alias === gpu.alias))
    for (const entry of nextOffers({ entries, leases, free }, rule, now)) {
      put(entry)
      waits.get(entry.team)!.push(now - entry.since)
    }
    const promised = entries.filter(isOffered)
    for (const { gpu } of promised) {
      const twice = promised.filter((each) => isSameGpu(each.gpu, gpu)).length
      const taken = leases.some((lease) => isOpenLease(lease) && lease.gpu.alias === gpu.alias)
      if (twice !== 1 || taken) throw new Error(`${gpu.alias} is promised or held twice`)
    }
  }
  for (;;) {
    now = Math.min(
      queue[0]?.at ?? Infinity,
      ...leases.filter(isOpenLease).map(({ endsAt }) => endsAt!),
      ...entries.filter(isOffered).map(answerAt),
    )
    if (now === Infinity) break
    const come = queue.findIndex(({ at }) => at > now)
    for (const { entry } of come === -1 ? queue : queue.slice(0, come)) entries.push(entry)
    queue = come === -1 ? [] : queue.slice(come)
    endLeases()
    answer()
    lapsedOffers(entries, now).forEach(put)
    offer()
  }
  const last = Math.max(...ended.map((entry) => ('endedAt' in entry ? entry.endedAt : 0)))
  return { waits, ended, left: entries, load: busyMs / (GPUS.length * (last - START)) }
}

const waitsOf = (waits: ReadonlyMap<string, readonly number[]>, group: string): number[] =>
  TEAMS.filter((each) => each.group === group)
    .flatMap(({ team }) => waits.get(team) ?? [])
    .sort((a, b) => a - b)
const figuresOf = (waits: readonly number[]) => ({
  median: waits[Math.floor(waits.length / 2)]!,
  longest: waits.at(-1)!,
})
type Figures = ReturnType<typeof figuresOf>

const inHours = ({ median, longest }: Figures): string =>
  `${(median / HOUR).toFixed(1)}/${(longest / HOUR).toFixed(1)}`

describe('2,000 requests of 12 very unequal teams for 20 GPUs', () => {
  const fairness: Fairness = { patienceMs: 1.5 * DAY, windowMs: 3 * DAY, usualMs: 8 * HOUR }
  const wishes = arrivals()
  const fair = simulate(wishes, fairness)
  const plain = simulate(wishes, { ...fairness, patienceMs: 0 })
  const groups = GROUPS.map((group) => ({
    group,
    requests: wishes.filter(({ entry }) => entry.team.startsWith(group)).length,
    fair: figuresOf(waitsOf(fair.waits, group)),
    plain: figuresOf(waitsOf(plain.waits, group)),
  }))

  afterAll(() => {
    const each = groups.map(
      ({ group, requests, fair, plain }) =>
        `${group} (${requests}) ${inHours(fair)} against ${inHours(plain)}`,
    )
    process.stdout.write(
      `Queue: ${REQUESTS} requests of ${TEAMS.length} teams, ${GPUS.length} GPUs ${Math.round(100 * fair.load)}% busy; hours waited, median/longest, against first come, first served: ${each.join('; ')}\n`,
    )
  })

  it('keep the GPUs busy, so that there is a line at all', () => {
    expect(fair.load).toBeGreaterThan(0.85)
    expect(Math.abs(fair.load - plain.load)).toBeLessThan(0.01)
  })

  it('leave nobody waiting, and every entry ends as its person wanted', () => {
    const wanted = (['accept', 'decline', 'nothing'] as const).map(
      (what) => wishes.filter(({ does }) => does === what).length,
    )
    for (const { ended, left } of [fair, plain]) {
      const became = (['accepted', 'declined', 'lapsed'] as const).map(
        (what) => ended.filter(({ state }) => state === what).length,
      )
      expect([left, became]).toEqual([[], wanted])
    }
  })

  it.each(['light', 'middle'])('hardly delay the teams of %s demand', (group) => {
    const { fair, plain } = groups.find((each) => each.group === group)!

    expect(fair.median).toBeLessThan(plain.median / 4)
    expect(fair.longest).toBeLessThan(plain.longest)
  })

  it('starve no heavy team: beyond the patience it waits no longer than its elders would', () => {
    const { fair: heavy, plain: served } = groups.find(({ group }) => group === 'heavy')!

    expect(heavy.longest).toBeLessThan(fairness.patienceMs + served.longest)
  })
})
