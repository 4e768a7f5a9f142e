/** What the bot remembers of hosts: the last reading, pauses, and the settings baselines of VMs with devices. */
import { z } from 'zod'
import { blocks } from '../core/inventory/aside'
import { barOf } from '../core/inventory/bar'
import {
  hostFacts,
  hostName,
  vmId,
  type HostFacts,
  type HostName,
  type HostView,
  type VmId,
} from '../core/inventory/inventory'
import type { GpuMark } from '../core/inventory/mark'
import { baseline, hostPlansOf, type Baseline, type Plan } from '../core/plan/plan'
import { selfOf } from './self'
import { asides } from './aside'
import type { Db, Tx } from './database'
import { failing } from './failing'
import { attempt, readRows, written, type Row } from './rows'
import { ALL_HOSTS } from './sources'

/** Every configured host, read or not, in the order given. */
export const hostViews = async (db: Db | Tx, names: readonly HostName[]): Promise<HostView[]> => {
  const rows = await db.selectFrom('readings').selectAll().execute()
  const facts = await factsOf(db, rows)
  const readings = new Map(rows.map((row) => [row.host, row]))
  const paused = await pauses(db)
  const marked = await marks(db)
  const aside = await asides(db)
  const self = await selfOf(db)
  return names.map((name) => ({
    name,
    facts: facts.get(name)?.facts ?? null,
    bar: barOf(facts.get(name)?.facts?.module, self),
    readAt: readings.get(name)?.read_at ?? null,
    error: readings.get(name)?.error ?? null,
    paused: pausedAs(paused, name),
    pauseReason: paused.find((each) => covers(each, name) && each.reason !== null)?.reason ?? null,
    marks: marked.filter(({ gpu }) => gpu.startsWith(`${name}/`)),
    asides: aside.filter((each) => blocks(each, { host: name, gpu: null })),
  }))
}

interface Parsed {
  readonly revision: number
  readonly facts: HostFacts | null
}
/** Facts as they were parsed last, for as long as the store is open: most are the same from reading to reading. */
const parsed = new WeakMap<Db, Map<string, Parsed>>()

const factsOf = async (
  db: Db,
  readings: readonly { readonly host: string; readonly revision: number }[],
): Promise<ReadonlyMap<string, Parsed>> => {
  const known = parsed.get(db) ?? new Map<string, Parsed>()
  parsed.set(db, known)
  for (const { host, revision } of readings) {
    if (known.get(host)?.revision === revision) continue
    const row = await db.selectFrom('inventory').select('facts').where('host', '=', host).executeTakeFirst()
    // What cannot be read is as good as never read: the next reading is at most a minute away.
    const read = attempt(() => hostFacts.parse(JSON.parse(row?.facts ?? '')))
    known.set(host, { revision, facts: read.ok ? read.value : null })
  }
  return known
}

export const saveFacts = async (db: Db | Tx, facts: HostFacts, at: number): Promise<void> => {
  const host = facts.name
  const text = JSON.stringify(facts)
  const same = await db
    .selectFrom('inventory')
    .select('host')
    .where('host', '=', host)
    .where('facts', '=', text)
    .executeTakeFirst()
  if (!same)
    await db
      .insertInto('inventory')
      .values({ host, facts: text })
      .onConflict((conflict) => conflict.column('host').doUpdateSet({ facts: text }))
      .execute()
  const news = same ? 0 : 1
  await db
    .insertInto('readings')
    .values({ host, revision: 1, read_at: at, error: null })
    .onConflict((conflict) =>
      conflict
        .column('host')
        .doUpdateSet((row) => ({ revision: row('readings.revision', '+', news), read_at: at, error: null })),
    )
    .execute()
}

/** The last good facts stay; only the error is new. */
export const saveUnreachable = async (db: Db | Tx, host: string, error: string): Promise<void> => {
  await db
    .insertInto('readings')
    .values({ host, revision: 0, read_at: null, error })
    .onConflict((conflict) => conflict.column('host').doUpdateSet({ error }))
    .execute()
}

