/** What the suites about leases do again and again, with the bot as it is at that moment. */
import { requestsIn } from '../../src/store/requests'
import type { Request } from '../../src/core/request/request'
import { decide } from '../../src/work/commands/decide'
import { sweepLeases } from '../../src/work/sweeps/leases'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { JONAS, slack } from '../core/policy/team'
import { everythingArrives, stored } from './operations/bot'

const STEP_MS = 10 * 60_000

export const lendingBy = (partsNow: () => Context) => {
  const runs = async (id: string): Promise<Request> => {
    const context = partsNow()
    await runRequest(context, await stored(context.db, id), new AbortController().signal)
    return stored(context.db, id)
  }
  const approves = async (id: string): Promise<void> => {
    const decision = { verdict: 'approve', requestId: id, by: slack(JONAS), reason: undefined } as const
    await partsNow().db.transaction().execute(decide(partsNow(), decision))
  }
  /** Passes the time in steps, with all that the bot does by itself. */
  const pass = async (ms: number, stepMs = STEP_MS): Promise<void> => {
    const { clock, db } = partsNow()
    for (const until = clock.now() + ms; clock.now() < until;) {
      await clock.sleep(Math.min(stepMs, until - clock.now()))
      await sweepLeases(partsNow())
      await everythingArrives(partsNow())
      for (const { id } of await requestsIn(db, ['approved'])) await runs(id)
      await sweepLeases(partsNow())
    }
  }
  return { runs, approves, pass }
}
