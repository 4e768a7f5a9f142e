/** Requests that nobody has decided, for a GPU that somebody else waits for: they may not keep it from them for long. */
import { afterOpenTime } from '../policy/calendar'
import { subjectsOf } from '../policy/judge'
import { isSamePerson } from '../policy/policy'
import type { Request, RequestIn } from '../request'
import { isWish } from './asked'
import { candidatesOf, freeAmong, takenOf } from './candidates'
import { isWaiting, type EntryIn } from './entry'
import type { Ground } from './ground'
import { fits, type Candidate } from './order'
import { againstPerson } from './rights'
import { wantingOf } from './waiter'

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
export const blockingOf = (ground: Ground, now: number): Blocking[] =>
  ground.requests.flatMap((request) => {
    if (request.state !== 'pending' || !isWish(request)) return []
    if (request.turn !== undefined || request.hurried !== undefined) return []
    const entry = waiterFor(ground, request)
    if (!entry) return []
    const open = { from: now, ms: ground.policy.queue.offer }
    const expiresAt = afterOpenTime(ground.policy, subjectsOf(request.plan), open)
    return expiresAt < request.expiresAt ? [{ request, entry, expiresAt }] : []
  })

/** Somebody else, for whom nothing that would do is free. */
const waiterFor = (ground: Ground, { plan, asked }: Request): EntryIn<'waiting'> | undefined => {
  const { policy, views, waiters, leases } = ground
  const gpus = candidatesOf(policy, views)
  const gpu = gpus.find(
    ({ host, locationPath }) => host === plan.host && locationPath === plan.gpu.locationPath,
  )
  if (!gpu) return undefined
  const free = freeAmong(gpus, { taken: takenOf(gpus, ground), leases })
  return waiters.flatMap((waiter) => {
    const { entry } = waiter
    if (!isWaiting(entry) || isSamePerson(policy, entry.by, asked.by)) return []
    const mayHave = (each: Candidate): boolean =>
      fits(entry.want, each) && againstPerson(policy, wantingOf(waiter), each, views).length === 0
    return mayHave(gpu) && !free.some(mayHave) ? [entry] : []
  })[0]
}
