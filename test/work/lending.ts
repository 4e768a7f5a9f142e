/** What the suites about leases do again and again, with the bot as it is at that moment. */
import { requestsIn } from '../../src/store/requests'
import type { Request } from '../../src/core/request/request'
import { decide } from '../../src/work/commands/decide'
import { tendLeases } from '../../src/work/sweeps/leases'
import type { Parts } from '../../src/work/context/parts'
import { runRequest } from '../../src/work/operation/run'
import { JONAS, slack } from '../core/policy/team'
import { everythingArrives, stored } from './operations/bot'

const STEP_MS = 10 * 60_000

export const lendingBy = (partsNow: () => Parts) => {
  const runs = async (id: string): Promise<Request> => {
    const parts = partsNow()
    await runRequest(parts, await stored(parts.db, id), new AbortController().signal)
    return stored(parts.db, id)
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
      await tendLeases(partsNow())
      await everythingArrives(partsNow())
      for (const { id } of await requestsIn(db, ['approved'])) await runs(id)
      await tendLeases(partsNow())
    }
  }
  return { runs, approves, pass }
}
