/** Entries and GPUs for tests of the queue, and an entry in every state it can have. */
import { hostName, locationPath } from '../../../src/core/inventory/inventory'
import { newLease, type Lease } from '../../../src/core/lease/lease'
import {
  newEntry,
  nextEntry,
  type Entry,
  type EntryEvent,
  type EntryIn,
  type EntryState,
  type NewEntry,
  type Place,
} from '../../../src/core/queue/entry'
import type { Candidate, Fairness } from '../../../src/core/queue/order'
import { aGpu, aLease, DAY, HOLDER, HOUR, OTHER, START } from '../lease/leases'

export const GIB = 2 ** 30
export const FAIRNESS: Fairness = { patienceMs: 3 * DAY, windowMs: 7 * DAY, usualMs: 8 * HOUR }

export const aCandidate = (slot: number, model = 'NVIDIA A40', gib: number | null = 48): Candidate => ({
  alias: `hv01/gpu${slot}`,
  host: hostName.parse('hv01'),
  locationPath: locationPath.parse(`PCIROOT(${slot.toString(16).toUpperCase()})#PCI(0100)`),
  model,
  freeBytes: gib === null ? null : gib * GIB,
})

export const placeOf = ({ alias, host, locationPath }: Candidate): Place => ({ alias, host, locationPath })

export const ANY = { kind: 'class', model: null, freeBytes: null } as const

let count = 0
export const anEntry = (over: Partial<NewEntry> = {}): EntryIn<'waiting'> =>
  newEntry({
    ...{ id: `Q-${++count}`, by: HOLDER, team: 'vision', want: ANY, since: START, forMs: 4 * HOUR },
    ...over,
  })

/** The lease that follows an offer that was accepted. */
export const leaseOf = (entry: EntryIn<'accepted'>, at: number, endsAt: number | null): Lease => {
  const { by: holder, team, gpu, id } = entry
  return newLease({ ...aLease(), id: `L-${id}`, holder, team, gpu: { ...aGpu(0), ...gpu }, at, endsAt })
}

export const waiting = anEntry({ id: 'Q-0' })
export const UNTIL = START + 2 * HOUR

export const EVENTS: { readonly [K in EntryEvent['kind']]: Extract<EntryEvent, { kind: K }> } = {
  offer: { kind: 'offer', at: START + HOUR, gpu: placeOf(aCandidate(0)), until: UNTIL },
  'begin-anew': { kind: 'begin-anew', at: START + HOUR, until: UNTIL },
  accept: { kind: 'accept', at: START + HOUR, by: HOLDER },
  decline: { kind: 'decline', at: START + HOUR, by: HOLDER },
  lapse: { kind: 'lapse', at: UNTIL },
  'take-back': { kind: 'take-back', at: START + HOUR },
  withdraw: { kind: 'withdraw', at: START + HOUR, by: OTHER },
  drop: { kind: 'drop', at: START + HOUR, why: 'the policy names them no more' },
}

export const apply = (entry: Entry, event: EntryEvent): Entry => {
  const next = nextEntry(entry, event)
  if (!next.ok) throw new Error(`${entry.state} cannot ${event.kind}`)
  return next.value
}
export const after = (from: Entry, ...kinds: readonly EntryEvent['kind'][]): Entry =>
  kinds.reduce((each, kind) => apply(each, EVENTS[kind]), from)

export const STATES: { readonly [S in EntryState]: Entry } = {
  waiting,
  offered: after(waiting, 'offer'),
  accepted: after(waiting, 'offer', 'accept'),
  declined: after(waiting, 'offer', 'decline'),
  lapsed: after(waiting, 'offer', 'lapse'),
  withdrawn: after(waiting, 'withdraw'),
  dropped: after(waiting, 'drop'),
}
