/** Reading rows one by one: one that cannot be read is set aside, whole, and never stops the others; see core/inventory/aside.ts. */
import { sql, type RawBuilder } from 'kysely'
import type { z } from 'zod'
import { Fault, messageOf } from '../core/errors'
import type { Db, Tx } from './database'
import { blocksOf, KEYS, WHAT, type Row, type Source } from './sources'
import { bindable, wholeOf } from './whole'

export type { Row } from './sources'

/** The JSON of a column. Throws Fault('store') for what could not be read again. */
export const written = <T>(schema: z.ZodType<T>, value: T): string => {
  const read = schema.safeParse(value)
  if (!read.success) throw new Fault('store', 'writing what could not be read again', read.error)
  return JSON.stringify(value)
}

/** What each row says, in the order given; one that cannot be read is set aside and left out. */
export const readRows = async <S extends Source, T>(
  db: Db | Tx,
  source: S,
  rows: readonly Row<S>[],
  read: (row: Row<S>) => T,
): Promise<T[]> => {
  const all: T[] = []
  for (const row of rows) {
    const said = attempt(() => read(row))
    if (said.ok) all.push(said.value)
    else await setAside(db, source, row, said.why)
  }
  return all
}

/** Null where there is no such row, or none that can be read. */
export const readRow = async <S extends Source, T>(
  db: Db | Tx,
  source: S,
  row: Row<S> | undefined,
  read: (row: Row<S>) => T,
): Promise<T | null> => (await readRows(db, source, row ? [row] : [], read))[0] ?? null

/** Rows are found by their columns: one whose columns say otherwise than its body is not what it looks like. */
export const agreeing = <T>(value: T, columns: readonly (readonly [column: unknown, said: unknown])[]): T => {
  if (columns.some(([column, said]) => column !== said))
    throw new Fault('store', 'its columns say otherwise than its body')
  return value
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

export const attempt = <T>(read: () => T): Attempt<T> => {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    return { ok: false, why: messageOf(error).slice(0, WHY_CAP) }
  }
}
const WHY_CAP = 1_000

const setAside = async <S extends Source>(
  db: Db | Tx,
  source: S,
  row: Row<S>,
  why: string,
): Promise<void> => {
  const blocks = await blocksOf(db, source, row)
  await inside(db, async (tx) => {
    const done = await sql`delete from ${sql.table(source)} where ${isRow(source, row)}`.execute(tx)
    // Somebody who read it at the same time was first.
    if (done.numAffectedRows === 0n) return
    await tx
      .insertInto('aside')
      .values({
        source,
        what: WHAT[source](row),
        why,
        blocks: JSON.stringify(blocks),
        whole: wholeOf(row),
        told_at: null,
        settled_by: null,
        settled_at: null,
      })
      .execute()
  })
}

const inside = (db: Db | Tx, work: (tx: Tx) => Promise<void>): Promise<void> =>
  db.isTransaction ? work(db as Tx) : db.transaction().execute(work)

const isRow = <S extends Source>(source: S, row: Row<S>): RawBuilder<unknown> =>
  sql.join(
    KEYS[source].map((key) => sql`${sql.ref(key)} is ${bindable(valuesOf(row)[key])}`),
    sql` and `,
  )

const valuesOf = (row: object): Readonly<Record<string, unknown>> => Object.fromEntries(Object.entries(row))
