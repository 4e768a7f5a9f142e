import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { Fault } from '../../src/core/errors'
import { vmId } from '../../src/core/inventory/inventory'
import { openStore, tryWriting, type Store, type Tx } from '../../src/store/database'
import { baselinesOf, isPaused, pause, resume, saveBaselines } from '../../src/store/fleet'
import { ALL_HOSTS } from '../../src/store/sources'
import { append, entriesOf, lockHosts } from '../../src/store/journal'
import { openDeliveries, openInbox } from '../../src/store/inbox'
import { duePosts, post } from '../../src/store/outbox'
import { history } from '../../src/store/history'
import { findRequest, insertRequest, nextRequestId } from '../../src/store/requests'
import { asides } from '../../src/store/aside'
import { MIGRATIONS } from '../../src/store/migrations/migrations'
import { fakeClock } from '../fakes/clock'
import { useTempDirs } from '../fakes/temp'
import { CHANNEL, aDelivery, aNotice, aRequest } from './rows'

const tempDir = useTempDirs()
const faultOf = (opening: Promise<Store>): Promise<unknown> =>
  opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof Fault ? error.code : error),
  )
const versionOf = async ({ db }: Store): Promise<number | undefined> =>
  (await sql<{ user_version: number }>`pragma user_version`.execute(db)).rows[0]?.user_version

describe("the data directory's lock", () => {
  it('refuses whoever comes second, and lets them in afterwards', async () => {
    const dir = tempDir()
    const first = await openStore(dir)

    const second = await faultOf(openStore(dir))
    await first.close()

    expect(second).toBe('store')
    await (await openStore(dir)).close()
  })

  it('keeps another process out', async () => {
    const dir = tempDir()
    const store = await openStore(dir)

    const script = `new (require('libsql'))(process.argv[1]).exec('begin exclusive')`
    const other = spawnSync(process.execPath, ['-e', script, join(dir, 'lock.db')], { encoding: 'utf8' })
    await store.close()

    expect(other.status).not.toBe(0)
    expect(other.stderr).toMatch(/locked/)
  })
})

describe('a data directory that cannot be one', () => {
  it('is refused with what to set', async () => {
    const file = join(tempDir(), 'file')
    writeFileSync(file, '')

    await expect(openStore(file)).rejects.toThrow('set DATA_DIR to another one')
  })

  it('as nothing can be written there is refused with what to set', async () => {
    const dir = tempDir()
    // What an account finds that may not write: no file of this name can be opened for writing, by whomever.
    mkdirSync(join(dir, 'lock.db'))

    const opening = openStore(dir)

    await expect(opening).rejects.toMatchObject({ name: 'Fault', code: 'store' })
    await expect(opening).rejects.toThrow(/cannot be written\. .* or set DATA_DIR to another directory/)
  })
})

/** The directory of a store that is closed, and the path of its file. */
const closedStore = async () => {
  const dir = tempDir()
  const store = await openStore(dir)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  await store.close()
  return { dir, path: join(dir, 'gpu-chatops.db') }
}
const damaged = (path: string, damage: (bytes: Buffer) => Buffer): void =>
  writeFileSync(path, damage(readFileSync(path)))
const PAGE = 4096

describe('a file that is damaged', () => {
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['in the middle', (bytes) => bytes.fill(0x55, 2 * PAGE, 4 * PAGE)],
    ['at its end', (bytes) => bytes.subarray(0, 3 * PAGE)],
    ['at its beginning', (bytes) => bytes.fill(0, 0, 100)],
  ])('%s is refused with its name and what to do, and the directory is free again', async (_, damage) => {
    const { dir, path } = await closedStore()
    damaged(path, damage)

    const opening = openStore(dir)

    await expect(opening).rejects.toMatchObject({ name: 'Fault', code: 'store' })
    await expect(opening).rejects.toThrow(`${path}: it is damaged`)
    await expect(opening).rejects.toThrow(/Put a copy of the whole directory back, or move this file/)
    await expect(openStore(dir)).rejects.toThrow('it is damaged')
  })
})

describe('a disk that is full', () => {
  /** As a full disk does it, SQLite refuses every page beyond this and has rolled back by itself. */
  const full = ({ db }: Store) => sql`pragma max_page_count = 1`.execute(db)
  const ROW = { id: 'a', account: 'slack:T1/U1', body: 'x'.repeat(1_000_000), received_at: 1, done_at: null }

  it('is what a transaction fails with, and the next one is as if it had not been', async () => {
    const store = await openStore(tempDir())
    await full(store)
    const insert = (id: string) =>
      store.db.transaction().execute((tx) =>
        tx
          .insertInto('deliveries')
          .values({ ...ROW, id })
          .execute(),
      )

    await expect(insert('a')).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await sql`pragma max_page_count = 1000000`.execute(store.db)
    await insert('b')

    const rows = await store.db.selectFrom('deliveries').select('id').execute()
    expect(rows).toEqual([{ id: 'b' }])
    await store.close()
  })
})

