/**
 * Whom a plan harms, judged by a model that shares nothing with the planner, the leases or the consents of the bot: it keeps
 * its own book of who holds what in which VM and of what each of them was told and said, and watches what reaches the hosts.
 */
import { afterAll, describe, expect, it } from '@jest/globals'
import { parse } from '../../../src/core/grammar/parse'
import type { Host } from '../../../src/core/ports'
import type { Request } from '../../../src/core/request'
import type { SimulatedFleet } from '../../../src/host/simulated/fleet'
import { fixedPolicy } from '../../../src/policy-source'
import { openStore, type Store } from '../../../src/store/database'
import { findRequest, requestsIn } from '../../../src/store/requests'
import type { Parts } from '../../../src/work/parts'
import { tendLeases } from '../../../src/work/lease/tend'
import { respond } from '../../../src/work/respond'
import { runRequest } from '../../../src/work/run'
import { aPolicy } from '../../core/policy/team'
import { fakeClock } from '../../fakes/clock'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { botOver, CHANNEL, everythingArrives, fleetOf, readHosts } from '../operations/bot'
import { type Kind, type Person, accountOf, GIVEN_BACK, NOTICES, PEOPLE, POLICY, RULES, WAYS } from './plans'

const MINUTE = 60_000

/** A change that reaches a host, before it takes effect. */
export interface Change {
  /** What it stops, if it does. */
  readonly stops: { readonly vm: string; readonly how: 'shutdown' | 'turn-off' } | null
  readonly refuse: () => void
}

/** The hosts, and how their changes are watched. */
export interface Ground {
  /** `host` is the one whose VM is stopped. */
  readonly hosts: (
    fleet: SimulatedFleet,
    place: { readonly dir: string; readonly host: string },
  ) => readonly Host[]
  readonly watch: (fleet: SimulatedFleet, listener: (change: Change) => void) => void
}

interface Scene {
  readonly store: Store
  readonly parts: Parts
  readonly says: (person: Person, text: string) => Promise<void>
  readonly asks: (person: Person, text: string) => Promise<Request>
}

const opened = async (fleet: SimulatedFleet, hosts: readonly Host[], dir: string): Promise<Scene> => {
  const store = await openStore(dir)
  const parts: Parts = {
    ...botOver(store.db, { ...fleet, hosts }, fakeClock()),
    policy: fixedPolicy(aPolicy({ ...POLICY, rules: RULES })),
  }
  const says = async (person: Person, text: string): Promise<void> => {
    const command = parse(text)
    if (!command.ok) throw new Error(JSON.stringify(command.refusals))
    const account = accountOf(person)
    const privately = { kind: 'channel', chat: 'slack', channel: account } as const
    const caller = { account, name: person, channel: CHANNEL, back: CHANNEL, privately }
    await store.db.transaction().execute(await respond(parts, command.value, caller))
  }
  const asks = async (person: Person, text: string): Promise<Request> => {
    const before = (await requestsIn(store.db, ['pending', 'approved'])).map(({ id }) => id)
    await readHosts(parts)
    await says(person, text)
    const raised = (await requestsIn(store.db, ['pending', 'approved'])).find(
      ({ id }) => !before.includes(id),
    )
    if (!raised) throw new Error(`nothing was asked by: ${text}`)
    return raised
  }
  return { store, parts, says, asks }
}

const runs = async ({ store, parts }: Scene, id: string): Promise<Request> => {
  const request = await findRequest(store.db, id)
  await everythingArrives(parts)
  if (request?.state === 'approved') await runRequest(parts, request, new AbortController().signal)
  return (await findRequest(store.db, id))!
}

/** Done whatever it takes: all others agree, and time passes. */
const settled = async (scene: Scene, person: Person, text: string): Promise<void> => {
  const { id } = await scene.asks(person, text)
  for (const each of PEOPLE) if (each !== person) await scene.says(each, `agree ${id}`)
  await scene.says('jonas', `approve ${id}`)
  await scene.parts.clock.sleep(11 * MINUTE)
  const { state } = await runs(scene, id)
  if (state !== 'succeeded') throw new Error(`${text}: ${state}`)
}

/** By the rows of the outbox as they are, without the bot's reading of them. */
const wasTold = async ({ store }: Scene, person: Person, words: RegExp): Promise<boolean> => {
  const rows = await store.db.selectFrom('outbox').select(['address', 'notice']).execute()
  return rows.some(({ address, notice }) => address.includes(accountOf(person)) && words.test(notice))
}
const toldTo = (scene: Scene, person: Person, id: string): Promise<boolean> =>
  wasTold(scene, person, new RegExp(`\\b${id} (?:would stop|stops) a VM`))

const counts = { plans: 0, cut: 0, untold: 0, stops: 0 }

