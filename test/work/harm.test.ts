/**
 * Whom a plan harms, judged by a model that shares nothing with the planner, the leases or the consents of the bot: the test
 * keeps its own book of who holds what in which VM and of what each of them was told and said, and watches the event log of
 * the hosts. Over every kind of plan that stops a VM, every arrangement of holders and every refused step.
 */
import { afterAll, describe, expect, it } from '@jest/globals'
import { parse } from '../../src/core/grammar/parse'
import type { Request } from '../../src/core/request'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { findRequest, requestsIn } from '../../src/store/requests'
import type { Parts } from '../../src/work/parts'
import { refreshHost } from '../../src/work/reading'
import { respond } from '../../src/work/respond'
import { runRequest } from '../../src/work/run'
import { aPolicy } from '../core/policy/team'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { botOver, CHANNEL, fleetOf } from './operations/bot'

const MINUTE = 60_000
const PEOPLE = ['maya', 'ines', 'tomas', 'jonas', 'priya'] as const
type Person = (typeof PEOPLE)[number]
const accountOf = (person: Person) => `slack:T1/U0${person.toUpperCase()}`
const POLICY = {
  people: Object.fromEntries(PEOPLE.map((each) => [each, { slack: `U0${each.toUpperCase()}` }])),
  roles: { research: ['maya', 'ines', 'tomas'], platform: ['jonas'], oncall: ['priya'] },
  administer: ['oncall'],
  breakGlass: ['research'],
}
/** Whoever wants may ask; what is taken back has an approver, all else has none. */
const RULES = [
  { name: 'taking-back', commands: ['release'], ask: ['research'], approve: { by: ['platform'] } },
  { name: 'rest', ask: ['research'], approve: 'automatic' },
]

/** What is in `vm` when it is stopped, by the book of the test. */
interface Book {
  readonly vm: string
  readonly holders: readonly Person[]
}
interface Kind {
  readonly name: string
  readonly before: readonly string[]
  readonly ask: string
  readonly vm: string
  /** Commands by which others get something in that VM. */
  readonly others: readonly [Person, string][]
}