describe('a write that is tried', () => {
  it('comes about, again and again', async () => {
    const store = await openStore(tempDir())

    expect([await tryWriting(store.db), await tryWriting(store.db)]).toEqual([null, null])
    await store.close()
  })

  it('says that nothing can be written, and nothing more once something can', async () => {
    const store = await openStore(tempDir())
    await sql`pragma query_only = on`.execute(store.db)

    const refused = await tryWriting(store.db)
    await sql`pragma query_only = off`.execute(store.db)

    expect(refused).toMatchObject({
      reason: 'it cannot be written',
      next: expect.stringContaining('DATA_DIR'),
    })
    expect(await tryWriting(store.db)).toBeNull()
    await store.close()
  })
})

describe('migrations', () => {
  it('are applied once', async () => {
    const dir = tempDir()
    const first = await openStore(dir)
    const version = await versionOf(first)
    await first.close()

    const again = await openStore(dir)

    expect([version, await versionOf(again)]).toEqual([MIGRATIONS.length, MIGRATIONS.length])
    await again.close()
  })

  it('of a newer version are refused, and the directory is free for that version', async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    await sql.raw(`pragma user_version = ${MIGRATIONS.length + 1}`).execute(store.db)
    await store.close()

    const first = await faultOf(openStore(dir))
    const second = openStore(dir)

    expect(first).toBe('store')
    await expect(second).rejects.toThrow('newer version')
  })
})

describe('durability', () => {
  it('every commit waits for the disk', async () => {
    const store = await openStore(tempDir())

    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(store.db)
    const level = await sql<{ synchronous: number }>`pragma synchronous`.execute(store.db)

    expect([mode.rows[0]?.journal_mode, level.rows[0]?.synchronous]).toEqual(['wal', 2])
    await store.close()
  })

  it('a store that is opened again has everything', async () => {
    const dir = tempDir()
    const first = await openStore(dir)
    const request = aRequest('R-1')
    const vm = vmId.parse(request.plan.to?.id)
    await openInbox(first.db, fakeClock(), () => undefined).accept(aDelivery('a'))
    await first.db.transaction().execute(async (tx) => {
      await nextRequestId(tx)
      await insertRequest(tx, request)
      await append(tx, 'R-1', { kind: 'unwinding', at: 1, why: 'why' })
      await lockHosts(tx, ['hv01'], 'R-1')
      await post(tx, CHANNEL, aNotice('pending'), { at: 1, requestId: 'R-1' })
      await saveBaselines(tx, request.plan)
      await pause(tx, { scope: 'hv01', account: 'slack:T1/U1', at: 1, now: false })
    })
    await first.close()

    const again = await openStore(dir)
    const { db } = again

    expect(await openDeliveries(db, 10)).toEqual([aDelivery('a')])
    expect(await findRequest(db, 'R-1')).toEqual(request)
    expect(await entriesOf(db, 'R-1')).toHaveLength(1)
    expect((await duePosts(db, 1, { limit: 10 })).posts).toMatchObject([
      { requestId: 'R-1', notice: aNotice('pending') },
    ])
    expect((await baselinesOf(db, 'hv01')).get(vm)).toEqual(request.plan.baselines[0]?.after)
    expect(await isPaused(db, 'hv01')).toBe('requests')
    expect(await db.transaction().execute((tx) => lockHosts(tx, ['hv01'], 'R-2'))).toBeNull()
    expect(await db.transaction().execute(nextRequestId)).toBe('R-2')
    await again.close()
  })
})

describe('pauses', () => {
  it('of all hosts hold for each, and resuming all lifts every pause', async () => {
    const store = await openStore(tempDir())
    const { db } = store
    const paused = (scope: string) =>
      db.transaction().execute((tx) => pause(tx, { scope, account: 'slack:T1/U1', at: 1, now: false }))

    expect([await paused('hv01'), await paused('hv01'), await paused(ALL_HOSTS)]).toEqual([true, false, true])
    expect([await isPaused(db, 'hv01'), await isPaused(db, 'hv02')]).toEqual(['requests', 'requests'])
    expect(await db.transaction().execute((tx) => resume(tx, ALL_HOSTS))).toBe(true)
    expect(await isPaused(db, 'hv01')).toBe(false)
    await store.close()
  })
})

