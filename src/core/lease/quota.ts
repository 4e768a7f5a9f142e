/** May somebody hold another GPU? Limits of a person and of a team; every one that stands against it is named. */
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import { isOpenLease, type Lease } from './lease'
import { span } from '../time/span'
import { gpuHours, gpusHeld, type Window } from './usage'

/** Null: no limit. Hours are those of the window so far, together with those booked ahead. */
interface Limit {
  readonly gpus: number | null
  readonly gpuHours: number | null
}
export interface Quota {
  readonly person: Limit
  readonly team: Limit
  readonly windowMs: number
}

export interface QuotaWish {
  readonly holder: string
  readonly team: string
  readonly part: number
  readonly at: number
  /** Null: no end. */
  readonly endsAt: number | null
  /** How the holder is called; absent: it is they who are told. */
  readonly called?: PersonWords
  /** No lease may be longer, whatever hours are left; null or absent: any may. */
  readonly mostMs?: number | null
}

/** What is not lent yet, but will be: an open request, or what is on offer. */
export interface Asked extends Pick<QuotaWish, 'holder' | 'team' | 'part'> {
  /** `R-7`, or `Q-3`. */
  readonly id: string
  /** For how long, in milliseconds; null: without an end. */
  readonly ms: number | null
}

/** How somebody is called, and the verbs that go with it. */
export interface PersonWords {
  readonly who: string
  readonly verb: string
  readonly have: string
}
const YOU: PersonWords = { who: 'you', verb: 'hold', have: 'have' }
/** Where others read it, beside their name. */
export const THEY: PersonWords = { ...YOU, who: 'they' }
export const calledByName = (who: string): PersonWords => ({ who, verb: 'holds', have: 'has' })

/** Where hours are limited nobody could count what a lease without an end will use. */
export const refuseEndless = (endsAt: number | null, { person, team }: Quota): Refusal | null =>
  endsAt !== null || (person.gpuHours === null && team.gpuHours === null)
    ? null
    : refusal(
        'not-allowed',
        'the policy counts GPU-hours, and it was asked for without an end',
        'Say for how long: add `for 8h`.',
      )

/** Sums of quarters and thirds: what is over by less than this is not over. */
const SLACK = 1e-9
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const figure = (count: number): string => String(Number(count.toFixed(2)))

/**
 * `leases`: all that were open within the window; `asked`: what counts beside them. Refused: `not-allowed`, one refusal
 * for each limit.
 */
export const mayHold = (
  wish: QuotaWish,
  leases: readonly Lease[],
  quota: Quota,
  asked: readonly Asked[] = [],
): Outcome<QuotaWish> => {
  const of = (side: Limited) => ({
    leases: leases.filter((each) => each[side] === wish[side]),
    asked: asked.filter((each) => each[side] === wish[side]),
  })
  const window = { from: wish.at - quota.windowMs, now: wish.at }
  const refusals = [
    ...over({ ...(wish.called ?? YOU), ...of('holder'), wish, limit: quota.person, window }),
    ...over({ ...calledByName(`team ${wish.team}`), ...of('team'), wish, limit: quota.team, window }),
  ]
  return refusals.length === 0 ? accepted(wish) : refused(...refusals)
}

/** Does any of it limit anything? */
export const isLimited = ({ person, team }: Quota): boolean =>
  [person, team].some(({ gpus, gpuHours }) => gpus !== null || gpuHours !== null)

type Limited = 'holder' | 'team'

interface Side extends PersonWords {
  readonly wish: QuotaWish
  readonly leases: readonly Lease[]
  readonly asked: readonly Asked[]
  readonly limit: Limit
  readonly window: Window
}

const over = (side: Side): Refusal[] => [...overGpus(side), ...overHours(side)]

const overGpus = ({ who, verb, have, wish, leases, asked, limit }: Side): Refusal[] => {
  const held = gpusHeld(leases) + asked.reduce((sum, { part }) => sum + part, 0)
  if (limit.gpus === null || held + wish.part <= limit.gpus + SLACK) return []
  const does = asked.length === 0 ? verb : `${verb} or ${have} asked for`
  const what = `${who} already ${does} ${figure(held)} of ${figure(limit.gpus)} GPUs${named(asked)}`
  const next = givingBack(leases, asked)
  return [refusal('not-allowed', `${what}, and this asks for ${figure(wish.part)} more`, next)]
}

/** `, with still open` */
const named = (asked: readonly Asked[]): string =>
  asked.length === 0 ? '' : `, with ${asked.map(({ id }) => id).join(', ')} still open`

/** What was lent first is named: what to give back is for people to choose. */
const givingBack = (leases: readonly Lease[], asked: readonly Asked[]): string => {
  const [oldest] = leases.filter(isOpenLease).sort((a, b) => a.startedAt - b.startedAt)
  if (oldest) return `Give one back first, such as ${oldest.gpu.alias} of ${oldest.vm.name}.`
  const [first] = asked
  return first
    ? `Wait for what is open, or give it up first, such as ${first.id}.`
    : 'Ask for less, or ask an administrator for another limit.'
}

const overHours = ({ who, have, wish, leases, asked, limit, window }: Side): Refusal[] => {
  if (limit.gpuHours === null) return []
  const booked =
    leases.reduce((sum, lease) => sum + gpuHours(lease, window), 0) +
    asked.reduce((sum, { ms, part }) => sum + ((ms ?? 0) / HOUR_MS) * part, 0)
  const left = Math.max(0, limit.gpuHours - booked)
  const days = figure((window.now - window.from) / (24 * HOUR_MS))
  const used = `${who} ${have} ${figure(left)} of ${figure(limit.gpuHours)} GPU-hours left in ${days} days${named(asked)}`
  const longestMs = Math.min((left / wish.part) * HOUR_MS, wish.mostMs ?? Infinity)
  const next =
    longestMs >= MINUTE_MS
      ? `Ask for it \`for ${span(longestMs)}\`, or for less.`
      : 'Wait until earlier hours are older than that.'
  if (wish.endsAt === null)
    return [refusal('not-allowed', `${used}, and this asks for a lease without an end`, next)]
  const wanted = ((wish.endsAt - wish.at) / HOUR_MS) * wish.part
  return wanted <= left + SLACK
    ? []
    : [refusal('not-allowed', `${used}, and this asks for ${figure(wanted)}`, next)]
}
