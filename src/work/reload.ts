/** `reload`: the policy read again from its file, for all that comes from now on. */
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { revisionOf } from '../core/policy/policy'
import { post } from '../store/outbox'
import { say, type Caller, type Consequence } from './consequence'
import type { Parts } from './parts'

export const reloadPolicy = (parts: Parts, caller: Caller): Consequence => {
  const before = revisionOf(parts.policy.inForce())
  const read = parts.policy.reload()
  if (!read.ok) {
    parts.log.warn({ by: caller.account, errors: read.refusals.length }, 'the policy stays as it was')
    return say(refusalNotice(read.refusals))
  }
  const after = revisionOf(read.value)
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
