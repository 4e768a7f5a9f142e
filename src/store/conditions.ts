/** How things are and what was told of them, over restarts. */
import { z } from 'zod'
import type { Condition } from '../core/news/condition'
import type { Db, Tx } from './database'
import { readRow, readRows, type Row } from './rows'

export const conditionOf = async (tx: Tx, name: string): Promise<Condition | null> => {
  const row = await tx.selectFrom('conditions').selectAll().where('name', '=', name).executeTakeFirst()
  return readRow(tx, 'conditions', row, readCondition)
}

export const saveCondition = async (tx: Tx, name: string, each: Condition): Promise<void> => {
  const { toldSince, toldAt, ...same } = each
  const row = { ...same, told_since: toldSince, told_at: toldAt }
  await tx
    .insertInto('conditions')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute()
}

/** Those whose names begin so, but for some. */
export const forgetConditions = async (tx: Tx, prefix: string, kept: readonly string[]): Promise<void> => {
  await tx
    .deleteFrom('conditions')
    .where('name', '>=', prefix)
    .where('name', '<', `${prefix}\uffff`)
    .where('name', 'not in', ['', ...kept])
    .execute()
}

/** By name. */
export const conditions = (db: Db | Tx): Promise<ReadonlyMap<string, Condition>> => conditionsNamed(db, '')

/** Those whose names begin so, by name. */
export const conditionsNamed = async (
  db: Db | Tx,
  prefix: string,
): Promise<ReadonlyMap<string, Condition>> => {
  const rows = await db
    .selectFrom('conditions')
    .selectAll()
    .where('name', '>=', prefix)
    .where('name', '<', `${prefix}\uffff`)
    .orderBy('name')
    .execute()
  return new Map(await readRows(db, 'conditions', rows, (row) => [row.name, readCondition(row)] as const))
}

const text = z.string()
const moment = z.number()
const condition = z.object({
  name: text,
  is: text,
  since: moment,
  told: text,
  told_since: moment,
  told_at: moment.nullable(),
  tellings: z.int(),
})

export const readCondition = (row: Row<'conditions'>): Condition => {
  const { is, since, told, tellings, told_since, told_at } = condition.parse(row)
  return { is, since, told, tellings, toldSince: told_since, toldAt: told_at }
}
