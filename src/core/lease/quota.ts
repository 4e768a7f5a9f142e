/** May somebody hold another GPU? Limits of a person and of a team; every one that stands against it is named. */
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import { isOpen, type Lease } from './lease'
import { gpuHours, gpusHeld, type Window } from './usage'

/** Null: no limit. Hours are those of the window so far, together with those booked ahead. */
export interface Limit {
  readonly gpus: number | null
  readonly gpuHours: number | null
}
export interface Quota {
  readonly person: Limit
  readonly team: Limit
  readonly windowMs: number
}

export interface Wish {
  readonly holder: string
  readonly team: string
  readonly part: number
  readonly at: number
  /** Null: no end. */
  readonly endsAt: number | null
  /** How the holder is called where it is not they who ask. */
  readonly name?: string
}

/** Sums of quarters and thirds: what is over by less than this is not over. */
const SLACK = 1e-9
const HOUR_MS = 3_600_000
const figure = (count: number): string => String(Number(count.toFixed(2)))

/** `leases`: all that were open within the window. Refused: `not-allowed`, one refusal for each limit. */
export const mayHold = (wish: Wish, leases: readonly Lease[], quota: Quota): Outcome<Wish> => {
  const own = leases.filter(({ holder }) => holder === wish.holder)
  const teams = leases.filter(({ team }) => team === wish.team)
  const window = { from: wish.at - quota.windowMs, now: wish.at }
  const refusals = [
    ...over({ ...calling(wish.name), wish, leases: own, limit: quota.person, window }),
    ...over({
      ...{ who: `team ${wish.team}`, verb: 'holds', have: 'has' },
      ...{ wish, leases: teams, limit: quota.team, window },
    }),
  ]
  return refusals.length === 0 ? accepted(wish) : refused(...refusals)
}

const calling = (name: string | undefined): Pick<Side, 'who' | 'verb' | 'have'> =>
  name === undefined ? { who: 'you', verb: 'hold', have: 'have' } : { who: name, verb: 'holds', have: 'has' }

interface Side {
  readonly who: string
  readonly verb: string
  readonly have: string
  readonly wish: Wish
  readonly leases: readonly Lease[]
  readonly limit: Limit
  readonly window: Window
}

const over = (side: Side): Refusal[] => [...overGpus(side), ...overHours(side)]

const overGpus = ({ who, verb, wish, leases, limit }: Side): Refusal[] => {
  const held = gpusHeld(leases)
  if (limit.gpus === null || held + wish.part <= limit.gpus + SLACK) return []
  const what = `${who} already ${verb} ${figure(held)} of ${figure(limit.gpus)} GPUs`
  return [refusal('not-allowed', `${what}, and this asks for ${figure(wish.part)} more`, givingBack(leases))]
}

/** What was lent first is named: what to give back is for people to choose. */
const givingBack = (leases: readonly Lease[]): string => {
  const [oldest] = leases.filter(isOpen).sort((a, b) => a.startedAt - b.startedAt)
  return oldest
    ? `Give one back first, such as ${oldest.gpu.alias} of ${oldest.vm.name}.`
    : 'Ask for less, or ask an administrator for another limit.'
}

const overHours = ({ who, have, wish, leases, limit, window }: Side): Refusal[] => {
  if (limit.gpuHours === null) return []
  const booked = leases.reduce((sum, lease) => sum + gpuHours(lease, window), 0)
  const left = Math.max(0, limit.gpuHours - booked)
  const days = figure((window.now - window.from) / (24 * HOUR_MS))
  const used = `${who} ${have} ${figure(left)} of ${figure(limit.gpuHours)} GPU-hours left in ${days} days`
  const minutes = Math.floor((left / wish.part) * 60)
  const next =
    minutes > 0
      ? `Ask for it for ${minutes} minutes or less.`
      : 'Wait until earlier hours are older than that.'
  if (wish.endsAt === null)
    return [refusal('not-allowed', `${used}, and this asks for a lease without an end`, next)]
  const asked = ((wish.endsAt - wish.at) / HOUR_MS) * wish.part
  return asked <= left + SLACK
    ? []
    : [refusal('not-allowed', `${used}, and this asks for ${figure(asked)}`, next)]
}
