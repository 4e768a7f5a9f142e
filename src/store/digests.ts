/** Who gets a digest every day, at what time, and when next. */
import { z } from 'zod'
import { timeZone, type TimeZone } from '../core/time/zone'
import { address } from '../core/ports/address'
import type { Db, Tx } from './database'
import { readRow, readRows, written, type Row } from './rows'
import { readWatcher, type Watcher } from './subscriptions'

export interface Digest extends Watcher {
  /** Such as `09:00`, on the clocks of the zone. */
  readonly time: string
  readonly zone: TimeZone
  readonly nextAt: number
}

/** One a place: a new one takes the place of the old. */
export const saveDigest = async (tx: Tx, { key, to, reader, time, zone, nextAt }: Digest): Promise<void> => {
  const row = {
    address: written(address, to),
    account: reader.of === 'person' ? reader.account : null,
    time,
    zone,
    next_at: nextAt,
  }
  await tx
    .insertInto('digests')
    .values({ place: key, ...row })
    .onConflict((conflict) => conflict.column('place').doUpdateSet(row))
    .execute()
}

export const digestAt = async (tx: Tx, key: string): Promise<Digest | null> => {
  const row = await tx.selectFrom('digests').selectAll().where('place', '=', key).executeTakeFirst()
  return readRow(tx, 'digests', row, readDigest)
}

/** False when there was none. */
export const endDigest = async (tx: Tx, key: string): Promise<boolean> => {
  const done = await tx.deleteFrom('digests').where('place', '=', key).executeTakeFirst()
  return done.numDeletedRows > 0n
}

export const dueDigests = async (db: Db | Tx, now: number): Promise<Digest[]> => {
  const rows = await db
    .selectFrom('digests')
    .selectAll()
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .execute()
  return readRows(db, 'digests', rows, readDigest)
}

export const readDigest = ({ time, zone, next_at, ...row }: Row<'digests'>): Digest => ({
  ...readWatcher(row),
  time: z.string().parse(time),
  zone: timeZone.parse(zone),
  nextAt: z.number().parse(next_at),
})
