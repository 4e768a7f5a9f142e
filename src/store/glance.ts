/** What the doctor wants to know of a store, beside a bot that may be running on it. Nothing is written. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import type { Aside } from '../core/inventory/aside'
import type { ChatName } from '../core/ports/chat-name'
import { asides } from './aside'
import { waitingPosts } from './arrivals'
import type { Tables } from './schema'

export interface Glance {
  readonly asides: readonly Aside[]
  /** Posts that each chat has not taken in several tries. */
  readonly waiting: Readonly<Record<ChatName, number>>
}

/** Null where there is no store, or one of an older version. Throws what SQLite throws. */
export const glanceAtStore = async (dir: string): Promise<Glance | null> => {
  const path = join(dir, 'gpu-chatops.db')
  if (!existsSync(path)) return null
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(path) }) })
  try {
    await sql`pragma query_only = on`.execute(db)
    const { rows } = await sql`select 1 from sqlite_master where name = 'aside'`.execute(db)
    return rows.length === 0 ? null : { asides: await asides(db), waiting: await waitingPosts(db) }
  } finally {
    await db.destroy()
  }
}
