/** At the start: what an older version could not read is tried again, and what a GPU may hang on is read once. */
import { OPEN_STATES } from '../core/request/request'
import { sql } from 'kysely'
import { Fault } from '../core/errors'
import { readAcceptance } from './acceptances'
import { readAdoption } from './adoptions'
import { keysAside, rereadAside, type Readers } from './aside'
import { readComment } from './comments'
import { readCondition } from './conditions'
import type { Db } from './database'
import { readDigest } from './digests'
import { readDrift, readStanding } from './drift'
import { readFailing } from './failing'
import { marks, readBaseline, readPause } from './fleet'
import { readDelivery, strayDeliveries } from './inbox'
import { readJournalRow, readLock } from './journal'
import { openLeases, readLease, strayLeases } from './leases'
import { readPost } from './outbox'
import { openWaiters, readWaiter, strayWaiters } from './queue'
import { readRequest, requestsIn, strayRequests } from './requests'
import { readRows, type Row } from './rows'
import { readSample } from './samples'
import { readSelf } from './self'
import { readSubscription } from './subscriptions'
import { readTelling } from './tellings'

const READERS: Readers = {
  deliveries: readDelivery,
  requests: readRequest,
  journal: readJournalRow,
  locks: readLock,
  outbox: readPost,
  subscriptions: readSubscription,
  digests: readDigest,
  conditions: readCondition,
  samples: readSample,
  tellings: readTelling,
  comments: readComment,
  baselines: readBaseline,
  leases: readLease,
  queue: readWaiter,
  pauses: readPause,
  failing: readFailing,
  standings: readStanding,
  drift: readDrift,
  acceptances: readAcceptance,
  self: readSelf,
  adoptions: readAdoption,
}

/** Call it before anything is worked on: what cannot be read is known then, and blocked. `now` is epoch milliseconds. */
export const sweep = async (db: Db, now: number): Promise<void> => {
  await rereadAside(db, READERS)
  await requestsIn(db, OPEN_STATES)
  await readRows(db, 'journal', await openJournal(db), readJournalRow)
  await readRows(db, 'baselines', await db.selectFrom('baselines').selectAll().execute(), readBaseline)
  await openLeases(db)
  await openWaiters(db)
  await readRows(db, 'requests', await strayRequests(db), readRequest)
  await readRows(db, 'leases', await strayLeases(db), readLease)
  await readRows(db, 'queue', await strayWaiters(db), readWaiter)
  await marks(db)
  await readRows(db, 'deliveries', await strayDeliveries(db), readDelivery)
  await sweepLocks(db)
  await mendTimes(db, now)
  await mendCounters(db, now)
}

/** Of what is at work, and what does not say whose it is. */
const openJournal = (db: Db): Promise<Row<'journal'>[]> =>
  db
    .selectFrom('journal')
    .selectAll()
    .where((row) =>
      row.or([
        row('request_id', 'not like', 'R-%'),
        row('request_id', 'in', row.selectFrom('requests').select('id').where('state', '=', 'running')),
      ]),
    )
    .execute()

/** A lock of nobody would keep its host from everybody, and say nothing. */
const sweepLocks = async (db: Db): Promise<void> => {
  const open = await db
    .selectFrom('requests')
    .select('id')
    .where('state', 'in', ['approved', 'running'])
    .execute()
  const owners = new Set([...open.map(({ id }) => id), ...(await keysAside(db, 'requests'))])
  await readRows(db, 'locks', await db.selectFrom('locks').selectAll().execute(), (row) => {
    readLock(row)
    if (!owners.has(row.request_id)) throw new Fault('store', `no request ${row.request_id} is at work`)
  })
}

/** What is due at a time that cannot be read is due now: it is looked at afresh, and a post is at worst sent once more. */
const mendTimes = async (db: Db, now: number): Promise<void> => {
  const isDamaged = (column: string) => sql<boolean>`typeof(${sql.ref(column)}) not in ('integer', 'null')`
  await db.updateTable('leases').set({ due_at: now }).where(isDamaged('due_at')).execute()
  await db.updateTable('outbox').set({ due_at: now }).where(isDamaged('due_at')).execute()
  await db.updateTable('outbox').set({ shown: 0 }).where(isDamaged('shown')).execute()
}

/** No number may come twice. Of fences nobody knows how many there were, but fewer than seconds since 1970. */
const mendCounters = async (db: Db, now: number): Promise<void> => {
  const { rows } = await sql<{ name: string }>`
    select name from counters where typeof(value) <> 'integer' or value < 1`.execute(db)
  const broken = new Set(rows.map(({ name }) => name))
  const set = async (name: string, value: number): Promise<void> => {
    if (broken.has(name)) await db.updateTable('counters').set({ value }).where('name', '=', name).execute()
  }
  await set('request', await highest(db, 'requests'))
  await set('entry', await highest(db, 'queue'))
  await set('fence', Math.floor(now / 1_000))
}

const highest = async (db: Db, table: 'requests' | 'queue'): Promise<number> => {
  const aside = await keysAside(db, table)
  const row = await db
    .selectFrom(table)
    .select((each) => each.fn.max('number').as('most'))
    .executeTakeFirst()
  return Math.max(row?.most ?? 0, ...aside.map((id) => Number(id.slice(2)) || 0))
}
