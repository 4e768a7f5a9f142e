/** Runs one prepared operation while a hand interferes: at each boundary, in as many lives of the process as it takes. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import { readStep, undoOf, type Step } from '../../../src/core/plan/step'
import type { Clock } from '../../../src/core/ports/clock'
import type { Baseline } from '../../../src/core/plan/plan'
import type { JournalEntry } from '../../../src/core/operation/progress'
import type { Request } from '../../../src/core/request/request'
import type { SimulatedFleet, World } from '../../../src/host/simulated/fleet'
import { openStore, type Db } from '../../../src/store/database'
import { baselinesOf } from '../../../src/store/fleet'
import { entriesOf } from '../../../src/store/journal'
import { runRequest } from '../../../src/work/operation/run'
import { fakeClock } from '../../fakes/clock'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { botOver, stored } from './bot'
import { factsOf, type Prepared } from './prepare'
import { repairAndResolve } from './repair'

/** `before` and `after` of the n-th order that reached the host, counted from 0 over all lives of the process. */
export type Moment =
  | { readonly when: 'claimed' }
  | { readonly when: 'before' | 'after'; readonly n: number; readonly step: Step }

export interface Powers {
  readonly world: World
  /** The host that the operation is on. */
  readonly host: string
  /** The process dies here, at once. */
  kill(): never
  /** The process is asked to stop. */
  stop(): void
  /** The host reboots, and answers again after two attempts to reach it. */
  reboot(): void
  /** The host is gone until the operation has ended. */
  cutOff(): void
  /** Somebody else acts: their changes are not the bot's. */
  administer(act: (world: World) => void): void
}
export type Hand = (moment: Moment, powers: Powers) => void

export interface Ran {
  readonly prepared: Prepared
  /** As the operation ended. */
  readonly request: Request
  /** After it was mended; null where no attention was needed. */
  readonly repaired: { readonly request: Request; readonly facts: HostFacts } | null
  readonly entries: readonly JournalEntry[]
  readonly facts: HostFacts
  readonly baselines: ReadonlyMap<string, Baseline>
  readonly locks: number
  /** Steps that took effect although their effect held already, or more often than the plan and its undo have them. */
  readonly twice: number
  /** How often the process began; a run that nothing kills has one life. */
  readonly lives: number
}

class Killed extends Error {
  override readonly name = 'Killed'
}
const MOST_LIVES = 4

/** What becomes of a request that needs attention. */
export type Mend = typeof repairAndResolve

export const run = async (prepared: Prepared, hand: Hand, mend: Mend = repairAndResolve): Promise<Ran> => {
  const dir = makeTempDir()
  try {
    for (const file of readdirSync(prepared.dir)) copyFileSync(join(prepared.dir, file), join(dir, file))
    return await lives(prepared, dir, { hand, mend })
  } finally {
    removeTempDir(dir)
  }
}

const lives = async (
  prepared: Prepared,
  dir: string,
  { hand, mend }: { readonly hand: Hand; readonly mend: Mend },
): Promise<Ran> => {
  const base = fakeClock()
  const fleet = prepared.fleet(base)
  const scene = sceneOf(fleet, prepared.host, hand)
  const clock: Clock = {
    now: () => base.now(),
    sleep: async (ms, signal) => {
      await base.sleep(ms, signal)
      scene.slept()
    },
  }
  for (let life = 1; life <= MOST_LIVES; life += 1) {
    const store = await openStore(dir)
    try {
      // The process dies here, never the machine: what it wrote, the system has.
      await sql`pragma synchronous = off`.execute(store.db)
      const context = botOver(store.db, fleet, clock)
      const stopping = scene.live(life)
      await runRequest(context, await stored(store.db, prepared.id), stopping)
      const request = await stored(store.db, prepared.id)
      if (request.state === 'running') continue
      return await outcome({ prepared, db: store.db, fleet, request, scene, life, context, mend })
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    } finally {
      await store.close()
    }
  }
  throw new Error(`the operation has not ended in ${MOST_LIVES} lives`)
}

interface Scene {
  /** A new life of the process; gives its stop signal. */
  live(life: number): AbortSignal
  slept(): void
  readonly twice: (prepared: Prepared) => number
  readonly cutOff: () => boolean
}

const sceneOf = (fleet: SimulatedFleet, host: string, hand: Hand): Scene => {
  const { world } = fleet
  const effects: string[] = []
  let stopping = new AbortController()
  let n = -1
  let heldAlready = false
  let repeated = 0
  let outside = false
  let backIn: number | null = null
  let gone = false
  const powers: Powers = {
    world,
    host,
    kill: () => {
      throw new Killed()
    },
    stop: () => stopping.abort(),
    reboot: () => {
      world.reboot(host)
      world.setReachable(host, false)
      backIn = 2
    },
    cutOff: () => {
      gone = true
      world.setReachable(host, false)
    },
    administer: (act) => {
      outside = true
      act(world)
    },
  }
  world.onStep(({ step, when }) => {
    if (when === 'before') {
      n += 1
      heldAlready = readStep(step, world.facts(host)) === 'done'
    } else {
      if (heldAlready) repeated += 1
      effects.push(JSON.stringify(step))
    }
    hand({ when, n, step }, powers)
  })
  return {
    live: (life) => {
      stopping = new AbortController()
      if (life === 1) hand({ when: 'claimed' }, powers)
      return stopping.signal
    },
    slept: () => {
      if (backIn === null) return
      backIn -= 1
      if (backIn > 0) return
      backIn = null
      world.setReachable(host, true)
    },
    twice: ({ plan }) => repeated + (outside ? 0 : beyond(effects, plan.steps)),
    cutOff: () => gone,
  }
}

/** Each step of the plan may take effect once, and its undo once. */
const beyond = (effects: readonly string[], steps: readonly Step[]): number => {
  const left = steps.flatMap((step) => [JSON.stringify(step), JSON.stringify(undoOf(step))])
  return effects.filter((effect) => {
    const index = left.indexOf(effect)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  }).length
}

const outcome = async (end: {
  prepared: Prepared
  db: Db
  fleet: SimulatedFleet
  request: Request
  scene: Scene
  life: number
  context: Parameters<Mend>[0]
  mend: Mend
}): Promise<Ran> => {
  const { prepared, db, fleet, request, scene } = end
  const facts = factsOf(fleet, prepared.host)
  const twice = scene.twice(prepared)
  const locks = await db.selectFrom('locks').selectAll().execute()
  if (scene.cutOff()) fleet.world.setReachable(prepared.host, true)
  const repaired =
    request.state === 'needs-attention' ? await end.mend(end.context, fleet.world, request) : null
  return {
    prepared,
    request,
    repaired: repaired && { request: repaired, facts: factsOf(fleet, prepared.host) },
    entries: (await entriesOf(db, prepared.id)) ?? [],
    facts,
    baselines: await baselinesOf(db, prepared.host),
    locks: locks.length,
    twice,
    lives: end.life,
  }
}
