/** Whose orders a host takes: those of the store that it knows, by a number that grows with each claim. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { cpSync } from 'node:fs'
import { sql } from 'kysely'
import type { Fence } from '../../src/core/fence'
import { parse } from '../../src/core/grammar/parse'
import { may } from '../../src/core/request/permission'
import type { Adoption, Host, StepResult } from '../../src/core/ports/host'
import type { Clock } from '../../src/core/ports/clock'
import type { Request } from '../../src/core/request/request'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { openStore, type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { selfOf } from '../../src/store/self'
import { adoptHost } from '../../src/work/commands/adopt'
import type { Context } from '../../src/work/context/context'
import { refreshHost } from '../../src/work/readings/reading'
import { respond } from '../../src/work/commands/respond'
import { runRequest } from '../../src/work/operation/run'
import { textOf } from '../core/answers/reading'
import { fakeClock } from '../fakes/clock'
import { aFence, ofNobody } from '../fakes/fence'
import { useTempDirs } from '../fakes/temp'
import { jonas, maya, priya, startLine } from './line'
import { ADMIN, asked, assign, botOver, CHANNEL, decided, fleetOf, stored } from './operations/bot'

const tempDir = useTempDirs()
const GOES_ON = new AbortController().signal

interface Bot {
  readonly store: Store
  readonly context: Context
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
  const context = botOver(store.db, { ...fleet, hosts: fleet.hosts.map(listening) }, clock)
  const bot = { store, context, dir, fences }
  bots.push(bot)
  return bot
}

/** Has claimed so often before. */
const hasClaimed = (bot: Bot, times: number) =>
  sql`insert into counters values ('fence', ${times})`.execute(bot.store.db)

const approved = async ({ context }: Bot, gpu: string, vm: string): Promise<string> => {
  const { id } = await asked(context, assign(gpu, vm, { shutdown: true }))
  await decided(context, id)
  return id
}
const goesOn = async ({ store, context }: Bot, id: string): Promise<Request> => {
  await runRequest(context, await stored(store.db, id), GOES_ON)
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

    await expect(asked(after.context, assign('hv01/gpu1', 'train-02', { shutdown: true }))).rejects.toThrow(
      `hv01 takes the orders of another bot, ${await selfOf(before.store.db)}`,
    )
  })
})

describe('a bot whose own name cannot be read', () => {
  it('draws another: its hosts are not free to anybody, and take no order until they are adopted', async () => {
    const bot = await aBot()
    await carriesOut(bot, 'hv01/gpu0', 'train-01')
    const before = fenceNow()
    for (const host of bot.context.hosts.values()) await refreshHost(bot.context, host)
    expect(await says(bot, 'list --free')).toContain('hv01/gpu1')
    await sql`update self set bot = 'damaged'`.execute(bot.store.db)

    expect(await says(bot, 'list --free')).not.toContain('hv01/gpu1')

    expect(await selfOf(bot.store.db)).not.toBe(before.bot)
    const { rows } = await sql`select what from aside`.execute(bot.store.db)
    expect(rows).toEqual([{ what: 'the name of this bot, by which hosts know it' }])
    await expect(asked(bot.context, assign('hv01/gpu1', 'train-02', { shutdown: true }))).rejects.toThrow(
      'takes the orders of another bot',
    )
    expect(fenceNow()).toEqual(before)
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
    await expect(asked(bot.context, assign('hv01/gpu1', 'train-02', { shutdown: true }))).rejects.toThrow(
      /older than this bot.*Register-GpuChatOps\.ps1/s,
    )
    expect(bot.fences).toEqual([])

    fleet.world.setProtocol('hv01', 2)
    await asked(bot.context, assign('hv01/gpu1', 'train-02', { shutdown: true }))

    expect(await goesOn(bot, id)).toMatchObject({ state: 'succeeded' })
  })

  it('keeps what has begun open and locked, until it is upgraded', async () => {
    const bot = await aBot()
    const id = await approved(bot, 'hv01/gpu0', 'train-01')
    const stopping = new AbortController()
    fleet.world.onStep(({ when }) => {
      if (when === 'after') stopping.abort()
    })
    await runRequest(bot.context, await stored(bot.store.db, id), stopping.signal)
    const given = bot.fences.length
    fleet.world.setProtocol('hv01', 1)

    expect(await goesOn(bot, id)).toMatchObject({ state: 'running' })
    expect(bot.fences).toHaveLength(given)
    const locks = await sql`select host from locks`.execute(bot.store.db)
    expect(locks.rows).toEqual([{ host: 'hv01' }])

    fleet.world.setProtocol('hv01', 2)
    await bot.context.hosts.get(fleet.hosts[0]!.name)?.inventory()
    await asked(bot.context, assign('hv01/gpu1', 'train-02', { shutdown: true }))
    expect(await goesOn(bot, id)).toMatchObject({ state: 'succeeded' })
  })
})