const KINDS: readonly Kind[] = [
  {
    name: 'assign',
    before: [],
    ask: 'assign hv01/gpu1 to train-02',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'move',
    before: ['assign hv01/gpu1 to train-01'],
    ask: 'move hv01/gpu1 to train-02',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'release',
    before: ['assign hv01/gpu1 to train-02 --shutdown'],
    ask: 'release hv01/gpu1',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'resize',
    before: [],
    ask: 'resize vdi-01 --vram 6g',
    vm: 'vdi-01',
    others: [['maya', 'assign hv02/gpu0 to vdi-01 --mode partition --vram 8g --shutdown']],
  },
  {
    name: 'more MMIO space',
    before: ['assign hv01/gpu1 to train-02 --shutdown'],
    ask: 'resize train-02 --mmio 400g',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'move to another host',
    before: [],
    ask: 'move any A40 from render-01 to lab-01',
    vm: 'render-01',
    others: [['maya', 'assign hv01/gpu0 to render-01 --shutdown']],
  },
  {
    name: 'taking it from its holder',
    before: [],
    ask: 'release hv01/gpu0',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
]

/** How the others and those who may speak for them behave: what they say at which minute after the ask. */
const WAYS: Readonly<Record<string, readonly (readonly [minute: number, Person, words: string])[]>> = {
  'nobody answers': [],
  'the holder agrees at once': [[1, 'maya', 'agree']],
  'the holder objects': [[1, 'maya', 'object']],
  'the holder objects and an approver agrees': [
    [1, 'maya', 'object'],
    [2, 'jonas', 'agree'],
  ],
  'an approver agrees early': [[1, 'jonas', 'agree']],
  'an approver agrees late': [[30, 'jonas', 'agree']],
  'the asker agrees': [[1, 'tomas', 'agree']],
  'the glass is broken': [],
}

const counts = { plans: 0, cut: 0, untold: 0, stops: 0 }

interface Scene {
  readonly store: Store
  readonly fleet: SimulatedFleet
  readonly parts: Parts
  readonly says: (person: Person, text: string) => Promise<void>
  readonly asks: (person: Person, text: string) => Promise<Request>
}

const opened = async (dir: string): Promise<Scene> => {
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  fleet.world.setReachable('hv03', true)
  const store = await openStore(dir)
  const parts: Parts = {
    ...botOver(store.db, fleet, clock),
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
    for (const host of parts.hosts.values()) await refreshHost(parts, host)
    await says(person, text)
    const raised = (await requestsIn(store.db, ['pending', 'approved'])).find(
      ({ id }) => !before.includes(id),
    )
    if (!raised) throw new Error(`nothing was asked by: ${text}`)
    return raised
  }
  return { store, fleet, parts, says, asks }
}

const runs = async ({ store, parts }: Scene, id: string): Promise<Request> => {
  const request = await findRequest(store.db, id)
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

/** The rows of the outbox as they are, without the bot's reading of them. */
const toldTo = async ({ store }: Scene, person: Person, id: string): Promise<boolean> => {
  const rows = await store.db.selectFrom('outbox').select(['address', 'notice']).execute()
  return rows.some(
    ({ address, notice }) =>
      address.includes(accountOf(person)) &&
      /R-\d+ (?:would stop|stops) a VM/.test(notice) &&
      notice.includes(id),
  )
}

const tried = async (kind: Kind, way: string, refusedStep: number): Promise<number> => {
  const dir = makeTempDir()
  const scene = await opened(dir)
  const { fleet, parts } = scene
  try {
    for (const [person, text] of kind.others) await settled(scene, person, text)
    for (const text of kind.before) await settled(scene, 'tomas', text)
    const book: Book = { vm: kind.vm, holders: kind.others.map(([person]) => person) }
    const glass = way === 'the glass is broken'
    const request = await scene.asks(
      'tomas',
      `${kind.ask} --shutdown${glass ? ' --break-glass because it burns' : ''}`,
    )
    const askedAt = parts.clock.now()
    await scene.says('jonas', `approve ${request.id}`)

    const said = new Map<Person, { at: number; words: string }>()
    const told = new Map<Person, boolean>()
    for (const holder of book.holders) told.set(holder, await toldTo(scene, holder, request.id))
    let n = -1
    fleet.world.onStep(({ when, host, step }) => {
      if (when !== 'before') return
      n += 1
      if (n === refusedStep)
        fleet.world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 })
      if (step.kind !== 'stopVm' || step.vm.name !== book.vm) return
      counts.stops += 1
      if (step.how !== 'shutdown') counts.cut += 1
      for (const holder of book.holders) {
        if (told.get(holder) !== true) counts.untold += 1
        if (glass) continue
        const hadTime = said.has(holder) || parts.clock.now() >= askedAt + 10 * MINUTE
        // Jonas approves that something is taken back, so he may speak for whoever holds it.
        const jonas = said.get('jonas')?.words === 'agree' || request.needs.length > 0
        if (!hadTime || !(jonas || said.get(holder)?.words === 'agree')) counts.cut += 1
      }
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

describe.each(KINDS)('$name, with somebody else in the VM', (kind) => {
  it.each(Object.keys(WAYS))('%s: nobody is cut off unasked, and nobody is untold', async (way) => {
    const steps = await tried(kind, way, -1)
    // Where it never begins there is no step to refuse.
    for (let refused = 0; refused < steps; refused += 1) await tried(kind, way, refused)

    expect(counts).toMatchObject({ cut: 0, untold: 0 })
  })
})

describe('over all these plans', () => {
  it('VMs were stopped, with their holders told and heard', () => {
    expect(counts.stops).toBeGreaterThan(150)
    expect(counts).toMatchObject({ cut: 0, untold: 0 })
  })
  afterAll(() => {
    process.stdout.write(
      `harm: ${counts.plans} plans, ${counts.cut} cut unasked, ${counts.untold} untold (${counts.stops} stops)\n`,
    )
  })
})
