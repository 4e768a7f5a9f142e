/** The end of an operation, by itself or by hand: locks, facts, baselines, leases and posts, in the commit that ends its request. */
import { changeNotice } from '../../core/cards/change'
import type { Step } from '../../core/plan/step'
import type { Readings } from '../../core/operation/progress'
import type { Request, RequestIn } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { saveBaselines, saveFacts } from '../../store/fleet'
import { unlockHosts } from '../../store/journal'
import { findLease } from '../../store/leases'
import { post } from '../../store/outbox'
import { announce } from '../telling/announce'
import { refreshCard } from '../telling/card'
import { ownUp } from '../readings/drift'
import { lend } from '../changes/lease/lend'
import type { Context } from '../context/context'

export interface Ending {
  readonly ended: Request
  readonly readings: Readings
  /** What of the hosts is as it is by this operation, or by whoever repaired it: it is nobody else's change. */
  readonly owned: (host: string) => readonly Step[]
  readonly at: number
}

export const recordEnd = async (
  context: Context,
  tx: Tx,
  { ended, readings, owned, at }: Ending,
): Promise<void> => {
  await unlockHosts(tx, ended.id)
  for (const facts of readings.values()) {
    await saveFacts(tx, facts, at)
    if (ended.state !== 'needs-attention') await ownUp(tx, facts, owned(facts.name))
  }
  if (ended.state === 'succeeded') await recordChange(context, tx, { ended, readings, at })
  else await announce(context, tx, [{ kind: 'request', request: ended }], { at })
  await refreshCard(tx, ended, at)
}

const recordChange = async (
  context: Context,
  tx: Tx,
  {
    ended,
    readings,
    at,
  }: { readonly ended: RequestIn<'succeeded'>; readonly readings: Readings; readonly at: number },
): Promise<void> => {
  const changes = context.changesChannel ?? ended.channel
  await saveBaselines(tx, ended.plan)
  const facts = readings.get(ended.plan.host)
  if (facts) await lend(tx, context, { request: ended, facts, at })
  await post(tx, changes, changeNotice(ended), { at, otherwise: ended.channel })
  const lease = await findLease(tx, ended.id)
  const news = { kind: 'changed', request: ended, until: lease?.endsAt ?? null } as const
  await announce(context, tx, [news], { at, except: [changes] })
}
