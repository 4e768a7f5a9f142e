/** For how many GPUs one person may wait at once, in the line or with a request that has not begun. */
import type { Refusal } from '../../core/errors'
import { isSamePerson, type Policy } from '../../core/policy/policy'
import { isWish } from '../../core/queue/asked'
import { refuseMore } from '../../core/queue/join'
import type { Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { openWaiters } from '../../store/queue'
import { requestsIn } from '../../store/requests'

/** Their requests for whole GPUs that have not begun. */
export const askedBy = async (tx: Tx, policy: Policy, by: string): Promise<string[]> =>
  (await requestsIn(tx, ['pending', 'approved']))
    .filter((request) => isWish(request) && isSamePerson(policy, request.asked.by, by))
    .map(({ id }) => id)

/** Null when they may ask for this as well. */
export const tooManyAsked = async (
  tx: Tx,
  policy: Policy,
  { by, ...request }: Pick<Request, 'plan' | 'continues' | 'holder'> & { readonly by: string },
): Promise<Refusal | null> => {
  if (!isWish(request)) return null
  const places = (await openWaiters(tx)).filter(({ entry }) => isSamePerson(policy, entry.by, by))
  const waits = [...places.map(({ entry }) => entry.id), ...(await askedBy(tx, policy, by))]
  return refuseMore(waits, policy.queue.most)
}
