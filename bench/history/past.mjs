// A bot with a past: so many requests that have ended, with their events, journals, cards and leases; and what it does again
// and again, as `NAME -> work`.
import { sql } from 'kysely'
import { parse } from '../../dist/core/grammar/parse.js'
import { heedChats } from '../../dist/work/sweeps/silent-chats.js'
import { tellOfAsides } from '../../dist/work/sweeps/aside.js'
import { sendDigests } from '../../dist/work/sweeps/digest.js'
import { sweepLeases } from '../../dist/work/sweeps/leases.js'
import { sweepQueue } from '../../dist/work/sweeps/queue.js'
import { remind } from '../../dist/work/sweeps/remind.js'
import { lapseApprovals, voidOldPlans } from '../../dist/work/changes/request/voided.js'
import { expire, forget } from '../../dist/work/loops/watch.js'
import { openDeliveries } from '../../dist/store/inbox.js'
import { duePosts } from '../../dist/store/outbox.js'
import { requestsIn, requestsToVerify } from '../../dist/store/requests.js'
import { respond } from '../../dist/work/commands/respond.js'
import { refreshHost } from '../../dist/work/readings/reading.js'
import { runRequest } from '../../dist/work/operation/run.js'
import { openBenchContext } from '../bot.mjs'
import { account, APPROVER, USER } from '../fixture.mjs'

const channel = { kind: 'channel', chat: 'slack', channel: 'C0BENCH' }
const callerOf = (user) => ({
  account: account(user),
  name: 'Bench',
  channel,
  back: channel,
  privately: channel,
})
const says = async (context, user, text) => {
  const command = parse(text)
  if (!command.ok) throw new Error(text)
  const effect = await respond(context, command.value, callerOf(user))
  return context.db.transaction().execute((tx) => effect(tx))
}
const runs = async (context) => {
  for (const request of await requestsIn(context.db, ['approved']))
    await runRequest(context, request, new globalThis.AbortController().signal)
}

/** The two requests that were really carried out, so many times more, as if they had been before. */
const repeat = async (db, count) => {
  const columns = async (table) => {
    const { rows } = await sql`select name from pragma_table_info(${table})`.execute(db)
    return rows.map(({ name }) => name)
  }
  const copies = async (table, changes) => {
    const names = await columns(table)
    const values = names.map((name) => sql.raw(changes[name] ?? `t."${name}"`))
    await sql`with recursive n(n) as (select 3 union all select n + 1 from n where n < ${count + 2})
      insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))})
      select ${sql.join(values)} from n join ${sql.table(table)} t
      on ${sql.raw(changes.on)}`.execute(db)
  }
  const id = `'R-' || n.n`
  const body = `json_set(t.body, '$.id', ${id})`
  await copies('requests', { id, number: 'n.n', body, verify_due: '0', on: 't.number = 1 + n.n % 2' })
  const before = (await sql`select max(seq) as seq from request_events`.execute(db)).rows[0].seq
  await copies('request_events', { seq: 'null', request_id: id, on: `t.request_id = 'R-' || (1 + n.n % 2)` })
  await sql`insert or ignore into mentions select lower(case when name like 'R-%' then request_id else name end), seq
    from request_events join (select distinct name, request_id as of from mentions
      join request_events on seq = event where seq <= ${before})
    on of = 'R-' || (1 + cast(substr(request_id, 3) as integer) % 2) where seq > ${before}`.execute(db)
  // One every eight hours, so that the window over which use counts has as many in every store.
  const endedAt = `(t.ended_at - (${count + 2} - n.n) * 14400000)`
  const lease = `json_set(${body}, '$.endedAt', ${endedAt}, '$.startedAt', ${endedAt} - 3600000)`
  await copies('leases', {
    ...{ id, body: lease, ended_at: endedAt, on: `t.id = 'R-1' and n.n % 2 = 1` },
  })
  for (const table of ['journal', 'outbox'])
    await copies(table, { seq: 'null', request_id: id, on: `t.request_id = 'R-' || (1 + n.n % 2)` })
  await copies('decisions', { request_id: id, on: `t.request_id = 'R-' || (1 + n.n % 2)` })
  await sql`update counters set value = ${count + 2} where name = 'request'`.execute(db)
}

const ASKED = [
  'list',
  'list --mine',
  'requests',
  'requests --all',
  'history',
  'history hv01/gpu0',
  'history nobody-07',
  'show hv01/gpu0',
  'show R-1',
  'show hv01',
  'reconcile hv01',
  'queue',
  'watch digest',
  'why R-1',
  'why "release hv01/gpu2 --shutdown"',
  'assign hv01/gpu0 to train-01 --dry-run',
]

const LOOPS = {
  'looking for work': async (context) => {
    await requestsIn(context.db, ['running'])
    await requestsIn(context.db, ['approved'])
    await requestsToVerify(context.db)
  },
  'looking for posts': ({ db, clock }) => duePosts(db, clock.now(), { limit: 100 }),
  'taking deliveries': ({ db }) => openDeliveries(db, 100),
  'reading a host': (context) => refreshHost(context, context.hosts.get('hv01')),
  'expiring requests': expire,
  'lapsing approvals': lapseApprovals,
  'looking for old plans': voidOldPlans,
  'sweeping leases': sweepLeases,
  'reminding of requests': remind,
  'sweeping the queue': sweepQueue,
  'telling of what cannot be read': tellOfAsides,
  'looking whether chats take posts': heedChats,
  'sending digests': sendDigests,
  'forgetting what is over': forget,
}

/** `work`: each thing that it does, by name. */
export const openPast = async (ended) => {
  const { context, close } = await openBenchContext()
  const { db } = context
  for (const host of context.hosts.values()) await refreshHost(context, host)
  await says(context, USER, 'assign hv01/gpu0 to train-01')
  await says(context, APPROVER, 'approve R-1')
  await runs(context)
  await says(context, USER, 'done R-1 --shutdown')
  await runs(context)
  // Digests and `history` show what is of today, which is the same in every store.
  await sql`update request_events set at = at - 172800000`.execute(db)
  if (ended > 0) await repeat(db, ended)
  await db
    .updateTable('outbox')
    .set({ shown: sql`wanted`, ref: 'm1' })
    .execute()
  const work = {
    ...Object.fromEntries(ASKED.map((text) => [text, () => says(context, USER, text)])),
    ...Object.fromEntries(Object.entries(LOOPS).map(([name, loop]) => [name, () => loop(context)])),
  }
  return { work, close }
}