/** With the change of this number refused; none where it is negative. Resolves with how many there were. */
const tried = async (ground: Ground, kind: Kind, way: string, refused: number): Promise<number> => {
  const dir = makeTempDir()
  const fleet = fleetOf(fakeClock())
  fleet.world.setReachable('hv03', true)
  const scene = await opened(fleet, ground.hosts(fleet, { dir, host: kind.host }), dir)
  const { parts } = scene
  try {
    for (const [person, text] of kind.others) await settled(scene, person, text)
    for (const text of kind.before) await settled(scene, 'tomas', text)
    const holders = kind.others.map(([person]) => person)
    const glass = way === 'the glass is broken'
    const request = await scene.asks(
      'tomas',
      `${kind.ask} --shutdown${glass ? ' --break-glass because it burns' : ''}`,
    )
    const askedAt = parts.clock.now()
    await scene.says('jonas', `approve ${request.id}`)

    const said = new Map<Person, { at: number; words: string }>()
    const told = new Map<Person, boolean>()
    for (const holder of holders) told.set(holder, await toldTo(scene, holder, request.id))
    let n = -1
    ground.watch(fleet, ({ stops, refuse }) => {
      n += 1
      if (stops?.vm === kind.vm) {
        counts.stops += 1
        if (stops.how !== 'shutdown') counts.cut += 1
        for (const holder of holders) {
          if (told.get(holder) !== true) counts.untold += 1
          if (glass) continue
          const hadTime = said.has(holder) || parts.clock.now() >= askedAt + 10 * MINUTE
          // Jonas approves that something is taken back, so he may speak for whoever holds it.
          const jonas = said.get('jonas')?.words === 'agree' || request.needs.length > 0
          if (!hadTime || !(jonas || said.get(holder)?.words === 'agree')) counts.cut += 1
        }
      }
      if (n === refused) refuse()
    })
    for (let minute = 0; minute <= 40; minute += 1) {
      for (const [at, person, words] of WAYS[way] ?? [])
        if (at === minute) {
          await scene.says(person, `${words} ${request.id}`)
          said.set(person, { at: parts.clock.now(), words })
        }
      const { state } = await runs(scene, request.id)
      if (state !== 'approved') break
      await parts.clock.sleep(MINUTE)
    }
    counts.plans += 1
    return n + 1
  } finally {
    await scene.store.close()
    removeTempDir(dir)
  }
}

/** The same of what is given back: when the VM may be stopped is counted from then, and the holder was told by then. */
const triedToGiveBack = async (ground: Ground, way: string, refused: number): Promise<number> => {
  const dir = makeTempDir()
  const fleet = fleetOf(fakeClock())
  const scene = await opened(fleet, ground.hosts(fleet, { dir, host: GIVEN_BACK.host }), dir)
  const { parts, store } = scene
  const { putOff, minutes } = NOTICES[way]!
  try {
    for (const [person, text] of GIVEN_BACK.others) await settled(scene, person, text)
    for (const text of GIVEN_BACK.before) await settled(scene, 'tomas', text)
    await readHosts(parts)
    const since = parts.clock.now()
    await scene.says('tomas', GIVEN_BACK.ask)
    const told = await wasTold(scene, 'maya', /is shut down soon, and you hold/)
    if (putOff) await scene.says('maya', `postpone R-${1 + GIVEN_BACK.others.length}`)
    let n = -1
    ground.watch(fleet, ({ stops, refuse }) => {
      n += 1
      if (stops?.vm === GIVEN_BACK.vm) {
        counts.stops += 1
        if (stops.how !== 'shutdown' || parts.clock.now() < since + minutes * MINUTE) counts.cut += 1
        if (!told) counts.untold += 1
      }
      if (n === refused) refuse()
    })
    for (let minute = 0; minute <= minutes + 5; minute += 1) {
      await tendLeases(parts)
      await everythingArrives(parts)
      for (const { id } of await requestsIn(store.db, ['approved'])) await runs(scene, id)
      await parts.clock.sleep(MINUTE)
    }
    counts.plans += 1
    return n + 1
  } finally {
    await store.close()
    removeTempDir(dir)
  }
}

/** Of many refused changes no test has more than a share, so that none is long. */
const SHARES = [0, 1, 2] as const

const inShares = (name: string, tries: (refused: number) => Promise<number>): void => {
  let changes: number | null = null
  it.each(SHARES)(`${name}: nobody is cut off unasked or untold: share %i`, async (share) => {
    changes ??= await tries(-1)
    // Where it never begins there is nothing to refuse.
    for (let refused: number = share; refused < changes; refused += SHARES.length) await tries(refused)

    expect(counts).toMatchObject({ cut: 0, untold: 0 })
  })
}

/** Over these kinds and ways, and every refused change of each; `least` stops must have come about, so that it judges something. */
export const judge = (
  where: string,
  ground: () => Ground,
  {
    kinds,
    ways,
    least,
  }: { readonly kinds: readonly Kind[]; readonly ways: readonly string[]; readonly least: number },
): void => {
  for (const kind of kinds)
    for (const way of ways)
      inShares(`${kind.name}, with somebody else in the VM: ${way}`, (refused) =>
        tried(ground(), kind, way, refused),
      )
  for (const way of Object.keys(NOTICES))
    inShares(`${GIVEN_BACK.name}, with somebody else in the VM: ${way}`, (refused) =>
      triedToGiveBack(ground(), way, refused),
    )

  describe('over all these plans', () => {
    it('VMs were stopped, with their holders told and heard', () => {
      expect(counts.stops).toBeGreaterThanOrEqual(least)
      expect(counts).toMatchObject({ cut: 0, untold: 0 })
    })
    afterAll(() => {
      process.stdout.write(
        `harm${where}: ${counts.plans} plans, ${counts.cut} cut unasked, ${counts.untold} untold (${counts.stops} stops)\n`,
      )
    })
  })
}
