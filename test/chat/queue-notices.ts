/** What the queue says, in a scene of two GPUs: one is on offer, the other is Jonas' until the evening. */
import { joinedNotice, queueNotice } from '../../src/core/answers/queue'
import { doneNotice } from '../../src/core/answers/done'
import { undeliveredNotice } from '../../src/core/answers/undelivered'
import { newsOf, offerNotice } from '../../src/core/cards/offer'
import { newLease } from '../../src/core/lease/lease'
import type { Notice } from '../../src/core/notice/notice'
import { policyOfLists } from '../../src/core/policy/policy'
import type { Snapshot } from '../../src/core/queue/snapshot'
import { newEntry, nextEntry, type Entry, type EntryEvent, type Want } from '../../src/core/queue/entry'
import type { Waiter } from '../../src/core/queue/waiter'
import { aView, HOUR, MINUTE, NOW } from '../core/answers/reading'
import { aGpu, aHost, aVm, GIB } from '../fakes/facts'

const MAYA = 'slack:T0TEAM/U0MAYA'
const JONAS = 'teams:7c9e6679-7425-40de-944b-e07fc1f90ae7/49c4641c-ab91-4248-aebb-6a7de286397b'
const CHANNEL = { kind: 'channel', chat: 'slack', channel: 'C0GPU' } as const

const [free, lent] = [aGpu(), aGpu({ model: 'NVIDIA A40', memoryBytes: 48 * GIB }, 1)]
const [train, render] = [
  aVm({ name: 'train-01' }),
  aVm({ name: 'render-02', assigned: [lent.locationPath] }, 2),
]
const host = aHost({ gpus: [free, lent], vms: [train, render] })
const placeOf = ({ slot, locationPath }: typeof free) => ({
  ...{ alias: `${host.name}/${slot}`, host: host.name, locationPath },
})

const aWaiter = (id: number, by: string, want: Want, vm: Waiter['vm']): Waiter => ({
  entry: newEntry({ id: `Q-${id}`, by, team: 'research', want, since: NOW - (9 - id) * MINUTE, forMs: null }),
  ...{ vm, consents: { shutdown: false, powerOff: false, noStart: false } },
  ...{ channel: CHANNEL, privately: CHANNEL, back: CHANNEL },
})
const after = (waiter: Waiter, event: EntryEvent): Waiter & { readonly entry: Entry } => {
  const next = nextEntry(waiter.entry, event)
  if (!next.ok) throw new Error(`${waiter.entry.state} cannot ${event.kind}`)
  return { ...waiter, entry: next.value }
}

const offered = after(
  aWaiter(
    1,
    MAYA,
    { kind: 'class', model: null, class: 'training', freeBytes: null },
    { id: train.id, name: train.name },
  ),
  { kind: 'offer', at: NOW, gpu: placeOf(free), until: NOW + 30 * MINUTE },
)
const lapsed = after(offered, { kind: 'lapse', at: NOW + 30 * MINUTE })
const second = aWaiter(2, JONAS, { kind: 'class', model: 'A40', freeBytes: 24 * GIB }, null)
const third = aWaiter(3, MAYA, { kind: 'gpu', ...placeOf(lent) }, { id: train.id, name: train.name })

const snapshot: Snapshot = {
  policy: policyOfLists({ ask: [MAYA, JONAS], approve: [], admin: [] }),
  views: [aView(host)],
  requests: [],
  leases: [
    newLease({
      ...{ id: 'R-5', gpu: { ...lent, alias: placeOf(lent).alias }, part: 1, vm: render, holder: JONAS },
      ...{ team: 'platform', endsAt: NOW + 6 * HOUR, at: NOW - HOUR },
    }),
  ],
  waiters: [offered, second, third],
}
const now = NOW

export const QUEUE_NOTICES: Readonly<Record<string, Notice>> = {
  queue: queueNotice(snapshot, { now, page: 1 }),
  'queue-empty': queueNotice({ ...snapshot, waiters: [] }, { now, page: 1 }),
  'queue-joined': joinedNotice(third, snapshot, now),
  'offer-made': offerNotice(offered),
  'offer-without-vm': offerNotice({ ...offered, vm: null }),
  'offer-taken': offerNotice({ ...after(offered, { kind: 'accept', at: NOW, by: MAYA }), request: 'R-12' }),
  'offer-lapsed': offerNotice(lapsed),
  'offer-undelivered': undeliveredNotice(offerNotice(offered), 'Q-1', {
    code: 'messages_tab_disabled',
    next: 'Switch on the Messages Tab of the app',
  }),
  'offer-news': doneNotice(newsOf(lapsed.entry, null)?.text ?? ''),
}
