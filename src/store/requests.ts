/**
 * Requests: compare-and-set on the version, one event row for each transition. Two people who press at once reach
 * `save` with the same version; the database lets one of them through, and the other reads again and is told.
 */
import type { RequestLine } from '../core/cards/lines'
import {
  request,
  REQUEST_STATES,
  type Request,
  type RequestChange,
  type RequestEvent,
  type RequestIn,
  type RequestState,
} from '../core/request/request'
import { hostPlansOf } from '../core/plan/plan'
import { nextRequest } from '../core/request/transition'
import type { Outcome } from '../core/errors'
import { count, type Db, type Tx } from './database'
import { keysAside } from './aside'
import { mention } from './history'
import { agreeing, attempt, readRow, readRows, written, type Row } from './rows'

export const nextRequestId = async (tx: Tx): Promise<string> => `R-${await count(tx, 'request')}`

const columns = (each: Request) => ({
  version: each.version,
  state: each.state,
  body: written(request, each),
  verify_due: each.state === 'succeeded' && each.verification.kind === 'due' ? 1 : 0,
})

export const insertRequest = async (tx: Tx, each: Request): Promise<void> => {
  await tx
    .insertInto('requests')
    .values({
      id: each.id,
      number: Number(each.id.slice(2)),
      host: each.plan.host,
      ...columns(each),
      asked_at: each.asked.at,
      expires_at: each.expiresAt,
    })
    .execute()
  // When the time of a lease is over, nobody asked.
  const by = each.ends?.why === 'expired' ? null : each.asked.by
  await record(tx, each, { at: each.asked.at, by, what: 'asked' })
}

export const findRequest = async (db: Db | Tx, id: string): Promise<Request | null> => {
  const row = await db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst()
  return readRow(db, 'requests', row, readRequest)
}

export const readRequest = ({ id, state, host, body }: Row<'requests'>): Request => {
  const each = request.parse(JSON.parse(body))
  return agreeing(each, [
    [id, each.id],
    [state, each.state],
    [host, each.plan.host],
  ])
}

/** Those that no reader of a state would find. */
export const strayRequests = (db: Db): Promise<Row<'requests'>[]> =>
  db.selectFrom('requests').selectAll().where('state', 'not in', REQUEST_STATES).execute()

export const requestsIn = async (db: Db | Tx, states: readonly RequestState[]): Promise<Request[]> => {
  const rows = await db
    .selectFrom('requests')
    .selectAll()
    .where('state', 'in', states)
    .orderBy('number')
    .execute()
  return readRows(db, 'requests', rows, readRequest)
}

/** In these states; null: all that there are. */
type Which = readonly RequestState[] | null

export const countRequests = async (db: Db | Tx, states: Which): Promise<number> => {
  if (states === null) return countAll(db)
  const row = await db
    .selectFrom('requests')
    .select((each) => each.fn.countAll<number>().as('count'))
    .where('state', 'in', states)
    .executeTakeFirstOrThrow()
  return row.count
}

/** By the numbers that were given, since to count them takes longer year by year. */
const countAll = async (db: Db | Tx): Promise<number> => {
  const given = await db
    .selectFrom('counters')
    .select('value')
    .where('name', '=', 'request')
    .executeTakeFirst()
  return (given?.value ?? 0) - (await keysAside(db, 'requests')).length
}

