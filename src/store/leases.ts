/** Leases: compare-and-set on the version, as with requests. The database itself lets no GPU have two holders. */
import type { Outcome } from '../core/errors'
import { lease, transition, type Lease, type LeaseEvent } from '../core/lease/lease'
import { nextMoment } from '../core/lease/moments'
import type { Plan } from '../core/plan/plan'
import type { Db, Tx } from './database'
import { VersionMoved } from './requests'

const columns = (each: Lease) => ({
  version: each.version,
  state: each.state,
  due_at: nextMoment(each)?.at ?? null,
  ended_at: each.state === 'ended' ? each.endedAt : null,
  body: JSON.stringify(each),
})

/** Of a GPU that is shared each VM has its own part; a whole one has one holder. */
const partOf = (mode: Plan['mode'], each: Lease): string => (mode === 'dda' ? '' : each.vm.id)

export const insertLease = async (tx: Tx, each: Lease, { host, mode }: Pick<Plan, 'host' | 'mode'>) => {
  await tx
    .insertInto('leases')
    .values({
      ...{ id: each.id, host, gpu: each.gpu.locationPath, part: partOf(mode, each) },
      ...columns(each),
    })
    .execute()
}

/** Applies the event to the lease as it was read. The refusal is a value; nothing was written then. */
export const changeLease = async (tx: Tx, before: Lease, event: LeaseEvent): Promise<Outcome<Lease>> => {
  const next = transition(before, event)
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

const parsed = (rows: readonly { readonly body: string }[]): Lease[] =>
  rows.map(({ body }) => lease.parse(JSON.parse(body)))

export const findLease = async (db: Db | Tx, id: string): Promise<Lease | null> => {
  const row = await db.selectFrom('leases').select('body').where('id', '=', id).executeTakeFirst()
  return row ? lease.parse(JSON.parse(row.body)) : null
}

export const openLeases = async (db: Db | Tx): Promise<Lease[]> =>
  parsed(await db.selectFrom('leases').select('body').where('ended_at', 'is', null).orderBy('id').execute())

/** All that were open at some moment since then. */
export const leasesSince = async (db: Db | Tx, from: number): Promise<Lease[]> =>
  parsed(
    await db
      .selectFrom('leases')
      .select('body')
      .where((row) => row.or([row('ended_at', 'is', null), row('ended_at', '>=', from)]))
      .execute(),
  )

export const openLeasesAt = async (db: Db | Tx, host: string): Promise<Lease[]> =>
  parsed(
    await db
      .selectFrom('leases')
      .select('body')
      .where('host', '=', host)
      .where('ended_at', 'is', null)
      .execute(),
  )

export const dueLeases = async (db: Db, now: number): Promise<Lease[]> =>
  parsed(await db.selectFrom('leases').select('body').where('due_at', '<=', now).orderBy('due_at').execute())

export const leasesBeingReleased = async (db: Db): Promise<Lease[]> =>
  parsed(await db.selectFrom('leases').select('body').where('state', '=', 'releasing').execute())
