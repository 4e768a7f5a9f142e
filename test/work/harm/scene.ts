/** A bot over hosts that is opened, left and opened again as it was, so that what leads up to many tries happens once. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { parse } from '../../../src/core/grammar/parse'
import type { Host } from '../../../src/core/ports/host'
import type { Request } from '../../../src/core/request/request'
import { openSimulatedFleet, type SimulatedFleet } from '../../../src/host/simulated/fleet'
import { fixedPolicy } from '../../../src/policy-source'
import { openStore, type Store } from '../../../src/store/database'
import { findRequest, requestsIn } from '../../../src/store/requests'
import type { Context } from '../../../src/work/context/context'
import { respond } from '../../../src/work/commands/respond'
import { runRequest } from '../../../src/work/operation/run'
import { aPolicy } from '../../core/policy/team'
import { fakeClock, NINE_O_CLOCK } from '../../fakes/clock'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { botOver, CHANNEL, readHosts } from '../operations/bot'
import type { Holding } from './plans'
import { accountOf, FLEET, PEOPLE, type Person, POLICY, RULES } from './team'

export const MINUTE = 60_000

/** A change that reaches a host, before it takes effect. */
export interface Order {
  /** What it stops, if it does. */
  readonly stops: { readonly vm: string; readonly how: 'shutdown' | 'turn-off' } | null
  readonly refuse: () => void
}

/** The hosts, and how their changes are watched. */
export interface Ground {
  /** `host` is the one that it is about. */
  readonly hosts: (
    fleet: SimulatedFleet,
    place: { readonly dir: string; readonly host: string },
  ) => readonly Host[]
  readonly watch: (fleet: SimulatedFleet, listener: (order: Order) => void) => void
}

/** A moment that was left behind: a store and hosts in a directory. */
export interface Left {
  readonly dir: string
  readonly at: number
}

export interface Scene {
  readonly store: Store
  readonly fleet: SimulatedFleet
  readonly context: Context
  /** Gives what they are answered; '' for nothing. */
  readonly says: (person: Person, text: string) => Promise<string>
  readonly asks: (person: Person, text: string) => Promise<Request>
  readonly stored: (id: string) => Promise<Request>
  readonly runs: (id: string) => Promise<Request>
  readonly passes: (minutes: number) => Promise<void>
  /** The chats have taken what was posted, but for what is on its way to these. */
  readonly arrives: (but: readonly Person[]) => Promise<void>
  /** Everything that was posted so far, as it lies in the outbox, without the bot's reading of it. */
  readonly posts: () => Promise<readonly Post[]>
}
export interface Post {
  readonly request_id: string | null
  readonly address: string
  readonly notice: string
}

interface Opening {
  /** Where the ground is not the simulated hosts themselves. */
  readonly over?: { readonly ground: Ground; readonly host: string }
  /** `leases:` of the policy. */
  readonly leases?: object | undefined
}

/** What `act` does to that moment, in a copy of it where it is used again; null: at the beginning. */
const within = async <T>(
  dir: string,
  at: number,
  { over, leases }: Opening,
  act: (scene: Scene) => Promise<T>,
): Promise<T> => {
  const clock = fakeClock(at)
  const stateFile = join(dir, 'fleet.json')
  const fleet = openSimulatedFleet({ file: FLEET, stateFile, clock, latency: 'none' })
  const hosts = over ? over.ground.hosts(fleet, { dir, host: over.host }) : fleet.hosts
  const store = await openStore(dir)
  // The process never dies here, nor does the machine.
  await sql`pragma synchronous = off`.execute(store.db)
  const context: Context = {
    ...botOver(store.db, { ...fleet, hosts }, clock),
    policy: fixedPolicy(aPolicy({ ...POLICY, rules: RULES, ...(leases ? { leases } : {}) })),
  }
  try {
    return await act(sceneOf(store, fleet, context))
  } finally {
    await store.close()
  }
}

