/** `retry`: the start of a VM that was refused, with everything else done, is tried again. */
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { STATE_WORDS } from '../core/answers/states'
import { refusal } from '../core/errors'
import { refuseRetry } from '../core/policy/commands'
import { refusedStart } from '../core/progress'
import { append } from '../store/journal'
import { apply, findRequest } from '../store/requests'
import { refreshCard } from './card'
import { say, type Caller, type Consequence } from './consequence'
import { noRequest } from './decide'
import type { Parts } from './parts'
import { progressOf } from './progress'

/** The request runs again, from where it stood. */
export const retry = async (parts: Parts, id: string, caller: Caller): Promise<Consequence> => {
  const request = await findRequest(parts.db, id)
  if (!request) return say(refusalNotice([noRequest(id)]))
  const notAllowed = refuseRetry(parts.policy.inForce(), request, caller.account)
  if (notAllowed) return say(refusalNotice([notAllowed]))
  const progress = request.state === 'needs-attention' ? await progressOf(parts.db, request) : null
  if (!progress || refusedStart(request.plan, progress) === null)
    return say(
      refusalNotice([
        refusal(
          'not-possible',
          `${id}: ${STATE_WORDS[request.state]}, and no VM of it waits to be started`,
          `See \`show ${id}\`.`,
        ),
      ]),
    )
  return async (tx) => {
    const at = parts.clock.now()
    const next = await apply(tx, request, { kind: 'retry', at, by: caller.account })
    if (!next.ok) return refusalNotice(next.refusals)
    await append(tx, id, { kind: 'again', at })
    await refreshCard(tx, next.value, at)
    return doneNotice(`${id} goes on: its VM is started once more.`)
  }
}
