/** `leave`: somebody gives up their place, or an administrator takes them out. */
import { doneNotice } from '../../../core/answers/done'
import { refusalNotice } from '../../../core/answers/refusal'
import { refusal, type Refusal } from '../../../core/errors'
import { isSamePerson, personOf, rolesAmong } from '../../../core/policy/policy'
import { nextEntry } from '../../../core/queue/entry'
import { findWaiter, saveWaiter } from '../../../store/queue'
import type { Caller, Effect } from '../../context/effect'
import type { Context } from '../../context/context'
import { tell } from '../../telling/waiters'

export const noEntry = (id: string): Refusal =>
  refusal('unknown-name', `there is no place ${id} in the queue`, '`queue` shows who waits.')

export interface Leaving {
  readonly entryId: string
  /** The version that the button showed; absent when typed. */
  readonly version?: number
}

export const leave =
  (context: Context, { entryId, version }: Leaving, caller: Caller): Effect =>
  async (tx) => {
    const before = await findWaiter(tx, entryId)
    if (before === null) return refusalNotice([noEntry(entryId)])
    const { entry } = before
    const policy = context.policy.inForce()
    const own = isSamePerson(policy, caller.account, entry.by)
    if (!own && rolesAmong(policy, personOf(policy, caller.account), policy.administer).length === 0)
      return refusalNotice([
        refusal(
          'not-allowed',
          `${entryId} is somebody else's place in the queue`,
          'They, or an administrator, may give it up.',
        ),
      ])
    if (version !== undefined && version !== entry.version)
      return refusalNotice([
        refusal(
          'stale',
          `${entryId} has changed since that button was shown`,
          '`queue` shows where you stand.',
        ),
      ])
    const at = context.clock.now()
    const next = nextEntry(
      entry,
      own && entry.state === 'offered'
        ? { kind: 'decline', at, by: entry.by }
        : { kind: 'withdraw', at, by: caller.account },
    )
    if (!next.ok) return refusalNotice(next.refusals)
    const after = { ...before, entry: next.value }
    await saveWaiter(tx, before, after)
    await tell(context, tx, after)
    context.log.info({ entry: entryId, by: caller.account }, 'left the queue')
    return doneNotice(own ? `You left the queue (${entryId}).` : `${entryId} is out of the queue.`)
  }