/** How many of these did not answer when they were asked last. */
export const silentAmong = async (db: Db, names: readonly string[]): Promise<number> => {
  const rows = await db.selectFrom('readings').select(['host', 'error']).execute()
  return rows.filter(({ host, error }) => error !== null && names.includes(host)).length
}

/** `now`: it stops between the steps of what has begun, too. A GPU that is paused is named by its alias. */
export interface Pause {
  readonly scope: string
  readonly now: boolean
  readonly account: string
  readonly at: number
  readonly reason: string | null
}

const pauses = async (db: Db | Tx): Promise<Pause[]> =>
  readRows(db, 'pauses', await db.selectFrom('pauses').selectAll().execute(), readPause)

const gpuAlias = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}\/gpu\d+$/)

export const readPause = ({ scope, now, account, at, reason }: Row<'pauses'>): Pause => ({
  scope: z.union([z.literal(ALL_HOSTS), hostName, gpuAlias]).parse(scope),
  now: now !== 0,
  ...z.object({ account: z.string(), at: z.number(), reason: z.string().nullable() }).parse({
    account,
    at,
    reason,
  }),
})

/** What was said of GPUs, by people first. */
export const marks = async (db: Db | Tx): Promise<GpuMark[]> => [
  ...(await pauses(db))
    .filter(({ scope }) => scope.includes('/'))
    .map(({ scope: gpu, account, at, reason }) => ({
      gpu,
      said: { by: 'person' as const, account, at, reason },
    })),
  ...(await failing(db)),
]

const covers = ({ scope }: Pause, host: string): boolean => scope === ALL_HOSTS || scope === host

const pausedAs = (all: readonly Pause[], host: string): HostView['paused'] => {
  const here = all.filter((each) => covers(each, host))
  if (here.length === 0) return false
  return here.some(({ now }) => now) ? 'steps' : 'requests'
}

export const isPaused = async (db: Db | Tx, host: string): Promise<HostView['paused']> =>
  pausedAs(await pauses(db), host)

/** False when it was so already. A pause that stops between steps is not loosened by one that does not, nor a reason lost. */
export const pause = async (
  tx: Tx,
  { scope, account, at, ...wanted }: Omit<Pause, 'reason'> & { readonly reason?: string | null | undefined },
): Promise<boolean> => {
  const before = await tx.selectFrom('pauses').selectAll().where('scope', '=', scope).executeTakeFirst()
  const next = {
    now: wanted.now ? 1 : (before?.now ?? 0),
    reason: wanted.reason ?? before?.reason ?? null,
    account,
    at,
  }
  if (before && before.now === next.now && before.reason === next.reason) return false
  await tx
    .insertInto('pauses')
    .values({ scope, ...next })
    .onConflict((conflict) => conflict.column('scope').doUpdateSet(next))
    .execute()
  return true
}

/** Resuming all lifts the pauses of single hosts too, but of no GPU: each has a reason of its own. False when nothing was paused. */
export const resume = async (tx: Tx, scope: string): Promise<boolean> => {
  const lifted = tx.deleteFrom('pauses')
  const done = await (
    scope === ALL_HOSTS ? lifted.where('scope', 'not like', '%/%') : lifted.where('scope', '=', scope)
  ).executeTakeFirst()
  return done.numDeletedRows > 0n
}

export const baselinesOf = async (db: Db | Tx, host: string): Promise<Map<VmId, Baseline>> => {
  const rows = await db.selectFrom('baselines').selectAll().where('host', '=', host).execute()
  return new Map(await readRows(db, 'baselines', rows, readBaseline))
}

export const readBaseline = ({ vm, body }: Row<'baselines'>): [VmId, Baseline] => [
  vmId.parse(vm),
  baseline.parse(JSON.parse(body)),
]

export const saveBaselines = async (tx: Tx, plan: Plan): Promise<void> => {
  const all = hostPlansOf(plan).flatMap(({ host, baselines }) => baselines.map((each) => ({ host, ...each })))
  for (const { host, vm, after } of all) {
    await tx.deleteFrom('baselines').where('host', '=', host).where('vm', '=', vm).execute()
    if (after)
      await tx
        .insertInto('baselines')
        .values({ host, vm, body: written(baseline, after) })
        .execute()
  }
}
