/** The queue: compare-and-set on the version, as for requests. */
import { ENTRY_STATES } from '../core/queue/entry'
import { waiter, type Waiter } from '../core/queue/waiter'
import { count, type Db, type Tx } from './database'
import { VersionMoved } from './requests'
import { agreeing, readRow, readRows, written, type Row } from './rows'

export const nextEntryId = async (tx: Tx): Promise<string> => `Q-${await count(tx, 'entry')}`

const columns = (each: Waiter) => ({
  version: each.entry.version,
  state: each.entry.state,
  body: written(waiter, each),
})

export const insertWaiter = async (tx: Tx, each: Waiter): Promise<void> => {
  const { id } = each.entry
  await tx
    .insertInto('queue')
    .values({ id, number: Number(id.slice(2)), ...columns(each) })
    .execute()
}

export const findWaiter = async (db: Db | Tx, id: string): Promise<Waiter | null> => {
  const row = await db.selectFrom('queue').selectAll().where('id', '=', id).executeTakeFirst()
  return readRow(db, 'queue', row, readWaiter)
}

export const readWaiter = ({ id, state, body }: Row<'queue'>): Waiter => {
  const each = waiter.parse(JSON.parse(body))
  return agreeing(each, [
    [id, each.entry.id],
    [state, each.entry.state],
  ])
}

/** Those that no reader of a state would find. */
export const strayWaiters = (db: Db): Promise<Row<'queue'>[]> =>
  db.selectFrom('queue').selectAll().where('state', 'not in', ENTRY_STATES).execute()

/** All that stand in the line, oldest first. */
export const openWaiters = async (db: Db | Tx): Promise<Waiter[]> => {
  const rows = await db
    .selectFrom('queue')
    .selectAll()
    .where('state', 'in', ['waiting', 'offered'])
    .orderBy('number')
    .execute()
  return readRows(db, 'queue', rows, readWaiter)
}

/** Throws VersionMoved when somebody else changed the entry since `before` was read. */
export const saveWaiter = async (tx: Tx, before: Waiter, after: Waiter): Promise<void> => {
  const saved = await tx
    .updateTable('queue')
    .set(columns(after))
    .where('id', '=', before.entry.id)
    .where('version', '=', before.entry.version)
    .executeTakeFirst()
  if (saved.numUpdatedRows !== 1n) throw new VersionMoved(before.entry.id)
}
