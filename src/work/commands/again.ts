/** `again`: what a request asked for, asked for anew by whoever says so: on fresh facts, under the policy of now. */
import { refusalNotice } from '../../core/answers/refusal'
import { STATE_WORDS } from '../../core/request/words'
import { refusal } from '../../core/errors'
import { mayBeAskedAgain } from '../../core/request/request'
import { findRequest } from '../../store/requests'
import { ask } from './ask'
import { say, type Caller, type Effect } from '../context/effect'
import { noRequest } from '../context/no-request'
import { extend } from '../changes/lease/extend'
import { onLease } from '../changes/lease/meant'
import type { Context } from '../context/context'

/** Its words are kept, its reason too, but glass is broken for one request alone. */
export const askAgain = async (context: Context, id: string, caller: Caller): Promise<Effect> => {
  const request = await findRequest(context.db, id)
  if (!request) return say(refusalNotice([noRequest(id)]))
  if (!mayBeAskedAgain(request.state))
    return say(
      refusalNotice([
        refusal(
          'not-possible',
          `${id}: ${STATE_WORDS[request.state]}, so there is nothing to ask again`,
          `See \`show ${id}\`.`,
        ),
      ]),
    )
  if (request.command?.kind === 'extend') {
    const { byMs } = request.command
    return onLease(context, request.command, caller, (leaseId) => extend(context, { leaseId, byMs }, caller))
  }
  if (!request.command || !('dryRun' in request.command))
    return say(
      refusalNotice([
        refusal(
          'not-possible',
          `${id} is from before its words were kept`,
          `See \`show ${id}\`, and ask in your own.`,
        ),
      ]),
    )
  const { breakGlass, ...command } = request.command
  return ask(context, command, caller)
}
