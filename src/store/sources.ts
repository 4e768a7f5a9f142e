/** The tables whose rows are read one by one, and what of a row can be said when the rest of it cannot be read. */
import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Blocked } from '../core/inventory/aside'
import { hostName, locationPath } from '../core/inventory/inventory'
import { ENTRY_STATES } from '../core/queue/entry'
import type { Db, Tx } from './database'
import type { Tables } from './schema'

/** The columns that tell the row from all others. */
export const KEYS = {
  deliveries: ['seq'],
  requests: ['id'],
  journal: ['seq'],
  locks: ['host'],
  outbox: ['seq'],
  subscriptions: ['place', 'scope'],
  digests: ['place'],
  conditions: ['name'],
  samples: ['seq'],
  tellings: ['place', 'topic'],
  comments: ['seq'],
  baselines: ['host', 'vm'],
  leases: ['id'],
  queue: ['id'],
  pauses: ['scope'],
  failing: ['gpu'],
  standings: ['host'],
  drift: ['seq'],
  acceptances: ['gpu'],
  self: ['one'],
  adoptions: ['seq'],
} as const satisfies { readonly [T in keyof Tables]?: readonly (keyof Tables[T])[] }
export type Source = keyof typeof KEYS
export type Row<S extends Source> = Selectable<Tables[S]>

/** What a person is told that it was. */
export const WHAT: { readonly [S in Source]: (row: Row<S>) => string } = {
  deliveries: () => 'something that a person asked for',
  requests: ({ id, state }) => `request ${said(id)} (${said(state)})`,
  journal: ({ request_id }) => `the journal of ${said(request_id)}`,
  locks: ({ host }) => `the lock of ${said(host)}`,
  outbox: ({ request_id }) => (request_id === null ? 'a post' : `a card of ${said(request_id)}`),
  subscriptions: ({ scope }) => `who watches ${said(scope)}`,
  digests: () => 'who gets a digest',
  conditions: ({ name }) => `what was told of ${said(name)}`,
  samples: ({ host }) => `a sample of nvidia-smi on ${said(host)}`,
  tellings: ({ topic }) => `where ${said(topic)} was told of`,
  comments: ({ request_id }) => `a comment on ${said(request_id)}`,
  baselines: ({ host, vm }) => `the settings that VM ${said(vm)} of ${said(host)} had`,
  leases: ({ id }) => `lease ${said(id)}`,
  queue: ({ id }) => `place ${said(id)} in the queue`,
  pauses: () => 'a pause',
  failing: ({ gpu }) => `what nvidia-smi said of ${said(gpu)}`,
  standings: ({ host }) => `how ${said(host)} stood`,
  drift: ({ host }) => `a change on ${said(host)}`,
  acceptances: ({ gpu }) => `whose word was taken about ${said(gpu)}`,
  self: () => 'the name of this bot, by which hosts know it',
  adoptions: ({ host }) => `who took over ${said(host)}`,
}

/** What is damaged may be long, and anything. */
const said = (value: unknown): string =>
  String(value)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 60)

/** The scope of a pause of all hosts. */
export const ALL_HOSTS = 'all'

export const EVERY_HOST: Blocked = [{ host: null, gpu: null }]
const hostAlone = (host: unknown): Blocked => {
  const named = hostName.safeParse(host)
  return named.success ? [{ host: named.data, gpu: null }] : EVERY_HOST
}

/** `hv01`, or `hv01/gpu0`; `all` is every host. */
const hostOfScope = (scope: unknown): Blocked =>
  typeof scope === 'string' && scope !== ALL_HOSTS ? hostAlone(scope.split('/')[0]) : EVERY_HOST

export const blocksOf = async (db: Db | Tx, source: Source, row: object): Promise<Blocked> => {
  const { host, gpu, state, id, request_id, scope, body }: Readonly<Record<string, unknown>> = { ...row }
  switch (source) {
    case 'leases': {
      const path = locationPath.safeParse(gpu)
      const byColumns = path.success
        ? hostAlone(host).map((each) => ({ ...each, gpu: path.data }))
        : hostAlone(host)
      return [...byColumns, ...otherByBody(host, lentOut, body, ({ gpu: { alias } }) => alias.split('/')[0])]
    }
    case 'requests':
      return HOLDS_NOTHING.includes(state)
        ? []
        : [
            ...hostAlone(host),
            ...otherByBody(host, planned, body, ({ plan }) => plan.host),
            ...(await lockedBy(db, id)),
            ...(LOCKED.includes(state) ? [] : otherHost(body)),
          ]
    case 'journal': {
      const request = await db
        .selectFrom('requests')
        .select('host')
        .where('id', '=', String(request_id))
        .executeTakeFirst()
      return [...hostAlone(request?.host), ...(await lockedBy(db, request_id))]
    }
    case 'locks':
    case 'baselines':
    case 'failing':
      return hostAlone(host)
    case 'queue':
      return NOTHING_OFFERED.includes(state) ? [] : offered(body)
    case 'pauses':
      return hostOfScope(scope)
    default:
      return []
  }
}

/** States in which a request has given no GPU to anybody, and will not. */
const HOLDS_NOTHING: readonly unknown[] = ['rolled-back', 'denied', 'cancelled', 'expired', 'void']

/** States in which a request has given nothing, or has its hosts locked, or has given what its lease says. */
const LOCKED: readonly unknown[] = ['pending', 'approved', 'running', 'succeeded', 'resolved']
const NOTHING_OFFERED: readonly unknown[] = ENTRY_STATES.filter((each) => each !== 'offered')

/** A request that is at work has locked each of its hosts. */
const lockedBy = async (db: Db | Tx, request: unknown): Promise<Blocked> =>
  (await db.selectFrom('locks').select('host').where('request_id', '=', String(request)).execute()).flatMap(
    ({ host }) => hostAlone(host),
  )

/** The locks of a request that needs attention are given back, so it must say itself whether a second host is concerned. */
const otherHost = (body: unknown): Blocked => {
  const read = crossing.safeParse(parsed(body))
  if (!read.success) return EVERY_HOST
  const { release } = read.data.plan
  return release ? [{ host: release.host, gpu: null }] : []
}
const crossing = z.object({ plan: z.object({ release: z.object({ host: hostName }).optional() }) })

/** The host of the body, where that is another one than the column's: either may be right. */
const otherByBody = <T>(
  column: unknown,
  schema: z.ZodType<T>,
  body: unknown,
  hostOf: (read: T) => string | undefined,
): Blocked => {
  const read = schema.safeParse(parsed(body))
  return read.success && hostOf(read.data) !== column ? hostAlone(hostOf(read.data)) : []
}
const planned = z.object({ plan: z.object({ host: hostName }) })
const lentOut = z.object({ gpu: z.object({ alias: z.string() }) })

const offered = (body: unknown): Blocked => {
  const waits = waiting.safeParse(parsed(body))
  if (waits.success && NOTHING_OFFERED.includes(waits.data.entry.state)) return []
  const read = offer.safeParse(parsed(body))
  return read.success
    ? [{ host: read.data.entry.gpu.host, gpu: read.data.entry.gpu.locationPath }]
    : EVERY_HOST
}
const waiting = z.object({ entry: z.object({ state: z.string() }) })
const offer = z.object({ entry: z.object({ gpu: z.object({ host: hostName, locationPath }) }) })

const parsed = (text: unknown): unknown => {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}
