/**
 * What others than the bot change on a host is told once, in the commit that remembers how the host stands.
 *
 * Who may race: an operation changes the host while it is read. What the steps of a request at work touch, or of one that
 * needs attention, is left as it was told, until the operation ends and owns up to it in its last commit. A reading that
 * began before such a commit may be older than it, and is not compared (see `refreshHost`).
 */
import { driftNotice } from '../../core/cards/drift'
import { changesBetween, gpusOf, touchedBy, type Change } from '../../core/drift/change'
import { isLastTelling, mayBeTold, QUIET_MS } from '../../core/drift/flapping'
import { except, only, standingOf, withMoved } from '../../core/drift/standing'
import { wordsOf } from '../../core/drift/words'
import type { HostFacts } from '../../core/inventory/inventory'
import { stepsOn } from '../../core/plan/plan'
import type { Step } from '../../core/plan/step'
import type { Tx } from '../../store/database'
import { keptStanding, recordDrift, saveStanding, timesTold } from '../../store/drift'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { announce } from '../telling/announce'
import { administrative, type Parts } from '../context/parts'

/** Call it in the transaction that saves the facts, and wake the delivery afterwards. A host that is read first has not changed. */
export const noticeDrift = async (parts: Parts, tx: Tx, facts: HostFacts, at: number): Promise<void> => {
  const host = facts.name
  const kept = await keptStanding(tx, host)
  if (kept === null) return saveStanding(tx, host, { version: 1, standing: standingOf(facts, {}) })
  const now = standingOf(facts, kept.standing)
  const before = withMoved(kept.standing, now)
  const { told, left, restless } = await sift(tx, { host, changes: changesBetween(before, now), at })
  const next = except(now, before, left)
  if (JSON.stringify(next) !== JSON.stringify(kept.standing))
    await saveStanding(tx, host, { ...kept, standing: next })
  if (told.length === 0) return
  await recordDrift(tx, host, told, at)
  await tell(parts, tx, { host, changes: told, restless, at })
  parts.log.warn({ host, changes: told.length }, 'changed outside the bot')
}

interface Sifted {
  readonly told: readonly Change[]
  /** The names of facts that are not told now, and stay as they were. */
  readonly left: ReadonlySet<string>
  readonly restless: boolean
}

const sift = async (
  tx: Tx,
  { host, changes, at }: { readonly host: string; readonly changes: readonly Change[]; readonly at: number },
): Promise<Sifted> => {
  const left = new Set<string>()
  if (changes.length === 0) return { told: [], left, restless: false }
  const busy = await busyFacts(tx, host)
  const told: Change[] = []
  let restless = false
  for (const change of changes) {
    const times = await timesTold(tx, { host, change, since: at - QUIET_MS })
    if (busy.has(change.name) || !mayBeTold(times)) left.add(change.name)
    else {
      told.push(change)
      restless ||= isLastTelling(times)
    }
  }
  return { told, left, restless }
}

const busyFacts = async (tx: Tx, host: string): Promise<ReadonlySet<string>> => {
  const open = await requestsIn(tx, ['running', 'needs-attention'])
  return touchedBy(open.flatMap(({ plan }) => stepsOn(plan, host)))
}

const tell = async (
  parts: Parts,
  tx: Tx,
  drift: {
    readonly host: string
    readonly changes: readonly Change[]
    readonly restless: boolean
    readonly at: number
  },
): Promise<void> => {
  const { host, changes, at } = drift
  const places = administrative(parts)
  for (const place of places) await post(tx, place, driftNotice(drift), { at })
  const gpus = [...new Set(changes.flatMap(gpusOf))]
  const found = changes.map(wordsOf)
  await announce(parts, tx, [{ kind: 'drift', host, gpus, requestId: null, found }], { at, except: places })
}

/** In the commit that ends an operation: what these steps touched is the bot's own doing, or known to whoever repaired it. */
export const ownUp = async (tx: Tx, facts: HostFacts, steps: readonly Step[]): Promise<void> => {
  const kept = await keptStanding(tx, facts.name)
  if (kept === null) return saveStanding(tx, facts.name, { version: 1, standing: standingOf(facts, {}) })
  const now = standingOf(facts, kept.standing)
  await saveStanding(tx, facts.name, {
    version: kept.version + 1,
    standing: only(now, kept.standing, touchedBy(steps)),
  })
}
