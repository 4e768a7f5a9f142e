/** Which hosts were taken over from another bot, by whom. */
import { z } from 'zod'
import { botId, type BotId } from '../core/fence'
import { hostName, type HostName } from '../core/inventory/inventory'
import type { Db, Tx } from './database'
import { readRow, readRows, type Row } from './rows'

export interface Adopted {
  readonly seq: number
  readonly host: HostName
  readonly from: BotId
  readonly by: string
  readonly at: number
  /** Null until the host has said that it is so. */
  readonly doneAt: number | null
}

/** Written before the host is asked, so that what a crash leaves half done is known. */
export const beginAdoption = async (
  db: Db,
  { host, from, by, at }: Omit<Adopted, 'seq' | 'doneAt'>,
): Promise<number> => {
  const { seq } = await db
    .insertInto('adoptions')
    .values({ host, from_bot: from, by, at, done_at: null })
    .returning('seq')
    .executeTakeFirstOrThrow()
  return seq
}

/** One that was begun and has not ended; null where there is none. */
export const openAdoption = async (
  db: Db,
  { host, from }: Pick<Adopted, 'host' | 'from'>,
): Promise<number | null> => {
  const row = await db
    .selectFrom('adoptions')
    .selectAll()
    .where('host', '=', host)
    .where('from_bot', '=', from)
    .where('done_at', 'is', null)
    .executeTakeFirst()
  return (await readRow(db, 'adoptions', row, readAdoption))?.seq ?? null
}

export const endAdoption = async (tx: Tx, seq: number, at: number): Promise<void> => {
  await tx.updateTable('adoptions').set({ done_at: at }).where('seq', '=', seq).execute()
}

/** It came to nothing. */
export const dropAdoption = async (db: Db | Tx, seq: number): Promise<void> => {
  await db.deleteFrom('adoptions').where('seq', '=', seq).execute()
}

/** Those that came about, newest first. */
export const adoptions = async (db: Db | Tx, limit: number): Promise<Adopted[]> => {
  const rows = await db
    .selectFrom('adoptions')
    .selectAll()
    .where('done_at', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return readRows(db, 'adoptions', rows, readAdoption)
}

export const readAdoption = ({ from_bot, done_at, ...row }: Row<'adoptions'>): Adopted =>
  adopted.parse({ ...row, from: from_bot, doneAt: done_at })

const time = z.number().int()
const adopted = z.object({
  seq: z.number().int(),
  host: hostName,
  from: botId,
  by: z.string().max(200),
  at: time,
  doneAt: time.nullable(),
})
