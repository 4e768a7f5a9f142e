/**
 * What others than the bot change on a host is told once, in the commit that remembers how the host stands.
 *
 * Who may race: an operation changes the host while it is read. What the steps of a request at work touch, or of one that
 * needs attention, is left as it was told, until the operation ends and owns up to it in its last commit. A reading that
 * began before such a commit may be older than it, and is not compared (see `refreshHost`).
 */
import { driftNotice } from '../../core/cards/drift'
import { changesBetween, changedGpus, factsTouchedBy, type FactChange } from '../../core/drift/change'
import { isLastTelling, isWorthTelling, QUIET_MS } from '../../core/drift/flapping'
import { except, onlyThese, snapshotOfHost, withMoved } from '../../core/drift/snapshot'
import { changeWords } from '../../core/drift/words'
import type { HostFacts } from '../../core/inventory/inventory'
import { stepsOn } from '../../core/plan/plan'
import type { Step } from '../../core/plan/step'
import type { Tx } from '../../store/database'
import { keptStanding, recordDrift, saveStanding, timesTold } from '../../store/drift'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { announce } from '../telling/announce'
import { administrative, type Context } from '../context/context'

/** Call it in the transaction that saves the facts, and wake the delivery afterwards. A host that is read first has not changed. */
export const noticeDrift = async (context: Context, tx: Tx, facts: HostFacts, at: number): Promise<void> => {
  const host = facts.name
  const kept = await keptStanding(tx, host)
  if (kept === null) return saveStanding(tx, host, { version: 1, standing: snapshotOfHost(facts, {}) })
  const now = snapshotOfHost(facts, kept.standing)
  const before = withMoved(kept.standing, now)
  const { told, left, restless } = await sift(tx, { host, changes: changesBetween(before, now), at })
  const next = except(now, before, left)
  if (JSON.stringify(next) !== JSON.stringify(kept.standing))
    await saveStanding(tx, host, { ...kept, standing: next })
  if (told.length === 0) return
  await recordDrift(tx, host, told, at)
  await tell(context, tx, { host, changes: told, restless, at })
  context.log.warn({ host, changes: told.length }, 'changed outside the bot')
}

interface Sifted {
  readonly told: readonly FactChange[]
  /** The names of facts that are not told now, and stay as they were. */
  readonly left: ReadonlySet<string>
  readonly restless: boolean
}

const sift = async (
  tx: Tx,
  {
    host,
    changes,
    at,
  }: { readonly host: string; readonly changes: readonly FactChange[]; readonly at: number },
): Promise<Sifted> => {
  const left = new Set<string>()
  if (changes.length === 0) return { told: [], left, restless: false }
  const busy = await busyFacts(tx, host)
  const told: FactChange[] = []
  let restless = false
  for (const change of changes) {
    const times = await timesTold(tx, { host, change, since: at - QUIET_MS })
    if (busy.has(change.name) || !isWorthTelling(times)) left.add(change.name)
    else {
      told.push(change)
      restless ||= isLastTelling(times)
    }
  }
  return { told, left, restless }
}

const busyFacts = async (tx: Tx, host: string): Promise<ReadonlySet<string>> => {
  const open = await requestsIn(tx, ['running', 'needs-attention'])
  return factsTouchedBy(open.flatMap(({ plan }) => stepsOn(plan, host)))
}

const tell = async (
  context: Context,
  tx: Tx,
  drift: {
    readonly host: string
    readonly changes: readonly FactChange[]
    readonly restless: boolean
    readonly at: number
  },
): Promise<void> => {
  const { host, changes, at } = drift
  const places = administrative(context)
  for (const place of places) await post(tx, place, driftNotice(drift), { at })
  const gpus = [...new Set(changes.flatMap(changedGpus))]
  const found = changes.map(changeWords)
  await announce(context, tx, [{ kind: 'drift', host, gpus, requestId: null, found }], { at, except: places })
}

/** In the commit that ends an operation: what these steps touched is the bot's own doing, or known to whoever repaired it. */
export const ownUp = async (tx: Tx, facts: HostFacts, steps: readonly Step[]): Promise<void> => {
  const kept = await keptStanding(tx, facts.name)
  if (kept === null) return saveStanding(tx, facts.name, { version: 1, standing: snapshotOfHost(facts, {}) })
  const now = snapshotOfHost(facts, kept.standing)
  await saveStanding(tx, facts.name, {
    version: kept.version + 1,
    standing: onlyThese(now, kept.standing, factsTouchedBy(steps)),
  })
}
