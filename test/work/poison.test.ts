/** One row that cannot be read stops nobody, and makes no GPU look free. */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { asideOn, hostName, locationPath } from '../../src/core/inventory/inventory'
import { acceptedAt } from '../../src/store/acceptances'
import { asides } from '../../src/store/aside'
import { hostViews } from '../../src/store/fleet'
import { openDeliveries } from '../../src/store/inbox'
import { duePosts } from '../../src/store/outbox'
import { samplesOf } from '../../src/store/samples'
import type { Source } from '../../src/store/sources'
import { append } from '../../src/store/journal'
import { dueLeases } from '../../src/store/leases'
import { sweep } from '../../src/store/sweep'
import { tellOfAsides } from '../../src/work/sweeps/aside'
import { lastTelling } from '../../src/store/tellings'
import { wholeOf } from '../../src/store/whole'
import type { Line } from './line'
import { jonas, maya, priya } from './line'
import { POISONS, poisonIn, richLine, SOURCES, type Poison } from './poison'

/** The GPUs that the newest row of these tables may be about; of the others none is. */
const ABOUT: { readonly [S in Source]?: readonly string[] } = {
  requests: ['hv01/gpu2', 'hv01/gpu0'],
  journal: ['hv01/gpu2', 'hv01/gpu0'],
  locks: ['hv01/gpu2', 'hv01/gpu0'],
  baselines: ['hv01/gpu0', 'hv01/gpu1'],
  leases: ['hv01/gpu0'],
  queue: ['hv01/gpu1'],
  pauses: ['hv01/gpu0', 'hv01/gpu1', 'hv02/gpu2'],
  failing: ['hv02/gpu1'],
}

const counts = { rows: 0, aside: 0, blocked: 0, stopped: 0, free: 0 }
afterAll(() => {
  const { rows, aside, blocked, stopped, free } = counts
  process.stdout.write(
    `poison: ${rows} rows, ${aside} set aside, ${blocked} blocked, ${stopped} stopped, ${free} taken for free\n`,
  )
})

let line: Line
afterEach(() => line.end())

/** Everything that a worker reads, and what people look at. */
const everybodyGoesOn = async (): Promise<void> => {
  const { db, context } = line
  await line.goesOn()
  for (const text of [
    'list',
    'requests --all',
    'show hv01',
    'queue',
    'history',
    'watch',
    'reconcile',
    'show R-1',
  ])
    await line.says(maya, text)
  await openDeliveries(db, 10)
  await duePosts(db, Number.MAX_SAFE_INTEGER, { limit: 1_000 })
  await db.transaction().execute((tx) => lastTelling(tx, 'slack C1', 'R-1'))
  await samplesOf(db, { host: 'hv01', vm: 'v', since: 0 })
  await tellOfAsides(context)
}

const viewOf = async (gpu: string) => {
  const [host = '', slot] = gpu.split('/')
  const [view] = await hostViews(line.db, [hostName.parse(host)])
  const device = view?.facts?.gpus.find((each) => each.slot === slot)
  if (!view || !device) throw new Error(`no ${gpu}`)
  return { view, path: locationPath.parse(device.locationPath) }
}
const isBlocked = async (gpu: string): Promise<boolean> => {
  const { view, path } = await viewOf(gpu)
  return asideOn(view, { locationPath: path }) !== undefined
}

const poisonedLine = async (source: Source, poison: Poison): Promise<Record<string, unknown>> => {
  line = await richLine()
  const row = await poisonIn(line.db, source, poison)
  await line.restarts()
  await sweep(line.db, line.clock.now())
  return row
}

const all = SOURCES.flatMap((source) => POISONS.map((poison) => [source, poison] as const))

describe.each(all)('a row of %s that is %s', (source, poison) => {
  it('is set aside as it is, blocks what it may be about, and stops nobody', async () => {
    counts.rows += 1
    const row = await poisonedLine(source, poison)

    await everybodyGoesOn().catch((error: unknown) => {
      counts.stopped += 1
      throw error
    })

    const { rows } = await sql<{ whole: string }>`select whole from aside where source = ${source}`.execute(
      line.db,
    )
    expect(rows.map(({ whole }) => whole)).toEqual([wholeOf(row)])
    counts.aside += 1
    for (const gpu of ABOUT[source] ?? []) {
      const blocked = await isBlocked(gpu)
      if (blocked) counts.blocked += 1
      const free = (await line.says(maya, 'list --free')).includes(gpu)
      if (free || !blocked) counts.free += 1
      expect({ gpu, blocked, free }).toEqual({ gpu, blocked: true, free: false })
    }
    if (!ABOUT[source]) expect(await isBlocked('hv01/gpu0')).toBe(false)
  })
})

