/** `reconcile` proposes and `accept` lets the records follow the host; neither changes a host. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { reconcileNotice } from '../../core/cards/reconcile'
import { driftFindings, isAbout, type DriftFinding, type StuckGpu } from '../../core/drift/findings'
import { refusal } from '../../core/errors'
import { aliasOf, asideOn, type HostView } from '../../core/inventory/inventory'
import { resolveGpu, resolveHost } from '../../core/inventory/names'
import { hostPlansOf } from '../../core/plan/plan'
import { waysOut } from '../../core/drift/ways-out'
import { saveAcceptance } from '../../store/acceptances'
import type { Db } from '../../store/database'
import { hostViews } from '../../store/fleet'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { say, type Caller, type Effect } from '../context/effect'
import { holdingsOn } from '../snapshot/holding'
import type { Context } from '../context/context'
import { progressOf } from '../snapshot/progress'
import { refreshHost } from '../readings/reading'

/** One host is read now; all of them are as they were last read. */
export const reconcile = async (context: Context, name: string | undefined): Promise<Effect> => {
  const all = await hostViews(context.db, [...context.hosts.keys()])
  const found = name === undefined ? null : resolveHost(name, all)
  if (found?.ok === false) return say(refusalNotice(found.refusals))
  const host = found && context.hosts.get(found.value.name)
  if (host && !(await refreshHost(context, host)))
    return say(
      refusalNotice([
        refusal(
          'unreachable',
          `${host.name} does not answer, so nothing can be compared`,
          'Try again once it does.',
        ),
      ]),
    )
  const views = host ? await hostViews(context.db, [host.name]) : all
  const stuck = await stuckOnes(context)
  const findings = await Promise.all(views.map((view) => findingsIn(context.db, view, stuck)))
  return say(reconcileNotice({ views, findings: findings.flat(), now: context.clock.now() }))
}

const findingsIn = async (db: Db, view: HostView, stuck: readonly StuckGpu[]): Promise<DriftFinding[]> => {
  const { facts } = view
  if (!facts) return []
  return driftFindings(facts, await holdingsOn(db, facts), stuck).filter(
    ({ locationPath }) => !asideOn(view, { locationPath }),
  )
}

/** What each request that needs attention stands half way with. */
const stuckOnes = async ({ db }: Context): Promise<StuckGpu[]> => {
  const open = await requestsIn(db, ['needs-attention'])
  const each = await Promise.all(
    open.map(async ({ id, plan }) => {
      const ways = waysOut({ id, plan }, await progressOf(db, { id, plan }))
      return hostPlansOf(plan).map(({ host, gpu: { locationPath } }) => {
        return { requestId: id, host, locationPath, ways }
      })
    }),
  )
  return each.flat()
}

export const acceptHost = async (context: Context, name: string, caller: Caller): Promise<Effect> => {
  const found = resolveGpu(name, await hostViews(context.db, [...context.hosts.keys()]))
  if (!found.ok) return say(refusalNotice(found.refusals))
  const { facts, gpu } = found.value
  const alias = aliasOf(facts, gpu)
  const half = (await stuckOnes(context)).find((each) => isAbout(each, facts, gpu))
  if (half)
    return say(
      refusalNotice([
        refusal(
          'busy',
          `${half.requestId} is unfinished on ${alias} and needs attention`,
          `Settle that first: \`reconcile ${facts.name}\` shows how.`,
        ),
      ]),
    )
  if (
    !driftFindings(facts, await holdingsOn(context.db, facts), []).some(
      (each) => each.gpu === alias && each.recorded,
    )
  )
    return say(
      refusalNotice([
        refusal(
          'not-possible',
          `the records of the bot say of ${alias} what its host says`,
          `See \`show ${alias}\`.`,
        ),
      ]),
    )
  return async (tx) => {
    const at = context.clock.now()
    await saveAcceptance(tx, { gpu: alias, by: caller.account, at })
    const text = `The records follow the host: whose request gave ${alias} before does not count any more.`
    await post(tx, caller.channel, doneNotice(text, caller.account), { at, otherwise: caller.back })
    return null
  }
}
