/** Opens the store in a directory: takes the directory's lock, applies migrations, and makes every commit durable. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, SqliteDialect, sql, type Transaction } from 'kysely'
import Database from 'libsql'
import { Fault } from '../core/errors'
import { MIGRATIONS, type Tables } from './schema'

export type Db = Kysely<Tables>
export type Tx = Transaction<Tables>

export interface Store {
  readonly db: Db
  close(): Promise<void>
}

/**
 * Throws Fault('store') when another process holds the directory, or when it was written by a newer version.
 * The lock is SQLite's own on a file beside the data: the system gives it back however the process ends.
 */
export const openStore = async (dir: string): Promise<Store> => {
  makeDirectory(dir)
  const lock = takeLock(dir)
  let file: Database.Database | null = null
  try {
    file = new Database(join(dir, 'gpu-chatops.db'))
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = FULL')
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) })
    await migrate(db)
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
    throw error instanceof Fault ? error : new Fault('store', `opening the store in ${dir}`, error)
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
  const lock = new Database(join(dir, 'lock.db'))
  try {
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    throw new Fault(
      'store',
      `${dir} is in use by another process of this bot; stop it, or set DATA_DIR to another directory`,
      error,
    )
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

/** The next value of a counter; never repeats, also across restarts. */
export const count = async (tx: Tx, name: 'request' | 'fence' | 'entry'): Promise<number> => {
  const row = await tx
    .insertInto('counters')
    .values({ name, value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql`counters.value + 1` }))
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value
}

/** Can the store be read? */
export const answers = async (db: Db): Promise<boolean> => {
  try {
    await sql`select 1`.execute(db)
    return true
  } catch {
    return false
  }
}