describe('what cannot be read', () => {
  it('is told to administrators once, with what it blocks', async () => {
    await poisonedLine('leases', 'damaged')
    const { posts } = await telling()

    expect(posts.filter(({ notice }) => notice.summary.includes('cannot be read'))).toHaveLength(1)
    expect(JSON.stringify(posts)).toContain('S-1 lease R-1, blocks a GPU of hv01')
  })

  it('is told once there is a channel for it, however long that takes', async () => {
    await poisonedLine('leases', 'damaged')
    await tellOfAsides(line.context)
    expect((await line.posted()).filter((text) => text.includes('cannot be read'))).toEqual([])

    const { posts } = await telling()

    expect(posts.filter(({ notice }) => notice.summary.includes('cannot be read'))).toHaveLength(1)
  })

  it('keeps what it may be about from being asked for, offered and moved, and says why', async () => {
    await poisonedLine('leases', 'of a newer kind')

    expect(await line.says(maya, 'release hv01/gpu0 --shutdown')).toContain(
      'hv01/gpu0 is blocked: lease R-1 cannot be read (S-1)',
    )
    expect(await line.says(maya, 'list')).toContain('(blocked, S-1)')
  })

  it('is read again by a start that knows it, and blocks nothing then', async () => {
    line = await richLine()
    const { rows } = await sql<{ body: string }>`select body from leases`.execute(line.db)
    await poisonIn(line.db, 'leases', 'of a newer kind')
    await sweep(line.db, 0)
    expect(await asides(line.db)).toHaveLength(1)
    await sql`update aside set whole = json_set(whole, '$.body', ${rows[0]?.body})`.execute(line.db)

    await sweep(line.db, 0)

    expect(await asides(line.db)).toEqual([])
    expect((await sql<{ body: string }>`select body from leases`.execute(line.db)).rows).toEqual(rows)
  })

  it('is settled by an administrator alone, and kept all the same', async () => {
    await poisonedLine('baselines', 'too long')

    expect(await line.says(maya, 'show S-1')).not.toContain('automaticStopAction')
    expect(await line.says(priya, 'show s-1')).toContain('automaticStopAction')
    await line.says(priya, 'resolve S-1')

    expect(await isBlocked('hv01/gpu0')).toBe(false)
    expect((await sql`select * from aside`.execute(line.db)).rows).toHaveLength(1)
    expect(await line.says(priya, 'resolve S-1')).toContain('or it was settled')
  })

  it.each<[string, 'requests' | 'leases' | 'queue', string, string[]]>([
    ['the state of a request', 'requests', `state = 'parked' where id = 'R-2'`, ['hv01/gpu2']],
    ['the host of a request', 'requests', `host = 'hv02' where id = 'R-2'`, ['hv01/gpu2', 'hv02/gpu2']],
    ['the state of a lease', 'leases', `state = 'lent'`, ['hv01/gpu0']],
    ['the end of a lease', 'leases', `ended_at = 'so on'`, ['hv01/gpu0']],
    ['an end of a lease that it does not have', 'leases', `ended_at = 7`, ['hv01/gpu0']],
    ['the host of a lease', 'leases', `host = 'hv02'`, ['hv01/gpu0']],
    ['the GPU of a lease', 'leases', `gpu = 'PCIROOT(7)'`, ['hv01/gpu0']],
    ['the state of a place', 'queue', `state = 'on hold'`, ['hv01/gpu1']],
  ])('was found by a column alone, %s: its GPU is free to nobody', async (_what, table, change, gpus) => {
    line = await richLine()
    await sql`update ${sql.table(table)} set ${sql.raw(change)}`.execute(line.db)
    await line.restarts()
    await sweep(line.db, line.clock.now())
    await line.goesOn()

    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from aside where source = ${table}`.execute(line.db)
    expect(rows).toEqual([{ n: 1 }])
    for (const gpu of gpus) expect({ gpu, isBlocked: await isBlocked(gpu) }).toEqual({ gpu, isBlocked: true })
    for (const gpu of gpus) expect(await line.says(maya, 'list --free')).not.toContain(gpu)
  })

  it('was a time alone: what is due by it is due now, and nothing is lost', async () => {
    line = await richLine()
    await sql`update leases set due_at = 'so on'`.execute(line.db)
    await sql`update outbox set due_at = 'so on', shown = 'so on'`.execute(line.db)
    await sweep(line.db, line.clock.now())

    const { rows } = await sql`
      select due_at from leases where typeof(due_at) <> 'integer' union all
      select due_at from outbox where typeof(due_at) <> 'integer' or wanted <= shown`.execute(line.db)
    expect(rows).toEqual([])
    expect((await dueLeases(line.db, line.clock.now())).map(({ id }) => id)).toEqual(['R-1'])
  })

  it('was something that a person asked for, by when it was done: it is not done again', async () => {
    line = await richLine()
    await sql`update deliveries set done_at = 'so on' where id = 'd1'`.execute(line.db)
    await sweep(line.db, 0)

    expect((await asides(line.db)).map(({ what }) => what)).toEqual(['something that a person asked for'])
  })

  it('was a request: what others did is in the history all the same', async () => {
    line = await richLine()
    await poisonIn(line.db, 'requests', 'damaged')

    const said = await line.says(maya, 'history')

    expect(said).toContain('R-1 done: assign hv01/gpu0')
    expect(said).toContain('R-2 began to something that cannot be read')
  })

  it('was an event of a request: the others are in the history', async () => {
    line = await richLine()
    await sql`update request_events set at = 'so on' where what = 'succeed'`.execute(line.db)
    await sql`update request_events set what = 'mirror' where what = 'claim'`.execute(line.db)

    const said = await line.says(maya, 'history R-1')

    expect(said).toContain('R-1 asked to assign hv01/gpu0')
    expect(said).toContain('R-1 mirror: assign hv01/gpu0')
    expect(said).not.toContain('R-1 done')
  })

  it('is set aside once, though two look at the same time', async () => {
    line = await richLine()
    await poisonIn(line.db, 'acceptances', 'damaged')

    await Promise.all([1, 2, 3].map(() => acceptedAt(line.db)))

    expect(await asides(line.db)).toHaveLength(1)
  })

  it('was the pause of one host, or of a GPU of it: it blocks no other', async () => {
    line = await richLine()
    await line.says(priya, 'pause hv02/gpu0')
    await sql`update pauses set at = 'so on' where scope = 'hv02/gpu0'`.execute(line.db)
    await sweep(line.db, 0)

    expect(await isBlocked('hv02/gpu0')).toBe(true)
    expect(await isBlocked('hv01/gpu0')).toBe(false)
  })

  it('was an operation: its hosts are free for others once it is settled', async () => {
    await poisonedLine('requests', 'damaged')
    await line.says(maya, 'requests')
    expect(await locks()).toEqual(['hv01'])

    await line.says(priya, 'resolve S-1')

    expect(await locks()).toEqual([])
  })

  it('was a step of an operation: it needs attention, and every step may have been done', async () => {
    await poisonedLine('journal', 'damaged')

    await line.goesOn()

    expect(await line.says(jonas, 'show R-2')).toContain('its journal cannot be read')
  })

  it('was no step of an operation, but tells what cannot have been: it needs attention, too', async () => {
    line = await richLine()
    await line.db
      .transaction()
      .execute((tx) => append(tx, 'R-2', { kind: 'ended', n: 3, direction: 'do', at: 2, result: 'done' }))

    await line.goesOn()

    expect(await line.says(jonas, 'show R-2')).toContain(
      'entry 2 of its journal cannot have been: step 1 has not ended, so nobody knows which steps were done',
    )
    expect(await line.says(priya, 'retry R-2')).toContain('tells what cannot have been')
  })
})

const locks = async () =>
  (await sql<{ host: string }>`select host from locks`.execute(line.db)).rows.map(({ host }) => host)

const telling = async () => {
  const context = {
    ...line.context,
    requestsChannels: [{ kind: 'channel', chat: 'slack', channel: 'CADM' } as const],
  }
  await tellOfAsides(context)
  await tellOfAsides(context)
  return duePosts(line.db, Number.MAX_SAFE_INTEGER, { limit: 1_000 })
}
