/** What became of requests, found by the names that it is about: an index, since to look for them takes longer year by year. */
import { z } from 'zod'
import type { Db, Tx } from './database'

/** Accounts are in one workspace and one tenant, and people name them without these. */
const mentioned = (name: string): string => name.toLowerCase().replace(/^\w+:[^/]*\//, '')

/** `names`: of what the event is about, and of who did it. */
export const mention = async (tx: Tx, event: number, names: readonly string[]): Promise<void> => {
  const each = [...new Set(names.map(mentioned))]
  await tx
    .insertInto('mentions')
    .values(each.map((name) => ({ name, event })))
    .execute()
}

/** The newest, name by name: a name that nobody mentions costs no more than one that everything mentions. */
const eventsOf = async (db: Db, names: readonly string[], limit: number): Promise<number[]> => {
  const found = await Promise.all(
    names.map((name) =>
      db
        .selectFrom('mentions')
        .select('event')
        .where('name', '=', mentioned(name))
        .orderBy('event', 'desc')
        .limit(limit)
        .execute(),
    ),
  )
  return found.flat().map(({ event }) => event)
}

/** What became of a request, by whom and when. */
export interface PastEvent {
  readonly at: number
  readonly by: string | null
  /** A kind of change; one that is not known is of a newer version. */
  readonly what: string
  /** The id of the request. */
  readonly of: string
}

/** Newest first. `mentioning`: only events by or about one of these, in any case. One that cannot be read is left out. */
export const history = async (
  db: Db,
  { limit, mentioning }: { readonly limit: number; readonly mentioning: readonly string[] | null },
): Promise<PastEvent[]> => {
  const events = mentioning && (await eventsOf(db, mentioning, limit))
  const rows = await db
    .selectFrom('request_events')
    .select(['at', 'by', 'what', 'request_id as of'])
    .$if(events !== null, (query) => query.where('seq', 'in', events ?? []))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.filter((row) => pastEvent.safeParse(row).success)
}
const pastEvent = z.object({
  at: z.int(),
  by: z.string().nullable(),
  what: z.string(),
  of: z.string(),
})
