/** Whose orders a host takes: those of the store that it knows, by a number that grows with each claim. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { cpSync } from 'node:fs'
import { sql } from 'kysely'
import type { Fence } from '../../src/core/fence'
import type { Clock, Host } from '../../src/core/ports'
import type { Request } from '../../src/core/request'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { openStore, type Store } from '../../src/store/database'
import { selfOf } from '../../src/store/self'
import type { Parts } from '../../src/work/parts'
import { runRequest } from '../../src/work/run'
import { fakeClock } from '../fakes/clock'
import { aFence, ofNobody } from '../fakes/fence'
import { useTempDirs } from '../fakes/temp'
import { asked, assign, botOver, decided, fleetOf, stored } from './operations/bot'

const tempDir = useTempDirs()
const GOES_ON = new AbortController().signal

interface Bot {
  readonly store: Store
  readonly parts: Parts
  readonly dir: string
  /** Of the orders that it gave, in their order. */
  readonly fences: Fence[]
}

let clock: Clock
let fleet: SimulatedFleet
let bots: Bot[]
beforeEach(() => {
  clock = fakeClock()
  fleet = fleetOf(clock)
  bots = []
})
afterEach(() => Promise.all(bots.map(({ store }) => store.close())))

const aBot = async (dir = tempDir()): Promise<Bot> => {
  const store = await openStore(dir)
  const fences: Fence[] = []
  const listening = (host: Host): Host => ({
    ...host,
    run: (order) => {
      fences.push(order.fence)
      return host.run(order)
    },
  })
  const parts = botOver(store.db, { ...fleet, hosts: fleet.hosts.map(listening) }, clock)
  const bot = { store, parts, dir, fences }
  bots.push(bot)
  return bot
}

/** Has claimed so often before. */
const hasClaimed = (bot: Bot, times: number) =>
  sql`insert into counters values ('fence', ${times})`.execute(bot.store.db)

const approved = async ({ parts }: Bot, gpu: string, vm: string): Promise<string> => {
  const { id } = await asked(parts, assign(gpu, vm, { shutdown: true }))
  await decided(parts, id)
  return id
}
const goesOn = async ({ store, parts }: Bot, id: string): Promise<Request> => {
  await runRequest(parts, await stored(store.db, id), GOES_ON)
  return stored(store.db, id)
}
const carriesOut = async (bot: Bot, gpu: string, vm: string): Promise<Request> =>
  goesOn(bot, await approved(bot, gpu, vm))

const fenceNow = () => fleet.world.fence('hv01')

