/** A plan that Tomas asks for, and whom it may touch: by what each was told, said and had time for. */
import { type Judge, watched } from './book'
import { BYSTANDER, GLASS, type Arrangement, type Holding, type Kind, type Saying, type Way } from './plans'
import { type Ground, goOn, type Left, leave, MINUTE, type Scene, settle, wasTold } from './scene'
import { type Tally, wrongsOf } from './tally'
import { accountOf, type Person } from './team'

export interface Plan {
  readonly kind: Kind
  readonly arrangement: Arrangement
}
const holdingsOf = ({ kind, arrangement }: Plan): Holding[] => [
  ...kind.held,
  ...arrangement.holdings,
  ...BYSTANDER,
]

/** Those of whom it takes something, or whose VM it stops. */
export const othersOf = ({ kind, arrangement }: Plan): Person[] => [
  ...new Set(
    [...kind.held, ...arrangement.holdings].flatMap(({ person }) => (person === 'tomas' ? [] : person)),
  ),
]

interface Asked {
  readonly id: string
  readonly at: number
  /** Those who were told of it when it was asked for, in which words, and whom its card names. */
  readonly stops: ReadonlySet<Person>
  readonly takes: ReadonlySet<Person>
  readonly named: ReadonlySet<Person>
}

export const settledFor = (from: Left, { kind, ...plan }: Plan): Promise<Left> =>
  leave(from, {}, async (scene) => {
    await settle(scene, kind.before ?? [], holdingsOf({ kind, ...plan }))
    for (const vm of kind.off ?? []) scene.fleet.world.setVmState(kind.host, vm, 'Off')
  })

export type AskedFor = Left & { readonly found: Asked }

export const askedFor = (
  ground: Ground,
  settledBefore: Left,
  { plan, glass }: { readonly plan: Plan; readonly glass: boolean },
): Promise<AskedFor> =>
  leave(settledBefore, { over: { ground, host: plan.kind.host } }, async (scene) => {
    const more = glass ? ' --break-glass because it burns' : ''
    const { id } = await scene.asks('tomas', `${plan.kind.ask} --shutdown${more}`)
    const at = scene.context.clock.now()
    const posts = await scene.posts()
    // Whoever is told of broken glass is told by whom it was broken, and why.
    const because = glass ? [/it burns/, new RegExp(accountOf('tomas'))] : []
    const told = (words: RegExp) =>
      new Set(othersOf(plan).filter((each) => wasTold(posts, each, words, ...because)))
    const cards = posts.filter(({ request_id }) => request_id === id)
    await scene.says('jonas', `approve ${id}`)
    return {
      ...{ id, at },
      stops: told(
        new RegExp(`\\b${id} (?:would stop|stops) a VM|\\b${id} (?:would change|changes) your partition`),
      ),
      takes: told(new RegExp(`\\b${id} would take `)),
      named: new Set(
        othersOf(plan).filter((each) => cards.some(({ notice }) => notice.includes(accountOf(each)))),
      ),
    }
  })

const TICKS = [0, 1, 2, 5, 9, 10, 11, 15, 20, 24, 25, 26, 29, 30, 31, 40]

export interface Try {
  readonly plan: Plan
  readonly way: Way
  /** The change that is refused; none where it is negative. */
  readonly refused: number
}

/** Resolves with how many changes there were. */
export const tried = (ground: Ground, tally: Tally, from: AskedFor, one: Try): Promise<number> =>
  goOn(from, { over: { ground, host: one.plan.kind.host } }, async (scene) => {
    const said: Saying[] = []
    const { plan, refused } = one
    const judge = judgeOf(tally, from.found, { ...one, said, scene })
    const watching = watched(scene, ground, { holdings: holdingsOf(plan), refused, judge })
    const sayings = one.way.said(othersOf(plan))
    let state = 'approved'
    const [first] = othersOf(plan)
    for (const [tick, minute] of TICKS.entries()) {
      await scene.arrives(first !== undefined && minute < (one.way.late ?? 0) ? [first] : [])
      for (const each of sayings)
        if (each.minute === minute) {
          await scene.says(each.person, `${each.words} ${from.found.id}`)
          said.push(each)
        }
      ;({ state } = await scene.runs(from.found.id))
      if (state !== 'approved') break
      await scene.passes((TICKS[tick + 1] ?? minute + 1) - minute)
    }
    const off = watching.end()
    if (state === 'succeeded' || state === 'rolled-back')
      for (const vm of off) wrongsOf(tally, whereOf(one)).cut(`${vm} was left off`)
    tally.counts.plans += 1
    return watching.changes()
  })

const whereOf = ({ plan: { kind, arrangement }, way, refused }: Try): string =>
  `${kind.name}, ${arrangement.name}, ${way.name}${refused < 0 ? '' : `, change ${refused} refused`}`

const judgeOf = (
  tally: Tally,
  asked: Asked,
  one: Try & { readonly said: readonly Saying[]; readonly scene: Scene },
): Judge => {
  const { plan, way, said, scene } = one
  const { cut, untold } = wrongsOf(tally, whereOf(one))
  const others = holdingsOf(plan).filter(({ person }) => person !== 'tomas')
  const glass = way.name === GLASS
  const lastOf = (person: Person) => said.findLast((each) => each.person === person)?.words
  /** Jonas approves what is taken back, so he may speak for whoever holds it: by a word of his own, or by his approval. */
  const isAgreed = (person: Person): boolean =>
    glass || lastOf(person) === 'agree' || lastOf('jonas') === 'agree' || plan.kind.approved === true
  const heardAt = (person: Person): number =>
    asked.at + (person === othersOf(plan)[0] ? (way.late ?? 0) * MINUTE : 0)
  const hadTime = (person: Person): boolean =>
    glass || lastOf(person) !== undefined || scene.context.clock.now() >= heardAt(person) + 10 * MINUTE
  const touch = ({ person, vm }: Holding, what: string): void => {
    if (!asked.stops.has(person)) untold(`${person} was not told of ${what}`)
    if (!asked.named.has(person)) untold(`the card does not name ${person}, of ${what}`)
    if (!hadTime(person)) cut(`${person} in ${vm} had no time before ${what}`)
    if (!isAgreed(person)) cut(`nobody agreed for ${person} in ${vm} to ${what}`)
  }
  const runs = (name: string): boolean =>
    scene.fleet.world
      .hostNames()
      .some((host) =>
        scene.fleet.world.facts(host).vms.some((vm) => vm.name === name && vm.state === 'Running'),
      )
  return {
    begin: () => {
      for (const each of others)
        if (plan.kind.names.includes(each.vm) && runs(each.vm)) touch(each, 'the first change')
    },
    stop: (vm, how) => {
      tally.counts.stops += 1
      if (how !== 'shutdown') cut(`${vm} goes off: ${how}`)
      if (!plan.kind.names.includes(vm)) cut(`${vm} is stopped, which nobody named`)
      for (const each of others) if (each.vm === vm) touch(each, `the stop of ${vm}`)
    },
    change: (holding) => {
      if (holding.person !== 'tomas') touch(holding, `the change of ${holding.gpu}`)
    },
    lose: (holding) => {
      const { person, gpu, vm } = holding
      if (person === 'tomas') return
      tally.counts.losses += 1
      if (!plan.kind.held.includes(holding)) cut(`${person} loses ${gpu} of ${vm}, which was not asked for`)
      if (!asked.stops.has(person) && !asked.takes.has(person))
        untold(`${person} was not told of the loss of ${gpu}`)
      if (!isAgreed(person)) cut(`nobody agreed for ${person} to the loss of ${gpu}`)
    },
  }
}
