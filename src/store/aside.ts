/** Rows that were set aside: shown to administrators, settled by them, and tried again by each start. */
import { sql, type Selectable } from 'kysely'
import type { z } from 'zod'
import { blocked, type Aside } from '../core/inventory/aside'
import type { Db, Tx } from './database'
import { attempt } from './rows'
import type { Tables } from './schema'
import { EVERY_HOST, KEYS, type Row, type Source } from './sources'
import { whole } from './whole'

/** What can read each kind of row, as this version knows them. */
export type Readers = { readonly [S in Source]: (row: Row<S>) => unknown }

/** Puts back what this version can read. What cannot be put back, since something else took its place, stays aside. */
export const rereadAside = async (db: Db, readers: Readers): Promise<void> => {
  const rows = await db.selectFrom('aside').selectAll().where('settled_at', 'is', null).execute()
  for (const { seq, source, whole: text } of rows) {
    if (!isSource(source)) continue
    const row = attempt(() => {
      const read = whole.parse(JSON.parse(text))
      readers[source](read as never)
      return read
    })
    if (row.ok) await putBack(db, { seq, source, row: row.value }).catch(() => undefined)
  }
}

const isSource = (name: string): name is Source => name in KEYS

const putBack = (
  db: Db,
  {
    seq,
    source,
    row,
  }: { readonly seq: number; readonly source: Source; readonly row: z.infer<typeof whole> },
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)))
    await sql`insert into ${sql.table(source)} (${columns}) values (${sql.join(Object.values(row))})`.execute(
      tx,
    )
    await tx.deleteFrom('aside').where('seq', '=', seq).execute()
  })

const asideOf = ({ seq, what, why, blocks, told_at }: Selectable<Tables['aside']>): Aside => {
  const read = attempt(() => blocked.parse(JSON.parse(blocks)))
  return {
    id: `S-${seq}`,
    what,
    why,
    toldAt: told_at,
    blocks: read.ok ? read.value : EVERY_HOST,
  }
}

const seqOf = (id: string): number => Number(id.slice(2))

/** All that nobody has settled, oldest first. */
export const asides = async (db: Db | Tx): Promise<Aside[]> =>
  (await db.selectFrom('aside').selectAll().where('settled_at', 'is', null).orderBy('seq').execute()).map(
    asideOf,
  )

export interface Kept extends Aside {
  /** Where it lay, the first of its key columns, and the row as it was. */
  readonly source: string
  readonly key: string
  readonly whole: string
}

/** Null where there is none of that id, or it was settled. */
export const findAside = async (db: Db | Tx, id: string): Promise<Kept | null> => {
  const row = await db
    .selectFrom('aside')
    .selectAll()
    .where('seq', '=', seqOf(id))
    .where('settled_at', 'is', null)
    .executeTakeFirst()
  return row ? { ...asideOf(row), source: row.source, key: keyOf(row), whole: row.whole } : null
}

const keyOf = ({ source, whole: text }: Selectable<Tables['aside']>): string => {
  const row = attempt(() => whole.parse(JSON.parse(text)))
  return isSource(source) && row.ok ? String(row.value[KEYS[source][0]]) : ''
}

/** The ids of what of a table was set aside, settled or not. */
export const keysAside = async (db: Db | Tx, source: Source): Promise<string[]> =>
  (await db.selectFrom('aside').selectAll().where('source', '=', source).execute()).map(keyOf)

/** It blocks nothing any more; the row stays where it is. */
export const settleAside = async (
  tx: Tx,
  { id, by, at }: { readonly id: string; readonly by: string; readonly at: number },
): Promise<void> => {
  await tx.updateTable('aside').set({ settled_by: by, settled_at: at }).where('seq', '=', seqOf(id)).execute()
}

export const markTold = async (tx: Tx, ids: readonly string[], at: number): Promise<void> => {
  await tx.updateTable('aside').set({ told_at: at }).where('seq', 'in', ids.map(seqOf)).execute()
}