/** A new store for a host that obeys another one, with what an administrator is answered. */
const takenOver = async () => {
  const before = await aBot()
  await hasClaimed(before, 300)
  await carriesOut(before, 'hv01/gpu0', 'train-01')
  const after = await aBot()
  for (const host of after.context.hosts.values()) await refreshHost(after.context, host)
  return { before, after, from: await selfOf(before.store.db) }
}
const says = async ({ context, store }: Bot, text: string): Promise<string> => {
  const read = parse(text)
  if (!read.ok) throw new Error(read.refusals.map(({ reason }) => reason).join())
  const caller = { account: ADMIN, name: 'Admin', channel: CHANNEL, back: CHANNEL }
  const effect = await respond(context, read.value, caller)
  const notice = await store.db.transaction().execute((tx) => effect(tx))
  return notice ? textOf(notice) : ''
}
const TEN_MINUTES = 10 * 60_000

describe('adopting a host', () => {
  it('makes it the host of this bot, whose first order there is obeyed, and whose other hosts stay as they are', async () => {
    const { before, after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)

    expect(await says(after, `adopt hv01 from ${from}`)).toBe('')

    expect(fenceNow()).toMatchObject({ bot: await selfOf(after.store.db), number: 302 })
    expect(fleet.world.fence('hv02')).toEqual(ofNobody(0))
    expect(await carriesOut(after, 'hv01/gpu1', 'train-02')).toMatchObject({ state: 'succeeded' })
    expect(after.fences.every(({ number }) => number === 303)).toBe(true)
    expect(await says(before, 'show hv01')).not.toContain('Takes no orders')
    for (const host of before.context.hosts.values()) await refreshHost(before.context, host)
    expect(await says(before, 'show hv01')).toContain(`adopt hv01 from ${await selfOf(after.store.db)}`)
  })

  it('is in the history of the host, once', async () => {
    const { after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)
    expect(await says(after, 'history hv01')).not.toContain('taken over')

    await says(after, `adopt hv01 from ${from}`)

    expect((await says(after, 'history hv01')).split('hv01 taken over from')).toHaveLength(2)
    expect(await says(after, 'history hv02')).not.toContain('taken over')
    expect(await says(after, `adopt hv01 from ${from}`)).toContain('takes the orders of this bot already')
    expect((await says(after, 'history')).split(`taken over from ${from} by`)).toHaveLength(2)
  })

  it('is refused within ten minutes of an order of the other bot, and leaves no trace', async () => {
    const { after, from } = await takenOver()

    expect(await says(after, `adopt hv01 from ${from}`)).toContain('in the last ten minutes')

    expect(fenceNow()).toMatchObject({ bot: from })
    expect(await says(after, 'history hv01')).not.toContain('taken over')
  })

  it('is refused while the other bot is at work there', async () => {
    const { before, after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)
    const hv01 = fleet.hosts.find(({ name }) => name === 'hv01')!
    const fence = aFence(900, await selfOf(after.store.db))
    const answers: Promise<StepResult>[] = []
    fleet.world.onStep(() => void answers.push(hv01.adopt({ from, fence })))
    expect(await carriesOut(before, 'hv01/gpu1', 'train-02')).toMatchObject({ state: 'succeeded' })

    const codes = (await Promise.all(answers)).map((each) =>
      each.kind === 'refused' ? each.code : each.kind,
    )
    expect(codes.length).toBeGreaterThan(5)
    expect(new Set(codes)).toEqual(new Set(['Busy']))
    expect(fenceNow()).toMatchObject({ bot: from })
  })

  it('is refused from a bot that the host does not obey, and where it obeys none', async () => {
    const { after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)

    expect(await says(after, 'adopt hv01 from bot-00000000000b')).toContain(
      `hv01 takes the orders of ${from}, and not of bot-00000000000b`,
    )
    expect(await says(after, `adopt hv02 from ${from}`)).toContain('no bot in particular yet')
    expect(await says(after, `adopt hv09 from ${from}`)).toContain('hv09')
  })

  it('is brought to its end when a crash came after the host had done it', async () => {
    const { after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)
    const caller = { account: ADMIN, name: 'Admin', channel: CHANNEL, back: CHANNEL }
    await adoptHost(after.context, { host: 'hv01', from }, caller)
    expect(fenceNow()).toMatchObject({ bot: await selfOf(after.store.db) })
    expect(await says(after, 'history hv01')).not.toContain('taken over')

    expect(await says(after, `adopt hv01 from ${from}`)).toBe('')

    expect(await says(after, 'history hv01')).toContain(`taken over from ${from}`)
  })

  it('is found done where the line broke before the host could say so', async () => {
    const { after, from } = await takenOver()
    await clock.sleep(TEN_MINUTES)
    const hosts = new Map(
      [...after.context.hosts].map(([name, host]) => [
        name,
        {
          ...host,
          adopt: async (adoption: Adoption): Promise<StepResult> => {
            await host.adopt(adoption)
            return { kind: 'unknown', why: 'the line broke' }
          },
        },
      ]),
    )

    expect(await says({ ...after, context: { ...after.context, hosts } }, `adopt hv01 from ${from}`)).toBe('')
    expect(await says(after, 'history hv01')).toContain('taken over')
  })

  it('believes nobody to hold a GPU there, and ends what was lent', async () => {
    const line = await startLine()
    try {
      await line.says(maya, 'assign hv01/gpu0 to train-01 for 8h')
      await line.says(jonas, 'approve R-1')
      await line.goesOn()
      line.world.claim('hv01', aFence(900))
      expect(await line.says(maya, 'list --mine')).toContain('hv01/gpu0')
      await line.passes(TEN_MINUTES)
      await line.goesOn()

      expect(await line.says(priya, 'adopt hv01 from bot-00000000000a')).toBe('')

      expect(await line.says(maya, 'list --mine')).not.toContain('hv01/gpu0')
      expect((await line.told(maya)).join()).toContain('hv01 was taken over from another bot')
      expect(await line.says(maya, 'reconcile hv01')).not.toContain('R-1')
    } finally {
      await line.end()
    }
  })

  it('is for administrators', async () => {
    const line = await startLine()
    try {
      const policy = line.context.policy.inForce()
      expect(may(policy, maya, 'adopt')).toBe(false)
      expect(may(policy, priya, 'adopt')).toBe(true)
    } finally {
      await line.end()
    }
  })
})

describe('a host that turns to another bot', () => {
  it('is told once it has lasted, to administrators by name, and again when it is over', async () => {
    const bot = await aBot()
    const context = { ...bot.context, requestsChannels: [CHANNEL] }
    const host = [...context.hosts.values()].find(({ name }) => name === 'hv01')!
    const read = async (seconds: number): Promise<string[]> => {
      await clock.sleep(seconds * 1_000)
      await refreshHost(context, host)
      const { posts } = await duePosts(bot.store.db, clock.now(), { limit: 20 })
      return posts.map(({ notice }) => textOf(notice))
    }
    const ours = await selfOf(bot.store.db)
    expect(await read(0)).toEqual([])

    fleet.world.claim('hv01', aFence(900))
    expect(await read(1)).toEqual([])
    const told = await read(31)
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(`^For @${ADMIN}\\nhv01 takes the orders of another bot, bot-.*\\n.*adopt hv01 from bot-`),
      ),
    ])
    expect(await read(600)).toEqual(told)

    fleet.world.claim('hv01', { ...aFence(901), bot: ours })
    await read(1)
    expect(await read(3_600)).toEqual([...told, 'hv01 takes the orders of this bot again.'])
  })
})
