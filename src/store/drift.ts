/** How hosts stood when their changes were told last, and what others than the bot changed on them. */
import { z } from 'zod'
import { change, changeKey, changedNames, type FactChange } from '../core/drift/change'
import { factSnapshot, type FactSnapshot } from '../core/drift/snapshot'
import type { Db, Tx } from './database'
import { readRow, readRows, written, type Row } from './rows'
import { within } from './text'

export interface KeptStanding {
  readonly version: number
  readonly standing: FactSnapshot
}

/** Null for a host that was never read. */
export const keptStanding = async (db: Db | Tx, host: string): Promise<KeptStanding | null> => {
  const row = await db.selectFrom('standings').selectAll().where('host', '=', host).executeTakeFirst()
  return readRow(db, 'standings', row, readStanding)
}

export const readStanding = ({ version, body }: Row<'standings'>): KeptStanding => ({
  version: z.int().parse(version),
  standing: factSnapshot.parse(JSON.parse(body)),
})

/** Grows with every operation of the bot that ended there; null for a host that was never read. */
export const standingVersion = async (db: Db | Tx, host: string): Promise<number | null> =>
  (await db.selectFrom('standings').select('version').where('host', '=', host).executeTakeFirst())?.version ??
  null

export const saveStanding = async (tx: Tx, host: string, kept: KeptStanding): Promise<void> => {
  const row = { version: kept.version, body: written(factSnapshot, kept.standing) }
  await tx
    .insertInto('standings')
    .values({ host, ...row })
    .onConflict((conflict) => conflict.column('host').doUpdateSet(row))
    .execute()
}

export const recordDrift = async (
  tx: Tx,
  host: string,
  changes: readonly FactChange[],
  at: number,
): Promise<void> => {
  for (const each of changes)
    await tx
      .insertInto('drift')
      .values({ host, key: changeKey(each), body: written(change, each), at })
      .execute()
}

/** How often this very change of the host was told since then. */
export const timesTold = async (
  tx: Tx,
  told: { readonly host: string; readonly change: FactChange; readonly since: number },
): Promise<number> => {
  const row = await tx
    .selectFrom('drift')
    .select((each) => each.fn.countAll<number>().as('times'))
    .where('host', '=', told.host)
    .where('key', '=', changeKey(told.change))
    .where('at', '>', told.since)
    .executeTakeFirstOrThrow()
  return row.times
}

export interface DriftRow {
  readonly at: number
  readonly host: string
  readonly change: FactChange
}

/** Newest first. `about`: only what concerns a GPU, a VM or a host that is called one of these, in any case. */
export const driftHistory = async (
  db: Db,
  { limit, about }: { readonly limit: number; readonly about: readonly string[] | null },
): Promise<DriftRow[]> => {
  const rows = await db
    .selectFrom('drift')
    .selectAll()
    .$if(about !== null, (query) =>
      query.where((row) =>
        row.or(
          (about ?? []).flatMap((name) => [within(row.ref('body'), name), within(row.ref('host'), name)]),
        ),
      ),
    )
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return (await readRows(db, 'drift', rows, readDrift)).filter(
    ({ host, change: each }) =>
      about === null || [host, ...changedNames(each)].some((name) => about.includes(name.toLowerCase())),
  )
}

export const readDrift = ({ at, host, body }: Row<'drift'>): DriftRow => ({
  ...z.object({ at: z.number(), host: z.string() }).parse({ at, host }),
  change: change.parse(JSON.parse(body)),
})
