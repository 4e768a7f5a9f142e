/** How things are and what was told of them, over restarts. */
import type { Condition } from '../core/news/condition'
import type { Db, Tx } from './database'

export const conditionOf = async (tx: Tx, name: string): Promise<Condition | null> => {
  const row = await tx.selectFrom('conditions').selectAll().where('name', '=', name).executeTakeFirst()
  return row ? read(row) : null
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
export const conditions = async (db: Db | Tx): Promise<ReadonlyMap<string, Condition>> => {
  const rows = await db.selectFrom('conditions').selectAll().orderBy('name').execute()
  return new Map(rows.map((row) => [row.name, read(row)]))
}

const read = (row: {
  readonly is: string
  readonly since: number
  readonly told: string
  readonly told_since: number
  readonly told_at: number | null
  readonly tellings: number
}): Condition => ({
  ...{ is: row.is, since: row.since, told: row.told, tellings: row.tellings },
  ...{ toldSince: row.told_since, toldAt: row.told_at },
})
