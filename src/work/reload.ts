/** `reload`: the policy read again from its file, for all that comes from now on. */
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { post } from '../store/outbox'
import { say, type Caller, type Consequence } from './consequence'
import type { Parts } from './parts'

export const reloadPolicy = async (parts: Parts, caller: Caller): Promise<Consequence> => {
  const before = parts.policy.inForce().revision
  const read = await parts.policy.reload()
  if (!read.ok) {
    parts.log.warn({ by: caller.account, errors: read.refusals.length }, 'the policy stays as it was')
    return say(refusalNotice(read.refusals))
  }
  const after = read.value.revision
  parts.log.info({ by: caller.account, before, after }, 'policy read again')
  if (after === before) return say(doneNotice('The policy is as it was.'))
  return async (tx) => {
    const text = `The policy was read again: revision ${before} became ${after}. What was planned under the old one and has not begun must be asked for again.`
    await post(tx, caller.channel, doneNotice(text, caller.account), {
      at: parts.clock.now(),
      otherwise: caller.back,
    })
    return null
  }
}