describe('requests that were written before there were quorums', () => {
  const lists = aRequest('R-1')
  const { needs, approvals, asked, ...old } = lists
  const { person, ...said } = asked
  const approval = { by: 'slack:T1/U2', at: 5, reason: 'idle' }

  it("read as approved by a quorum of one, and their decisions are people's", async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    const pending = { ...old, asked: said }
    const approved = { ...old, id: 'R-2', state: 'approved', asked: said, approval }
    await store.db.transaction().execute(async (tx) => {
      for (const { name } of await tablesOf(tx)) await sql.raw(`drop table ${name}`).execute(tx)
      for (const statement of MIGRATIONS.slice(0, BEFORE_QUORUMS).flat()) await sql.raw(statement).execute(tx)
      await sql`insert into decisions values ('R-2', 'slack:T1/U2', 'approve', 5)`.execute(tx)
      for (const [n, each] of [pending, approved].entries()) {
        await sql`insert into requests values
          (${each.id}, ${n + 1}, 1, ${each.state}, 'hv01', ${JSON.stringify(each)}, 0, 1, 2)`.execute(tx)
        await sql`insert into request_events values (null, ${each.id}, 1, 1, 'slack:T1/U1', 'asked')`.execute(
          tx,
        )
      }
      await sql.raw(`pragma user_version = ${BEFORE_QUORUMS}`).execute(tx)
    })
    await store.close()

    const reopened = await openStore(dir)
    const read = [await findRequest(reopened.db, 'R-1'), await findRequest(reopened.db, 'R-2')]
    const decisions = await reopened.db.selectFrom('decisions').selectAll().execute()
    const past = await history(reopened.db, { limit: 10, mentioning: ['train-01', 'u1'] })
    await reopened.close()

    expect(read).toEqual([
      { ...lists, asked: { ...said, person } },
      {
        ...lists,
        id: 'R-2',
        state: 'approved',
        approvals: [{ ...approval, person: approval.by, roles: ['approve'] }],
        authority: { kind: 'quorum', at: 5 },
      },
    ])
    expect(past.map(({ of }) => of)).toEqual(['R-2', 'R-1'])
    expect(read[0]?.needs).toEqual(needs)
    expect(approvals).toEqual([])
    expect(decisions).toEqual([
      { request_id: 'R-2', person: 'slack:T1/U2', account: 'slack:T1/U2', verdict: 'approve', at: 5 },
    ])
  })
})

describe('events that were written before names led to them', () => {
  it('are found by their names, and a request that cannot be read does not end the start', async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    await store.db.transaction().execute(async (tx) => {
      for (const id of ['R-1', 'R-2']) await insertRequest(tx, aRequest(id))
      await sql`update requests set body = '{' where id = 'R-2'`.execute(tx)
      await sql.raw(`drop table mentions`).execute(tx)
      for (const name of ['leases_open_host', 'outbox_waiting'])
        await sql.raw(`drop index ${name}`).execute(tx)
      await sql.raw(`pragma user_version = ${BEFORE_MENTIONS}`).execute(tx)
    })
    await store.close()

    const reopened = await openStore(dir)
    const found = await history(reopened.db, { limit: 10, mentioning: ['hv01/gpu0'] })
    const { rows } = await sql`select name from mentions where event = 2`.execute(reopened.db)
    await reopened.close()

    expect(found.map(({ of }) => of)).toEqual(['R-1'])
    expect(rows).toEqual([{ name: 'u1' }])
  })
})

describe('deliveries that were written before people took turns', () => {
  it('are read by the account that each names, and one that cannot be read does not end the start', async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    await store.db.transaction().execute(async (tx) => {
      for (const { name } of await tablesOf(tx)) await sql.raw(`drop table ${name}`).execute(tx)
      for (const statement of MIGRATIONS.slice(0, BEFORE_TURNS).flat()) await sql.raw(statement).execute(tx)
      for (const [id, body] of [
        ['d1', JSON.stringify(aDelivery('d1'))],
        ['d2', '{"from"'],
      ])
        await sql`insert into deliveries (id, body, received_at) values (${id}, ${body}, 1)`.execute(tx)
      await sql.raw(`pragma user_version = ${BEFORE_TURNS}`).execute(tx)
    })
    await store.close()

    const reopened = await openStore(dir)
    const open = await openDeliveries(reopened.db, 10)
    const aside = await asides(reopened.db)
    await reopened.close()

    expect(open).toEqual([aDelivery('d1')])
    expect(aside.map(({ what }) => what)).toEqual(['something that a person asked for'])
  })
})

const BEFORE_MENTIONS = MIGRATIONS.length - 1
const BEFORE_TURNS = 9
const BEFORE_QUORUMS = 2
const tablesOf = async (tx: Tx) =>
  (
    await sql<{
      name: string
    }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(tx)
  ).rows
