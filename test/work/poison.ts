/** A store with a row of each kind in it, and what may become of a row. */
import { sql } from 'kysely'
import { openInbox } from '../../src/store/inbox'
import { saveAcceptance } from '../../src/store/acceptances'
import { beginAdoption, endAdoption } from '../../src/store/adoptions'
import { addComment } from '../../src/store/comments'
import { saveCondition } from '../../src/store/conditions'
import type { Db } from '../../src/store/database'
import { saveDigest } from '../../src/store/digests'
import { recordDrift } from '../../src/store/drift'
import { saveFailing } from '../../src/store/failing'
import { append, lockHosts } from '../../src/store/journal'
import { apply, findRequest } from '../../src/store/requests'
import type { Source } from '../../src/store/sources'
import { subscribe } from '../../src/store/subscriptions'
import { saveTelling } from '../../src/store/tellings'
import { botId } from '../../src/core/fence'
import { hostName } from '../../src/core/inventory/inventory'
import { timeZone } from '../../src/core/time/zone'
import { expectationOf } from '../../src/core/plan/step'
import { stepsOf } from '../../src/core/plan/plan'
import { aDelivery, CHANNEL } from '../store/rows'
import { jonas, maya, priya, startLine, type Line } from './line'

/** What is poisoned of a row. JSON columns may be cut short, too long, or of a newer kind; the others hold what does not belong. */
const COLUMNS: { readonly [S in Source]: { readonly column: string; readonly json: boolean } } = {
  deliveries: { column: 'body', json: true },
  requests: { column: 'body', json: true },
  journal: { column: 'body', json: true },
  locks: { column: 'fence', json: false },
  outbox: { column: 'notice', json: true },
  subscriptions: { column: 'address', json: true },
  digests: { column: 'address', json: true },
  conditions: { column: 'since', json: false },
  samples: { column: 'at', json: false },
  tellings: { column: 'at', json: false },
  comments: { column: 'at', json: false },
  baselines: { column: 'body', json: true },
  leases: { column: 'body', json: true },
  queue: { column: 'body', json: true },
  pauses: { column: 'scope', json: false },
  failing: { column: 'at', json: false },
  standings: { column: 'body', json: true },
  drift: { column: 'body', json: true },
  acceptances: { column: 'at', json: false },
  self: { column: 'bot', json: false },
  adoptions: { column: 'done_at', json: false },
}
export const SOURCES = Object.keys(COLUMNS) as Source[]

export const POISONS = ['damaged', 'too long', 'of a newer kind'] as const
export type Poison = (typeof POISONS)[number]

const bad = (value: unknown) =>
  Object.fromEntries(
    [
      'kind',
      'state',
      'chat',
      'parts',
      'summary',
      'said',
      'entry',
      'before',
      'generation',
      'original',
      'automaticStopAction',
    ].map((name) => [name, value]),
  )

const poisoned = (text: string, poison: Poison, json: boolean): unknown => {
  switch (poison) {
    case 'damaged':
      return json ? text.slice(0, text.length / 2) : Buffer.from([0xff, 0])
    case 'too long':
      return json
        ? JSON.stringify({ ...(JSON.parse(text) as object), ...bad('x'.repeat(20_001)) })
        : 'x'.repeat(20_001)
    case 'of a newer kind':
      return json
        ? JSON.stringify({ ...(JSON.parse(text) as object), ...bad({ of: 'a newer kind' }) })
        : 'so on'
  }
}
/** The newest row of the table becomes poison; resolves with all its columns as they are then. */
export const poisonIn = async (db: Db, source: Source, poison: Poison): Promise<Record<string, unknown>> => {
  const { column, json } = COLUMNS[source]
  const { rows } = await sql<{ n: number; was: string }>`
    select rowid as n, ${sql.ref(column)} as was from ${sql.table(source)} order by rowid desc limit 1`.execute(
    db,
  )
  const [row] = rows
  if (!row) throw new Error(`no row in ${source}`)
  await sql`update ${sql.table(source)} set ${sql.ref(column)} = ${poisoned(row.was, poison, json)} where rowid = ${row.n}`.execute(
    db,
  )
  const after = await sql<
    Record<string, unknown>
  >`select * from ${sql.table(source)} where rowid = ${row.n}`.execute(db)
  return after.rows[0] ?? {}
}

/** Maya holds hv01/gpu0 by R-1; R-2 is at work on hv01/gpu2; hv01/gpu1 is on offer to Priya. */
export const richLine = async (): Promise<Line> => {
  const line = await startLine()
  await line.says(maya, 'assign hv01/gpu0 to train-01 for 8h')
  await line.says(jonas, 'approve R-1')
  await line.goesOn()
  await line.says(priya, 'queue hv01/gpu1')
  await line.goesOn()
  await line.says(maya, 'release hv01/gpu2 --shutdown')
  await begin(line, 'R-2')
  await line.says(priya, 'pause hv03')
  await fill(line.db)
  return line
}

/** As a kill leaves it behind its first step. */
const begin = (line: Line, id: string): Promise<void> =>
  line.db.transaction().execute(async (tx) => {
    const request = await findRequest(tx, id)
    if (!request) throw new Error(`no ${id}`)
    const fence = await lockHosts(tx, [request.plan.host], id)
    if (fence === null) throw new Error('locked')
    await apply(tx, request, { kind: 'claim', at: 1, fence })
    const [step] = stepsOf(request.plan)
    if (!step) throw new Error('no step')
    await append(tx, id, { kind: 'started', n: 0, direction: 'do', at: 1, expects: expectationOf(step) })
  })

const fill = async (db: Db): Promise<void> => {
  const inbox = openInbox(db, { now: () => 1, sleep: () => Promise.resolve() }, () => undefined)
  for (const id of ['d1', 'd2']) await inbox.accept(aDelivery(id))
  const key = 'slack C1'
  const reader = { of: 'channel' } as const
  await db.transaction().execute(async (tx) => {
    await subscribe(tx, { key, to: CHANNEL, reader, scope: 'hv01', by: maya, at: 1 })
    await saveDigest(tx, { key, to: CHANNEL, reader, time: '09:00', zone: timeZone.parse('UTC'), nextAt: 1 })
    await saveCondition(tx, 'host hv01', {
      is: 'well',
      since: 1,
      told: 'well',
      toldSince: 1,
      toldAt: null,
      tellings: 0,
    })
    await saveTelling(tx, key, 'R-1', { root: 1, newest: 1, at: 1 })
    const gone = { of: 'vm', name: 'old-01' } as const
    await recordDrift(tx, 'hv01', [{ name: 'vm old-01', before: gone, after: null }], 1)
    await addComment(tx, 'R-1', { by: maya, at: 1, text: 'soon over' })
    await saveFailing(tx, { gpu: 'hv02/gpu1', host: 'hv02', vm: 'vdi-01', why: 'it is lost', at: 1 })
    await saveAcceptance(tx, { gpu: 'hv01/gpu1', by: priya, at: 1 })
  })
  const from = botId.parse('bot-00000000000b')
  const seq = await beginAdoption(db, { host: hostName.parse('hv02'), from, by: priya, at: 1 })
  await db.transaction().execute((tx) => endAdoption(tx, seq, 2))
  await sql`insert into samples (host, vm, at, uuid) values ('hv01', 'v', 1, 'GPU-1')`.execute(db)
}