describe('a host', () => {
  it('takes the orders of the bot whose order it took first, all of one claim by one number', async () => {
    const bot = await aBot()

    expect(await carriesOut(bot, 'hv01/gpu0', 'train-01')).toMatchObject({ state: 'succeeded' })

    expect(new Set(bot.fences.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(fenceNow()).toEqual(bot.fences[0])
    expect(fenceNow().bot).toBe(await selfOf(bot.store.db))
  })

  it('that a bot before protocol 2 has driven is claimed above what it has seen', async () => {
    fleet.world.claim('hv01', ofNobody(300))
    const bot = await aBot()

    expect(await carriesOut(bot, 'hv01/gpu0', 'train-01')).toMatchObject({ state: 'succeeded', fence: 301 })
  })

  it('that has seen more than a copy of its bot remembers is claimed above that', async () => {
    const bot = await aBot()
    await selfOf(bot.store.db)
    const copy = tempDir()
    await sql`pragma wal_checkpoint(truncate)`.execute(bot.store.db)
    cpSync(`${bot.dir}/gpu-chatops.db`, `${copy}/gpu-chatops.db`)
    await hasClaimed(bot, 40)
    await carriesOut(bot, 'hv01/gpu0', 'train-01')

    const restored = await aBot(copy)

    expect(await selfOf(restored.store.db)).toBe(await selfOf(bot.store.db))
    expect(await carriesOut(restored, 'hv01/gpu1', 'train-02')).toMatchObject({
      state: 'succeeded',
      fence: 42,
    })
  })
})

describe('a bot whose data directory was lost', () => {
  it('gives its host no order: nothing is begun, and it says whose orders the host takes', async () => {
    const before = await aBot()
    await hasClaimed(before, 300)
    const id = await approved(before, 'hv01/gpu0', 'train-01')
    const after = await aBot()
    const waiting = await approved(after, 'hv01/gpu1', 'train-02')
    expect(await goesOn(before, id)).toMatchObject({ state: 'succeeded' })

    for (let n = 0; n < 3; n += 1) expect(await goesOn(after, waiting)).toMatchObject({ state: 'approved' })

    expect(after.fences).toEqual([])
    const locks = await sql`select * from locks`.execute(after.store.db)
    expect(locks.rows).toEqual([])
  })

  it('takes no new request for it', async () => {
    const before = await aBot()
    await carriesOut(before, 'hv01/gpu0', 'train-01')
    const after = await aBot()

    await expect(asked(after.parts, assign('hv01/gpu1', 'train-02', { shutdown: true }))).rejects.toThrow(
      `hv01 takes the orders of another bot, ${await selfOf(before.store.db)}`,
    )
  })
})

describe('a host that another bot has taken over in the middle of an operation', () => {
  const takenOverAt = async (n: number) => {
    const bot = await aBot()
    let orders = 0
    fleet.world.onStep(({ when }) => {
      if (when === 'after' && ++orders === n) fleet.world.claim('hv01', aFence(900))
    })
    return { bot, request: await carriesOut(bot, 'hv01/gpu0', 'train-01') }
  }

  it.each([1, 2, 3, 4])('after order %i gets one more, and then a person is asked', async (n) => {
    const { bot, request } = await takenOverAt(n)

    expect(request).toMatchObject({ state: 'needs-attention' })
    expect('why' in request ? request.why : '').toContain('OtherBot')
    expect(bot.fences).toHaveLength(n + 1)
    expect('repair' in request ? request.repair.length : 0).toBeGreaterThan(0)
  })
})

describe('a host whose module is older than the bot', () => {
  it('takes no new request, and one that was approved waits until it is upgraded', async () => {
    const bot = await aBot()
    const id = await approved(bot, 'hv01/gpu0', 'train-01')
    fleet.world.setProtocol('hv01', 1)

    expect(await goesOn(bot, id)).toMatchObject({ state: 'approved' })
    await expect(asked(bot.parts, assign('hv01/gpu1', 'train-02', { shutdown: true }))).rejects.toThrow(
      /older than this bot.*Register-GpuChatOps\.ps1/s,
    )
    expect(bot.fences).toEqual([])

    fleet.world.setProtocol('hv01', 2)
    await asked(bot.parts, assign('hv01/gpu1', 'train-02', { shutdown: true }))

    expect(await goesOn(bot, id)).toMatchObject({ state: 'succeeded' })
  })

  it('keeps what has begun open and locked, until it is upgraded', async () => {
    const bot = await aBot()
    const id = await approved(bot, 'hv01/gpu0', 'train-01')
    const stopping = new AbortController()
    fleet.world.onStep(({ when }) => {
      if (when === 'after') stopping.abort()
    })
    await runRequest(bot.parts, await stored(bot.store.db, id), stopping.signal)
    const given = bot.fences.length
    fleet.world.setProtocol('hv01', 1)

    expect(await goesOn(bot, id)).toMatchObject({ state: 'running' })
    expect(bot.fences).toHaveLength(given)
    const locks = await sql`select host from locks`.execute(bot.store.db)
    expect(locks.rows).toEqual([{ host: 'hv01' }])

    fleet.world.setProtocol('hv01', 2)
    await bot.parts.hosts.get(fleet.hosts[0]!.name)?.inventory()
    await asked(bot.parts, assign('hv01/gpu1', 'train-02', { shutdown: true }))
    expect(await goesOn(bot, id)).toMatchObject({ state: 'succeeded' })
  })
})
