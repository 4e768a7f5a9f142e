/** Leases: compare-and-set on the version, as with requests. The database itself lets no GPU have two holders. */
import { sql, type SelectQueryBuilder } from 'kysely'
import type { Outcome } from '../core/errors'
import type { LeaseEvent } from '../core/lease/event'
import type { LocationPath } from '../core/inventory/inventory'
import { lease, type Lease } from '../core/lease/lease'
import { nextLease } from '../core/lease/transition'
import { nextMoment } from '../core/lease/moments'
import type { Plan } from '../core/plan/plan'
import type { Db, Tx } from './database'
import { agreeing, readRow, readRows, written, type Row } from './rows'
import { VersionMoved } from './requests'
import type { Tables } from './schema'

const columns = (each: Lease) => ({
  version: each.version,
  state: each.state,
  due_at: nextMoment(each)?.at ?? null,
  ended_at: each.state === 'ended' ? each.endedAt : null,
  body: written(lease, each),
})

/** Of a GPU that is shared each VM has its own part; a whole one has one holder. */
const WHOLE = ''
const partOf = (mode: Plan['mode'], each: Lease): string => (mode === 'dda' ? WHOLE : each.vm.id)

export const insertLease = async (tx: Tx, each: Lease, { host, mode }: Pick<Plan, 'host' | 'mode'>) => {
  await tx
    .insertInto('leases')
    .values({
      id: each.id,
      host,
      gpu: each.gpu.locationPath,
      part: partOf(mode, each),
      ...columns(each),
    })
    .execute()
}

/** Applies the event to the lease as it was read. The refusal is a value; nothing was written then. */
export const changeLease = async (tx: Tx, before: Lease, event: LeaseEvent): Promise<Outcome<Lease>> => {
  const next = nextLease(before, event)
  if (!next.ok) return next
  const saved = await tx
    .updateTable('leases')
    .set(columns(next.value))
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .executeTakeFirst()
  if (saved.numUpdatedRows !== 1n) throw new VersionMoved(before.id)
  return next
}

/** Looks at it again at that time; nothing else changes. */
export const postpone = async (db: Db, { id, version }: Lease, until: number): Promise<void> => {
  await db
    .updateTable('leases')
    .set({ due_at: until })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute()
}

export const readLease = ({ id, state, host, gpu, ended_at, body }: Row<'leases'>): Lease => {
  const each = lease.parse(JSON.parse(body))
  return agreeing(each, [
    [id, each.id],
    [state, each.state],
    [host, each.gpu.alias.split('/')[0]],
    [gpu, each.gpu.locationPath],
    [ended_at, each.state === 'ended' ? each.endedAt : null],
  ])
}

/** Those that no reader of open ones would find, and that may be open all the same. */
export const strayLeases = (db: Db): Promise<Row<'leases'>[]> =>
  db
    .selectFrom('leases')
    .selectAll()
    .where('ended_at', 'is not', null)
    .where((row) => row.or([row('state', '!=', 'ended'), row(sql`typeof(ended_at)`, '!=', 'integer')]))
    .execute()

export const findLease = async (db: Db | Tx, id: string): Promise<Lease | null> => {
  const row = await db.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirst()
  return readRow(db, 'leases', row, readLease)
}

const all = async (
  db: Db | Tx,
  which: (
    query: SelectQueryBuilder<Tables, 'leases', Row<'leases'>>,
  ) => SelectQueryBuilder<Tables, 'leases', Row<'leases'>>,
): Promise<Lease[]> =>
  readRows(db, 'leases', await which(db.selectFrom('leases').selectAll()).execute(), readLease)

/** Of a whole GPU: the open one, else the one that ended last. */
export const newestLease = async (
  db: Db | Tx,
  { host, locationPath }: { readonly host: string; readonly locationPath: LocationPath },
): Promise<Lease | null> => {
  const own = db
    .selectFrom('leases')
    .selectAll()
    .where('host', '=', host)
    .where('gpu', '=', locationPath)
    .where('part', '=', WHOLE)
  const row =
    (await own.where('ended_at', 'is', null).executeTakeFirst()) ??
    (await own.where('ended_at', 'is not', null).orderBy('ended_at', 'desc').limit(1).executeTakeFirst())
  return readRow(db, 'leases', row, readLease)
}

export const openLeases = (db: Db | Tx): Promise<Lease[]> =>
  all(db, (query) => query.where('ended_at', 'is', null).orderBy('id'))

/** All that were open at some moment since then. */
export const leasesSince = (db: Db | Tx, from: number): Promise<Lease[]> =>
  all(db, (query) => query.where((row) => row.or([row('ended_at', 'is', null), row('ended_at', '>=', from)])))

export const openLeasesAt = (db: Db | Tx, host: string): Promise<Lease[]> =>
  all(db, (query) => query.where('host', '=', host).where('ended_at', 'is', null))

/** Of this GPU, by its alias. */
export const openLeasesOn = async (db: Db | Tx, gpu: string): Promise<Lease[]> =>
  (await openLeases(db)).filter((each) => each.gpu.alias === gpu)

export const dueLeases = (db: Db, now: number): Promise<Lease[]> =>
  all(db, (query) => query.where('due_at', '<=', now).orderBy('due_at'))

export const leasesBeingReleased = (db: Db): Promise<Lease[]> =>
  all(db, (query) => query.where('ended_at', 'is', null).where('state', '=', 'releasing'))