const sceneOf = (store: Store, fleet: SimulatedFleet, context: Context): Scene => {
  const says = async (person: Person, text: string): Promise<string> => {
    const command = parse(text)
    if (!command.ok) throw new Error(JSON.stringify(command.refusals))
    const account = accountOf(person)
    const privately = { kind: 'channel', chat: 'slack', channel: account } as const
    const caller = { account, name: person, channel: CHANNEL, back: CHANNEL, privately }
    const notice = await store.db.transaction().execute(await respond(context, command.value, caller))
    return notice === null ? '' : JSON.stringify(notice)
  }
  const openNow = async () => (await requestsIn(store.db, ['pending', 'approved'])).map(({ id }) => id)
  const stored = async (id: string) => (await findRequest(store.db, id))!
  return {
    ...{ store, fleet, context, says, stored },
    asks: async (person, text) => {
      const before = await openNow()
      await readHosts(context)
      await says(person, text)
      const raised = (await openNow()).find((id) => !before.includes(id))
      if (raised === undefined) throw new Error(`nothing was asked by: ${text}`)
      return stored(raised)
    },
    runs: async (id) => {
      const request = await stored(id)
      if (request.state === 'approved' || request.state === 'running')
        await runRequest(context, request, new AbortController().signal)
      return stored(id)
    },
    passes: (minutes) => context.clock.sleep(minutes * MINUTE),
    arrives: async (but) => {
      const all = store.db
        .updateTable('outbox')
        .set({ heard_at: context.clock.now() })
        .where('heard_at', 'is', null)
      await but
        .reduce((left, each) => left.where('address', 'not like', `%${accountOf(each)}%`), all)
        .execute()
    },
    posts: () => store.db.selectFrom('outbox').select(['request_id', 'address', 'notice']).execute(),
  }
}

/** Done whatever it takes: all others agree, and time passes. */
const settled = async (scene: Scene, person: Person, text: string): Promise<void> => {
  const { id } = await scene.asks(person, text)
  for (const each of PEOPLE) if (each !== person) await scene.says(each, `agree ${id}`)
  await scene.says('jonas', `approve ${id}`)
  await scene.arrives([])
  await scene.passes(11)
  const { state } = await scene.runs(id)
  if (state !== 'succeeded') throw new Error(`${text}: ${state}`)
}

/** Everybody gets what they hold, in this order. */
export const settle = async (
  scene: Scene,
  before: readonly string[],
  holdings: readonly Holding[],
): Promise<void> => {
  for (const text of before) await settled(scene, 'tomas', `${text} --shutdown`)
  for (const { person, gpu, vm, how = '' } of holdings)
    await settled(scene, person, `assign ${gpu} to ${vm} ${how} --shutdown`)
}

/** A moment of its own, which is to be given up. */
export const leave = async <T>(
  from: Left | null,
  opening: Opening,
  act: (scene: Scene) => Promise<T>,
): Promise<Left & { readonly found: T }> => {
  const dir = makeTempDir()
  if (from) for (const file of readdirSync(from.dir)) copyFileSync(join(from.dir, file), join(dir, file))
  try {
    return await within(dir, from?.at ?? NINE_O_CLOCK, opening, async (scene) => {
      const found = await act(scene)
      return { dir, at: scene.context.clock.now(), found }
    })
  } catch (error) {
    removeTempDir(dir)
    throw error
  }
}

/** The hosts were read as they are before anybody has anything of them: what is dismounted later is known from then. */
export const untouched = (ground: Ground, host: string): Promise<Left> =>
  leave(null, { over: { ground, host } }, ({ context }) => readHosts(context))

export const giveUp = ({ dir }: Left): void => removeTempDir(dir)

/** What happens from there on, and leaves nothing behind. */
export const goOn = async <T>(
  from: Left,
  opening: Opening,
  act: (scene: Scene) => Promise<T>,
): Promise<T> => {
  const left = await leave(from, opening, act)
  giveUp(left)
  return left.found
}

/** Told where nobody else reads it. */
export const wasTold = (posts: readonly Post[], person: Person, ...words: readonly RegExp[]): boolean =>
  posts.some(
    ({ address, notice }) => address.includes(accountOf(person)) && words.every((each) => each.test(notice)),
  )
