/** Opens the store in a directory: takes the directory's lock, applies migrations, and makes every commit durable. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  Kysely,
  SqliteDialect,
  sql,
  type SqliteDatabase,
  type SqliteStatement,
  type Transaction,
} from 'kysely'
import Database from 'libsql'
import { Fault } from '../core/errors'
import { MIGRATIONS } from './migrations/migrations'
import type { Tables } from './schema'
import { lockFault, refuseDamage, storeFault, troubleOf, type Trouble } from './trouble'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>

export interface Store {
  readonly db: Db
  close(): Promise<void>
}

/**
 * Throws Fault('store') when another process holds the directory, when it was written by a newer version, and when it is
 * damaged or cannot be written.
 * The lock is SQLite's own on a file beside the data: the system gives it back however the process ends.
 */
export const openStore = async (dir: string): Promise<Store> => {
  makeDirectory(dir)
  const lock = takeLock(dir)
  const path = join(dir, 'gpu-chatops.db')
  let file: Database.Database | null = null
  try {
    file = new Database(path)
    refuseDamage(file, path)
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = FULL')
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: preparedOnce(file) }) })
    await migrate(db)
    await write(db)
    return {
      db,
      close: async () => {
        await db.destroy()
        lock.close()
      },
    }
  } catch (error) {
    file?.close()
    lock.close()
    throw storeFault(path, error)
  }
}

/** Queries without end are possible, since a list is part of its text: so many are kept, then all are prepared anew. */
const KEPT = 1_000

/** Kysely prepares a query each time that it runs; preparing costs as much as running. */
const preparedOnce = (file: Database.Database): SqliteDatabase => {
  const kept = new Map<string, SqliteStatement>()
  const prepare = (query: string): SqliteStatement => {
    if (kept.size === KEPT) kept.clear()
    const statement: SqliteStatement = file.prepare(query)
    kept.set(query, statement)
    return statement
  }
  const keptOrPrepared = (query: string): SqliteStatement => kept.get(query) ?? prepare(query)
  return {
    // On a full disk SQLite rolls back by itself. To do so again would fail, and hide why.
    prepare: (query) => keptOrPrepared(query === 'rollback' && !file.inTransaction ? 'select 1' : query),
    close: () => file.close(),
  }
}

const makeDirectory = (dir: string): void => {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Fault('store', `${dir} cannot be made a directory; set DATA_DIR to another one`, error)
  }
}

const takeLock = (dir: string): Database.Database => {
  let lock: Database.Database | null = null
  try {
    lock = new Database(join(dir, 'lock.db'))
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    throw lockFault(dir, error)
  }
}

const migrate = async (db: Db): Promise<void> => {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db)
  const version = rows[0]?.user_version ?? 0
  if (version > MIGRATIONS.length)
    throw new Fault(
      'store',
      `the data was written by a newer version of this bot (schema ${version}, this one knows ${MIGRATIONS.length}); start that version`,
    )
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue
    await db.transaction().execute(async (tx) => {
      for (const statement of statements) await sql.raw(statement).execute(tx)
      await sql.raw(`pragma user_version = ${index + 1}`).execute(tx)
    })
  }
}

/** The next value of a counter, above `seen`; never repeats, also across restarts. */
export const count = async (
  tx: Tx,
  name: 'request' | 'fence' | 'entry' | 'write',
  seen = 0,
): Promise<number> => {
  const row = await tx
    .insertInto('counters')
    .values({ name, value: seen + 1 })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ value: sql`max(counters.value, ${seen}) + 1` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value
}

/** Changes nothing that anybody reads: a commit as every other, which fails as they would. */
const write = (db: Db): Promise<number> => db.transaction().execute((tx) => count(tx, 'write'))

/** Tries a durable write. Null when it came about; else what keeps the store from taking one. */
export const tryWriting = async (db: Db): Promise<Trouble | null> => {
  try {
    await write(db)
    return null
  } catch (error) {
    return (
      troubleOf(error) ?? { reason: 'it takes no write', next: 'Look at the log, and start the bot again.' }
    )
  }
}
