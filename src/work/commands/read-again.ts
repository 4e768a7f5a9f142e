/** `read`: an administrator has the hosts of a request that needs attention read; its card says what is where now. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { unknownProgress } from '../../core/operation/progress'
import { saveFacts } from '../../store/fleet'
import { apply } from '../../store/requests'
import { attention } from '../operation/attention'
import { refreshCard } from '../telling/card'
import { say, type Caller, type Effect } from '../context/effect'
import type { Context } from '../context/context'
import { findStuck, readStuck, recordReading } from './stuck'

export const readAgain = async (context: Context, id: string, caller: Caller): Promise<Effect> => {
  const stuck = await findStuck(context, id)
  if (!stuck.ok) return say(stuck.notice)
  const { request, progress } = stuck
  const read = await readStuck(context, request)
  if (!read.ok) return say(read.notice)
  const { readings } = read
  return async (tx) => {
    const [at, by] = [context.clock.now(), caller.account]
    const found = { progress: progress ?? unknownProgress(request.plan), readings }
    const { now, repair } = attention(request.plan, found)
    const next = await apply(tx, request, { kind: 'read-again', at, by, now, repair })
    if (!next.ok) return refusalNotice(next.refusals)
    await recordReading(tx, request, { readings, by, at })
    for (const facts of readings.values()) await saveFacts(tx, facts, at)
    await refreshCard(tx, next.value, at)
    return doneNotice(`${id} was read again: ${now.join('; ')}.`)
  }
}
