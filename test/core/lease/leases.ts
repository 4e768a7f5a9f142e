/** A lease in every state it can have, and the event that each kind of change is. */
import { instanceId, locationPath, vmId } from '../../../src/core/inventory/inventory'
import type { LeaseEvent } from '../../../src/core/lease/event'
import {
  newLease,
  type Lease,
  type LeaseIn,
  type LeaseState,
  type NewLease,
} from '../../../src/core/lease/lease'
import { nextLease } from '../../../src/core/lease/transition'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const START = Date.UTC(2026, 10, 2, 9)
export const HOLDER = 'slack:T1/U1'
export const OTHER = 'slack:T1/U2'

export const aGpu = (slot: number): Lease['gpu'] => ({
  alias: `hv01/gpu${slot}`,
  instanceId: instanceId.parse(`PCI\\VEN_10DE&DEV_2235\\${slot}`),
  locationPath: locationPath.parse(`PCIROOT(${slot.toString(16).toUpperCase()})#PCI(0100)`),
})

export const aLease = (over: Partial<NewLease> = {}): LeaseIn<'held'> =>
  newLease({
    id: 'L-1',
    gpu: aGpu(0),
    part: 1,
    vm: { id: vmId.parse('6f1c0a52-3b1e-4a39-9d4b-0f2f0a5b7c01'), name: 'train-01' },
    holder: HOLDER,
    team: 'vision',
    at: START,
    endsAt: START + 2 * DAY,
    ...over,
  })

export const held = aLease()
export const END = START + 2 * DAY

export const EVENTS: { readonly [K in LeaseEvent['kind']]: Extract<LeaseEvent, { kind: K }> } = {
  extend: {
    kind: 'extend',
    by: HOLDER,
    at: END,
    to: END + 4 * HOUR,
    caps: { totalMs: null, extensionMs: null },
  },
  remind: { kind: 'remind', at: END - DAY, mark: DAY },
  end: { kind: 'end', at: END, graceMs: HOUR },
  done: { kind: 'done', by: HOLDER, at: END, request: 'R-2' },
  'begin-release': { kind: 'begin-release', by: OTHER, at: END + HOUR, request: 'R-2' },
  'fail-release': { kind: 'fail-release', at: END + HOUR, why: 'the guest did not shut down' },
  'finish-release': { kind: 'finish-release', at: END + HOUR },
  'give-back': { kind: 'give-back', by: HOLDER, at: END - HOUR, people: ['ada'] },
  'give-notice': { kind: 'give-notice', at: END + HOUR, people: ['ada'] },
  postpone: { kind: 'postpone', at: END + HOUR, person: 'ada' },
  'be-overdue': { kind: 'be-overdue', at: END + 2 * HOUR, why: 'train-01 is saved' },
  move: { kind: 'move', by: OTHER, at: END + HOUR },
  lose: { kind: 'lose', at: END + HOUR, found: 'no VM has it' },
}

export const apply = (lease: Lease, event: LeaseEvent): Lease => {
  const next = nextLease(lease, event)
  if (!next.ok) throw new Error(`${lease.state} cannot ${event.kind}: ${next.refusals[0]?.reason ?? ''}`)
  return next.value
}

export const after = (from: Lease, ...kinds: readonly LeaseEvent['kind'][]): Lease =>
  kinds.reduce((each, kind) => apply(each, EVENTS[kind]), from)

export const STATES: { readonly [S in LeaseState]: Lease } = {
  held,
  grace: after(held, 'end'),
  releasing: after(held, 'begin-release'),
  ended: after(held, 'done', 'finish-release'),
}
