/**
 * An entry of the waitlist and its life. The legal pairs of state and event are in `LIFE`; the rest is refused. Only an offer takes a GPU off the others, and it has an end; so no GPU is kept for
 * somebody who is not there.
 */
import { z } from 'zod'
import { accepted, refused, refusal, type Outcome, type Refusal } from '../errors'
import { hostName, locationPath } from '../inventory/inventory'
import { machine, type Life } from '../machine'
import { account } from '../ports/address'

/** One GPU, or any of a class; null: any model, any size. A GPU stays in its host, so a VM has use for those of its own alone. */
const want = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gpu'), alias: z.string(), host: hostName, locationPath }),
  z.object({
    kind: z.literal('class'),
    model: z.string().min(1).nullable(),
    freeBytes: z.number().positive().nullable(),
    /** A class of GPUs as the policy names it. */
    class: z.string().optional(),
    host: hostName.optional(),
  }),
])
export type Want = z.infer<typeof want>

/** A GPU is its host and its path there. */
const place = z.object({ alias: z.string(), host: hostName, locationPath })
export type Place = z.infer<typeof place>

const common = {
  id: z.string(),
  version: z.number().int().positive(),
  by: account,
  team: z.string(),
  want,
  since: z.number(),
  /** How long it is wanted for, in milliseconds; null: not said. */
  forMs: z.number().positive().nullable(),
}
const ended = { ...common, endedAt: z.number() }

export const entry = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting'), ...common }),
  z.object({ state: z.literal('offered'), ...common, gpu: place, offeredAt: z.number(), until: z.number() }),
  z.object({ state: z.literal('accepted'), ...ended, gpu: place }),
  z.object({ state: z.literal('declined'), ...ended, gpu: place }),
  z.object({ state: z.literal('lapsed'), ...ended, gpu: place }),
  z.object({ state: z.literal('withdrawn'), ...ended, withdrawnBy: account }),
  z.object({ state: z.literal('dropped'), ...ended, why: z.string() }),
])
export type Entry = z.infer<typeof entry>
export type EntryState = Entry['state']
export const ENTRY_STATES: readonly EntryState[] = entry.options.map(({ shape }) => shape.state.value)
export type EntryIn<S extends EntryState> = Extract<Entry, { state: S }>

export type EntryEvent =
  | { readonly kind: 'offer'; readonly at: number; readonly gpu: Place; readonly until: number }
  /** The calendar of the policy has changed: the time to answer is counted once more, from now. */
  | { readonly kind: 'begin-anew'; readonly at: number; readonly until: number }
  | { readonly kind: 'accept'; readonly at: number; readonly by: string }
  | { readonly kind: 'decline'; readonly at: number; readonly by: string }
  | { readonly kind: 'lapse'; readonly at: number }
  /** The GPU cannot be had any more: lost, or paused. The entry waits on, with its age. */
  | { readonly kind: 'take-back'; readonly at: number }
  | { readonly kind: 'withdraw'; readonly at: number; readonly by: string }
  /** It waits in vain: the policy does not let its person have what they wait for, or there is no such GPU any more. */
  | { readonly kind: 'drop'; readonly at: number; readonly why: string }

type EventOf<K extends EntryEvent['kind']> = Extract<EntryEvent, { kind: K }>

/** Open entries stand in the line. */
export const isOpenEntry = ({ state }: Entry): boolean => state === 'waiting' || state === 'offered'
export const isWaiting = (entry: Entry): entry is EntryIn<'waiting'> => entry.state === 'waiting'
export const isOffered = (entry: Entry): entry is EntryIn<'offered'> => entry.state === 'offered'

export type NewEntry = Omit<EntryIn<'waiting'>, 'state' | 'version'>
export const newEntry = (draft: NewEntry): EntryIn<'waiting'> => ({ state: 'waiting', version: 1, ...draft })

const notFrom = (entry: Entry, event: EntryEvent): Refusal => {
  const ended = !isOpenEntry(entry)
  const what = ended ? `${entry.id} is over: ${entry.state}` : 'nothing is offered to you yet'
  if (event.kind === 'accept' || event.kind === 'decline')
    return refusal(ended ? 'finished' : 'stale', what, '`queue` shows where you stand.')
  return refusal(
    ended ? 'finished' : 'stale',
    `${entry.id} is ${entry.state}; it cannot ${event.kind.replace('-', ' ')} now`,
    '`queue` shows who waits.',
  )
}

const ending = (
  { offeredAt, until, ...rest }: EntryIn<'offered'>,
  state: 'accepted' | 'declined' | 'lapsed',
  endedAt: number,
): Entry => ({ ...rest, state, endedAt })

/** From the end of the offer on it is too late, even where nobody has noted the lapse yet. */
const answer = (entry: EntryIn<'offered'>, event: EventOf<'accept' | 'decline'>): Outcome<Entry> => {
  if (event.by !== entry.by)
    return refused(
      refusal('not-allowed', 'this offer is made to somebody else', '`queue` shows where you stand.'),
    )
  if (event.at >= entry.until)
    return refused(
      refusal('finished', `the offer of ${entry.gpu.alias} has lapsed`, 'Use `queue` to wait anew.'),
    )
  return accepted(ending(entry, event.kind === 'accept' ? 'accepted' : 'declined', event.at))
}

/** What every entry has. Who may withdraw another's is for the policy to say. */
const bare = ({ id, version, by, team, want, since, forMs }: Entry) => ({
  id,
  version,
  by,
  team,
  want,
  since,
  forMs,
})

const withdraw = (entry: Entry, { at, by }: EventOf<'withdraw'>): Entry => ({
  state: 'withdrawn',
  ...bare(entry),
  endedAt: at,
  withdrawnBy: by,
})
const drop = (entry: Entry, { at, why }: EventOf<'drop'>): Entry => ({
  state: 'dropped',
  ...bare(entry),
  endedAt: at,
  why,
})

const LIFE: Life<Entry, EntryEvent> = {
  waiting: {
    offer: (entry, { at, gpu, until }) =>
      until > at ? { ...entry, state: 'offered', gpu, offeredAt: at, until } : null,
    withdraw,
    drop,
  },
  offered: {
    'begin-anew': (entry, { at, until }) => (until > at ? { ...entry, offeredAt: at, until } : null),
    accept: answer,
    decline: answer,
    lapse: (entry, { at }) => (at >= entry.until ? ending(entry, 'lapsed', at) : null),
    'take-back': ({ gpu, offeredAt, until, ...entry }) => ({ ...entry, state: 'waiting' }),
    withdraw,
    drop,
  },
  accepted: {},
  declined: {},
  lapsed: {},
  withdrawn: {},
  dropped: {},
}

/** The next entry, or the refusal. */
export const nextEntry = machine(LIFE, notFrom)
