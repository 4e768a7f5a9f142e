/** The end of a lease, which needs nobody's yes: the others in its VM are told half an hour before, and may put the stop off by one. */
import { requestsIn } from '../../../src/store/requests'
import { sweepLeases } from '../../../src/work/sweeps/leases'
import { type Judge, watched } from './book'
import { type Arrangement, BYSTANDER, type Holding, type Kind, UNANSWERED } from './plans'
import { type Ground, goOn, type Left, leave, MINUTE, type Scene, settle, wasTold } from './scene'
import { type Tally, wrongsOf } from './tally'
import type { Person } from './team'

/** What Tomas has, and how its time is over. */
export interface End extends Pick<Kind, 'name' | 'host' | 'room'> {
  readonly lent: Holding
  /** What he says; null where the time runs out by itself. */
  readonly says: string | null
  /** What the policy says of an end. */
  readonly then: 'ask-first' | 'shutdown' | 'power-off'
}

const GRACE = 10
const HALF_AN_HOUR = 30
const WHOLE: Pick<End, 'lent' | 'host' | 'room'> = {
  lent: { person: 'tomas', gpu: 'hv01/gpu1', vm: 'train-02' },
  host: 'hv01',
  room: [
    { gpu: 'hv01/gpu0', vm: 'train-02' },
    { gpu: 'hv01/gpu4', vm: 'train-02' },
  ],
}
const PART: Pick<End, 'lent' | 'host' | 'room'> = {
  lent: { person: 'tomas', gpu: 'hv02/gpu0', vm: 'vdi-01', how: '--mode partition --vram 8g' },
  host: 'hv02',
  room: [],
}
const lentFor = ({ lent, ...rest }: Pick<End, 'lent' | 'host' | 'room'>) => ({
  ...rest,
  lent: { ...lent, how: `${lent.how ?? ''} for 2h` },
})
export const ENDS: readonly End[] = [
  { name: 'giving back', says: 'release hv01/gpu1 --shutdown', then: 'ask-first', ...WHOLE },
  { name: 'giving back by `done`', says: 'done hv01/gpu1 --shutdown', then: 'power-off', ...WHOLE },
  { name: 'giving a partition back', says: 'release vdi-01 --shutdown', then: 'ask-first', ...PART },
  { name: 'the end of a lease', says: null, then: 'shutdown', ...lentFor(WHOLE) },
  { name: 'the end of a lease under power-off', says: null, then: 'power-off', ...lentFor(WHOLE) },
  { name: 'the end of a lease under ask-first', says: null, then: 'ask-first', ...lentFor(WHOLE) },
  { name: 'the end of the lease of a partition', says: null, then: 'power-off', ...lentFor(PART) },
]

/** What happens once the others were told. */
export interface Notice {
  readonly name: string
  readonly others: 0 | 1 | 2
  readonly then: (others: readonly Person[], lease: string) => readonly (readonly [Person, string])[]
  /** How long the message to one of them is on its way. */
  readonly late?: number
  /** By how much it is put off; null: it is called off. */
  readonly minutes: number | null
}
export const PUT_OFF = 'one of them puts it off'
export const NOTICES: readonly Notice[] = [
  { name: UNANSWERED, others: 0, minutes: 0, then: () => [] },
  {
    name: PUT_OFF,
    others: 1,
    minutes: 60,
    then: (others, lease) => others.slice(0, 1).map((each) => [each, `postpone ${lease}`]),
  },
  {
    name: 'each of them puts it off',
    others: 2,
    minutes: 60,
    then: (others, lease) => others.map((each) => [each, `postpone ${lease}`]),
  },
  {
    name: 'a bystander puts it off',
    others: 1,
    minutes: 0,
    then: (_, lease) => [['lena', `postpone ${lease}`]],
  },
  {
    name: 'the message to one of them arrives late',
    others: 1,
    late: 20,
    minutes: 0,
    then: () => [],
  },
  {
    name: 'its holder keeps it after all',
    others: 1,
    minutes: null,
    then: (_, lease) => [['tomas', `extend ${lease} by 20h`]],
  },
]

export interface Ending {
  readonly end: End
  readonly arrangement: Arrangement
}
const holdingsOf = ({ end, arrangement }: Ending): Holding[] => [
  ...arrangement.holdings,
  end.lent,
  ...BYSTANDER,
]
export const othersIn = ({ arrangement }: Ending): Person[] =>
  arrangement.holdings.flatMap(({ person }) => (person === 'tomas' ? [] : person))

const leases = ({ then }: End) => ({
  end: then === 'ask-first' ? { then } : { then, grace: `${GRACE}m` },
})

export type LentUntil = Left & { readonly found: string }

/** Up to the minute before its time is over; found is the lease. */
export const lentUntil = (from: Left, ending: Ending): Promise<LentUntil> =>
  leave(from, { leases: leases(ending.end) }, async (scene) => {
    const { lent, says } = ending.end
    await settle(scene, [], [...BYSTANDER, ...ending.arrangement.holdings, lent])
    const lease = (await requestsIn(scene.store.db, ['succeeded'])).at(-1)!.id
    if (says === null) await scene.passes(119)
    return lease
  })

