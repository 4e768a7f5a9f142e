/**
 * `adopt HOST from BOT`: an administrator takes a host over from a bot that is gone, see docs/decisions/whose-host.md. The
 * adoption is written down before the host is asked: one that a crash has cut short is brought to its end when it is asked for
 * again, as its delivery is.
 */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { barOf, refuseBarred } from '../../core/inventory/bar'
import { accepted, messageOf, refusal, refused, type Outcome, type Refusal } from '../../core/errors'
import type { BotId, Fence } from '../../core/fence'
import { aliasOf, type HostFacts, type HostName } from '../../core/inventory/inventory'
import { resolveHost } from '../../core/inventory/names'
import type { Host, StepResult } from '../../core/ports/host'
import { saveAcceptance } from '../../store/acceptances'
import { beginAdoption, dropAdoption, endAdoption, openAdoption } from '../../store/adoptions'
import { count } from '../../store/database'
import { hostViews, saveFacts } from '../../store/fleet'
import { lockedBy } from '../../store/journal'
import { openLeasesAt } from '../../store/leases'
import { post } from '../../store/outbox'
import { selfOf } from '../../store/self'
import { drawClaim } from '../context/claim'
import { say, type Caller, type Effect } from '../context/effect'
import { endLease } from '../changes/lease/found'
import type { Context } from '../context/context'

interface Wanted {
  readonly host: string
  readonly from: BotId
}

export const adoptHost = async (context: Context, wanted: Wanted, caller: Caller): Promise<Effect> => {
  const found = resolveHost(wanted.host, await hostViews(context.db, [...context.hosts.keys()]))
  const host = found.ok ? context.hosts.get(found.value.name) : undefined
  if (!found.ok) return say(refusalNotice(found.refusals))
  if (!host) return say(refusalNotice([silent(found.value.name)]))
  const adopted = await adopt(context, host, { from: wanted.from, by: caller.account })
  return adopted.ok ? asAdopted(context, adopted.value, caller) : say(refusalNotice(adopted.refusals))
}

interface Done {
  readonly seq: number
  readonly from: BotId
  /** As the host was read last. */
  readonly facts: HostFacts
}

const adopt = async (
  context: Context,
  host: Host,
  { from, by }: { readonly from: BotId; readonly by: string },
): Promise<Outcome<Done>> => {
  const { db, clock } = context
  const self = await selfOf(db)
  const before = await read(context, host)
  if (before === null) return refused(silent(host.name))
  const cutShort = await openAdoption(db, { host: host.name, from })
  if (cutShort !== null && before.module?.fence?.bot === self)
    return accepted({ seq: cutShort, from, facts: before })
  const against = await againstIt(context, before, { from, self })
  if (against) return refused(against)
  const seq = cutShort ?? (await beginAdoption(db, { host: host.name, from, by, at: clock.now() }))
  const result = await host.adopt({ from, fence: await firstClaim(context, before, self) })
  const facts = (await read(context, host)) ?? before
  const done = result.kind === 'done' || (result.kind === 'unknown' && facts.module?.fence?.bot === self)
  if (done) return accepted({ seq, from, facts })
  await dropAdoption(db, seq)
  return refused(refusedBy(host.name, from, result))
}

const read = async (context: Context, host: Host): Promise<HostFacts | null> => {
  try {
    return await host.inventory()
  } catch (error) {
    context.log.warn({ host: host.name, error: messageOf(error) }, 'host could not be read')
    return null
  }
}

const firstClaim = async ({ db }: Context, { module }: HostFacts, bot: BotId): Promise<Fence> => {
  const number = await db.transaction().execute((tx) => count(tx, 'fence', module?.fence?.number ?? 0))
  return { number, bot, claim: drawClaim() }
}

/** Why it cannot be asked of the host; null where it can. */
const againstIt = async (
  { db }: Context,
  { name, module }: HostFacts,
  { from, self }: { readonly from: BotId; readonly self: BotId },
): Promise<Refusal | null> => {
  const bar = barOf(module, self)
  if (bar?.kind === 'old-module') return refuseBarred(name, bar)
  const bot = module?.fence?.bot ?? null
  if (bot === null)
    return refusal(
      'not-possible',
      module?.fence
        ? `${name} takes the orders of no bot in particular yet`
        : `${name} does not tell whose orders it takes`,
      module?.fence
        ? 'Nothing has to be taken over: the next request there makes it the host of this bot.'
        : '`gpu-chatops doctor` says why.',
    )
  if (bot === self) return refusal('not-possible', `${name} takes the orders of this bot already`)
  if (bot !== from)
    return refusal(
      'not-possible',
      `${name} takes the orders of ${bot}, and not of ${from}`,
      `See \`show ${name}\`.`,
    )
  const owner = await lockedBy(db, name)
  return owner === null
    ? null
    : refusal(
        'busy',
        `${owner} is at work on ${name}`,
        `See \`show ${owner}\`; say it again when it has ended.`,
      )
}

const silent = (host: HostName): Refusal =>
  refusal(
    'unreachable',
    `${host} does not answer, so nothing is known of whose orders it takes`,
    'Try again once it does.',
  )

const refusedBy = (host: HostName, from: BotId, result: Exclude<StepResult, { kind: 'done' }>): Refusal => {
  if (result.kind === 'unknown')
    return refusal(
      'unreachable',
      `${host} did not say whether it was done: ${result.why}`,
      'Say it again once it answers.',
    )
  switch (result.code) {
    case 'Busy':
      return refusal('busy', `a change of ${host} is under way: ${from} is at work there`, ALIVE)
    case 'RecentOrder':
      return refusal('busy', `${host} has carried out an order of ${from} in the last ten minutes`, ALIVE)
    default:
      return refusal(
        'not-possible',
        `${host} refused: ${result.code}: ${result.message}`,
        `See \`show ${host}\`.`,
      )
  }
}
const ALIVE = 'Make sure that no process of that bot is left, and try again in ten minutes.'

/** What this store believes of who holds a GPU there may be older than what the other bot has done. */
const asAdopted =
  (context: Context, { seq, from, facts }: Done, caller: Caller): Effect =>
  async (tx) => {
    const at = context.clock.now()
    await endAdoption(tx, seq, at)
    await saveFacts(tx, facts, at)
    for (const gpu of facts.gpus)
      await saveAcceptance(tx, { gpu: aliasOf(facts, gpu), by: caller.account, at })
    for (const lease of await openLeasesAt(tx, facts.name))
      await endLease(context, tx, lease, {
        at,
        found: `${facts.name} was taken over from ${from}`,
        news: `${facts.name} was taken over from another bot: who holds its GPUs is not known any more, so the lease has ended`,
      })
    const text = `${facts.name} takes the orders of this bot now, and no longer those of ${from}. Nobody holds a GPU there by earlier records; \`show ${facts.name}\` says how it is.`
    await post(tx, caller.channel, doneNotice(text, caller.account), { at, otherwise: caller.back })
    return null
  }