/** A part of them, newest first. */
export const newestRequests = async (
  db: Db | Tx,
  states: Which,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<Request[]> => {
  const rows = await db
    .selectFrom('requests')
    .selectAll()
    .$if(states !== null, (query) => query.where('state', 'in', states ?? []))
    .orderBy('number', 'desc')
    .offset(from)
    .limit(limit)
    .execute()
  return readRows(db, 'requests', rows, readRequest)
}

/** Those that were done, or repaired by hand, since then. */
export const requestsDoneSince = async (db: Db | Tx, since: number): Promise<Request[]> => {
  const events = await db
    .selectFrom('request_events')
    .select('request_id')
    .where('at', '>', since)
    .where('what', 'in', ['succeed', 'resolve'])
    .execute()
  if (events.length === 0) return []
  const ids = [...new Set(events.map(({ request_id }) => request_id))]
  // By its key: the database would else read all that ever succeeded.
  const rows = await db.selectFrom('requests').selectAll().where('id', 'in', ids).orderBy('number').execute()
  return (await readRows(db, 'requests', rows, readRequest)).filter(
    ({ state }) => state === 'succeeded' || state === 'resolved',
  )
}

/** Requests whose guest is still to be asked for its nvidia-smi. */
export const requestsToVerify = async (db: Db): Promise<RequestIn<'succeeded'>[]> => {
  const rows = await db
    .selectFrom('requests')
    .selectAll()
    .where('verify_due', '=', 1)
    .orderBy('number')
    .execute()
  return (await readRows(db, 'requests', rows, readRequest)).filter((each) => each.state === 'succeeded')
}

/** Applies the event to the request as stored now. The refusal is a value; nothing was written then. */
export const apply = async (tx: Tx, before: Request, event: RequestEvent): Promise<Outcome<Request>> => {
  const next = nextRequest(before, event)
  if (!next.ok) return next
  const saved = await tx
    .updateTable('requests')
    .set(columns(next.value))
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .executeTakeFirst()
  if (saved.numUpdatedRows !== 1n) throw new VersionMoved(before.id)
  await record(tx, next.value, { at: event.at, by: 'by' in event ? event.by : null, what: event.kind })
  return next
}

/** Thrown inside a transaction when somebody else changed the request since it was read: roll back and read again. */
export class VersionMoved extends Error {
  override readonly name = 'VersionMoved'
}

const record = async (
  tx: Tx,
  each: Request,
  event: { at: number; by: string | null; what: RequestChange },
): Promise<void> => {
  const { seq } = await tx
    .insertInto('request_events')
    .values({ request_id: each.id, version: each.version, ...event })
    .returning('seq')
    .executeTakeFirstOrThrow()
  await mention(tx, seq, namesIn(each, event.by))
}

/** What an event of the request is about, and who did it. */
const namesIn = ({ id, plan, asked }: Request, by: string | null): string[] => {
  const names = [
    ...[id, asked.by, by],
    ...hostPlansOf(plan).flatMap(({ gpu, host, from, to }) => [gpu.alias, host, from?.name, to?.name]),
  ]
  return names.flatMap((name) => name ?? [])
}

/** Somebody who approved may still deny while others are waited for: the last decision stands. */
export const recordDecision = async (
  tx: Tx,
  decision: { requestId: string; person: string; account: string; verdict: string; at: number },
): Promise<void> => {
  const { requestId, person, ...rest } = decision
  await tx
    .insertInto('decisions')
    .values({ request_id: requestId, person, ...rest })
    .onConflict((conflict) => conflict.columns(['request_id', 'person']).doUpdateSet(rest))
    .execute()
}

export const lineOf = (each: Request, waiting: string | null = null): RequestLine => ({
  id: each.id,
  state: each.state,
  waiting,
  action: each.plan.action,
  mode: each.plan.mode,
  gpu: each.plan.gpu.alias,
  model: each.plan.gpu.model,
  given: each.plan.release?.gpu.alias,
  from: (each.plan.release ?? each.plan).from?.name ?? null,
  to: each.plan.to?.name ?? null,
  by: each.asked.by,
  at: each.asked.at,
  expiresAt: each.expiresAt,
})

/** By their ids; those that cannot be read are not among them, and are set aside by whoever works on them. */
export const requestsById = async (db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Request>> => {
  const rows = await db.selectFrom('requests').selectAll().where('id', 'in', ids).execute()
  return new Map(
    rows.flatMap((row) => {
      const read = attempt(() => readRequest(row))
      return read.ok ? [[read.value.id, read.value] as const] : []
    }),
  )
}