/** Each minute about which something may be due. */
const TICKS = Array.from({ length: 190 }, (_, minute) => minute).filter(
  (minute) => minute % 10 < 3 || minute % 10 === 9,
)

export interface EndTry extends Ending {
  readonly notice: Notice
  readonly refused: number
}

/** Resolves with how many changes there were. */
export const ended = (ground: Ground, tally: Tally, from: LentUntil, one: EndTry): Promise<number> =>
  goOn(from, { over: { ground, host: one.end.host }, leases: leases(one.end) }, async (scene) => {
    const { end, notice, refused } = one
    const told = tellingOf(scene, one)
    await told.look()
    const since = scene.context.clock.now()
    let answeredAt: number | null = null
    const judge = judgeOf(tally, { ...one, scene, since, toldAt: told.at, answeredAt: () => answeredAt })
    const watching = watched(scene, ground, { holdings: holdingsOf(one), refused, judge })
    if (end.says !== null) await scene.says('tomas', end.says)
    for (const [tick, minute] of TICKS.entries()) {
      await sweepLeases(scene.context)
      await told.look()
      await scene.arrives(told.onTheWay())
      if (answeredAt === null && (told.at.size > 0 || othersIn(one).length === 0)) {
        for (const [person, words] of notice.then(othersIn(one), from.found)) await scene.says(person, words)
        answeredAt = scene.context.clock.now()
      }
      for (const { id } of await requestsIn(scene.store.db, ['approved'])) await scene.runs(id)
      await scene.passes((TICKS[tick + 1] ?? minute + 1) - minute)
    }
    watching.end()
    tally.counts.plans += 1
    return watching.changes()
  })

/** When what each of the others was told last has arrived, by what lies in the outbox. */
const tellingOf = (scene: Scene, one: EndTry) => {
  const at = new Map<Person, number>()
  const counted = new Map<Person, number>()
  const [first] = othersIn(one)
  let firstTold: number | null = null
  const lateUntil = (): number => (firstTold ?? 0) + (one.notice.late ?? 0) * MINUTE
  return {
    at,
    onTheWay: (): Person[] => (first !== undefined && scene.context.clock.now() < lateUntil() ? [first] : []),
    look: async (): Promise<void> => {
      const posts = await scene.posts()
      const now = scene.context.clock.now()
      for (const person of othersIn(one)) {
        const count = posts.filter((post) =>
          wasTold([post], person, /is shut down soon, and you hold/),
        ).length
        if (count > (counted.get(person) ?? 0)) {
          firstTold ??= now
          at.set(person, person === first ? Math.max(now, lateUntil()) : now)
        }
        counted.set(person, count)
      }
    },
  }
}

const judgeOf = (
  tally: Tally,
  one: EndTry & {
    readonly scene: Scene
    readonly since: number
    readonly toldAt: ReadonlyMap<Person, number>
    readonly answeredAt: () => number | null
  },
): Judge => {
  const { end, arrangement, notice, refused, scene, since, toldAt } = one
  const { cut, untold } = wrongsOf(
    tally,
    `${end.name}, ${arrangement.name}, ${notice.name}${refused < 0 ? '' : `, change ${refused} refused`}`,
  )
  const others = othersIn(one)
  const stop: Judge['stop'] = (vm, how) => {
    tally.counts.stops += 1
    const now = scene.context.clock.now()
    const alone = others.length === 0 && end.says === null && end.then === 'power-off'
    if (how !== 'shutdown' && !(alone && how === 'turn-off')) cut(`${vm} goes off: ${how}`)
    if (vm !== end.lent.vm) cut(`${vm} is stopped, which nobody named`)
    if (end.says === null && end.then === 'ask-first') cut(`${vm} is stopped under ask-first`)
    if (end.says === null && now < since + (1 + GRACE) * MINUTE) cut(`${vm} is stopped before its time`)
    const answeredAt = one.answeredAt()
    if (answeredAt !== null && notice.minutes === null) cut(`${vm} is stopped though it was called off`)
    for (const person of others) {
      const at = toldAt.get(person)
      if (at === undefined) untold(`${person} was not told of the stop of ${vm}`)
      // What was put off is put off once: of a stop that is tried again they are told again.
      const later = answeredAt !== null && at !== undefined && answeredAt >= at ? (notice.minutes ?? 0) : 0
      if (at !== undefined && now < at + (HALF_AN_HOUR + later) * MINUTE)
        cut(`${person} had too little time in ${vm}`)
    }
  }
  return {
    begin: () => undefined,
    stop,
    change: ({ person, gpu, vm }) => {
      if (person !== 'tomas') cut(`the ${gpu} of ${person} in ${vm} is changed`)
    },
    lose: ({ person, gpu, vm }) => {
      if (person === 'tomas') return
      cut(`${person} loses ${gpu} of ${vm}`)
    },
  }
}
