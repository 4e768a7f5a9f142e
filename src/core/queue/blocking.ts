/** Requests that nobody has decided, for a GPU that somebody else waits for: they may not keep it from them for long. */
import { afterOpenTime } from '../policy/calendar'
import { subjectsOf } from '../policy/judge'
import { isSamePerson } from '../policy/policy'
import type { Request, RequestIn } from '../request/request'
import { againstOf, type Against } from './against'
import { isWish } from './asked'
import { freeAmong } from './candidates'
import { fleetOf } from './changes'
import { isWaiting, type EntryIn } from './entry'
import type { Snapshot } from './snapshot'
import { fits, type Candidate } from './order'

export interface Blocking {
  readonly request: RequestIn<'pending'>
  /** Who waits. */
  readonly entry: EntryIn<'waiting'>
  /** When it expires for their sake. */
  readonly expiresAt: number
}

/**
 * From when it is seen that somebody waits it has as long as an offer has. What was asked for by a place in the queue keeps
 * its time: its person has waited too, and that an approver sleeps is not for them to pay.
 */
export const blockingOf = (snapshot: Snapshot, now: number): Blocking[] => {
  const pending = snapshot.requests.filter(mayBlock)
  if (pending.length === 0) return []
  const fleet = fleetOf(snapshot)
  const stock = { gpus: fleet.gpus, free: freeAmong(fleet.gpus, fleet) }
  return pending.flatMap((request) => {
    const others = snapshot.requests.filter((each) => each !== request)
    const against = againstOf({ ...snapshot, requests: others }, now)
    const entry = waiterFor(snapshot, { ...stock, against }, request)
    if (!entry) return []
    const open = { from: now, ms: snapshot.policy.queue.offer }
    const expiresAt = afterOpenTime(snapshot.policy, subjectsOf(request.plan), open)
    return expiresAt < request.expiresAt ? [{ request, entry, expiresAt }] : []
  })
}

const mayBlock = (request: Request): request is RequestIn<'pending'> =>
  request.state === 'pending' &&
  isWish(request) &&
  request.turn === undefined &&
  request.hurried === undefined

/** What there is, what of it is free, and what would be against somebody who waits if the request were not. */
interface Stock {
  readonly gpus: readonly Candidate[]
  readonly free: readonly Candidate[]
  readonly against: Against
}

/** Somebody else, for whom nothing that would do is free. */
const waiterFor = (
  { policy, waiters }: Snapshot,
  { gpus, free, against }: Stock,
  { plan, asked }: Request,
): EntryIn<'waiting'> | undefined => {
  const gpu = gpus.find(
    ({ host, locationPath }) => host === plan.host && locationPath === plan.gpu.locationPath,
  )
  if (!gpu) return undefined
  const entries = waiters.map(({ entry }) => entry)
  return entries.flatMap((entry) => {
    if (!isWaiting(entry) || isSamePerson(policy, entry.by, asked.by)) return []
    const mayHave = (each: Candidate): boolean =>
      fits(entry.want, each) && against(entry, each, entries).length === 0
    return mayHave(gpu) && !free.some(mayHave) ? [entry] : []
  })[0]
}
