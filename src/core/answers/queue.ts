/** `queue`: who waits, for what, behind whom, and what is in the way; and the answer to somebody who has joined. */
import { offerNotice } from '../cards/offer'
import { format } from '../grammar/format'
import { runsOf } from '../notice/prose'
import { shown } from '../text/shown'
import { THEY, type PersonWords } from '../lease/quota'
import type { Notice, Part, Run } from '../notice/notice'
import { holdText } from '../policy/calendar'
import { againstOf } from '../queue/against'
import { offerTimesOf } from '../queue/offer-times'
import { fleetOf } from '../queue/changes'
import { isOffered, isOpenEntry, type Entry, type EntryIn, type Want } from '../queue/entry'
import type { Snapshot } from '../queue/snapshot'
import { forecastFor, type Blocker, type Fleet, type Forecast } from '../queue/forecast'
import { inOrder, recentUse } from '../queue/order'
import { fairnessOf, type Waiter } from '../queue/waiter'
import { pageOf, pageParts } from './paging'
import { joinLines } from '../cards/request-line'
import { bytes, counted } from '../text/figures'

const A_PAGE = 12
/** What is in the way, named one by one; the rest is a number. */
const NAMED = 3

/** `any A40 with 24 GiB or more, for train-01` */
const wantWords = (want: Want, vm: Waiter['vm']): string => {
  const target = vm === null ? '' : ` for ${shown(vm.name)}`
  if (want.kind === 'gpu') return `${want.alias}${target}`
  const kind =
    want.class !== undefined
      ? `any GPU of ${want.class}`
      : `any ${want.model === null ? 'GPU' : shown(want.model)}`
  const size = want.freeBytes === null ? '' : ` with ${bytes(want.freeBytes)} or more`
  return `${kind}${size}${target}`
}

export const queueNotice = (
  snapshot: Snapshot,
  { now, page }: { readonly now: number; readonly page: number },
): Notice => {
  const fleet = fleetFor(snapshot, now, THEY)
  const waiters = sorted(snapshot, fleet, now)
  const shownPage = pageOf(waiters, page, A_PAGE)
  return {
    summary:
      waiters.length === 0 ? 'Nobody waits for a GPU' : `${counted(waiters.length, 'place')} in the queue`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: 'The queue' },
      {
        kind: 'text',
        runs:
          waiters.length === 0
            ? EMPTY
            : joinLines(shownPage.lines.map((waiter) => lineOf(waiter, snapshot, { fleet, now }))),
      },
      ...pageParts(shownPage, (to) => format({ ...NOTHING, page: to })),
    ],
  }
}

/** Of one who waits, or waited. */
export const placeNotice = (waiter: Waiter, snapshot: Snapshot, now: number): Notice => ({
  summary: `${waiter.entry.id}: ${waiter.entry.state}`,
  tone: 'plain',
  parts: [
    {
      kind: 'text',
      runs: isOpenEntry(waiter.entry)
        ? lineOf(waiter, snapshot, { fleet: fleetFor(snapshot, now, THEY), now })
        : runsOf(offerNotice(waiter).summary),
    },
  ],
})

/** With what is against each who waits; `called`: as for quotas. */
const fleetFor = (snapshot: Snapshot, now: number, called?: PersonWords): Fleet => {
  const fleet = fleetOf(snapshot)
  const against = againstOf(snapshot, now, called)
  const { holdOn } = offerTimesOf(snapshot)
  return {
    ...fleet,
    against: (entry, gpu) => against(entry, gpu, fleet.entries)[0]?.reason ?? null,
    hold: (entry, gpu) => {
      const hold = holdOn(entry, gpu, now)
      return hold && { why: holdText(snapshot.policy, hold), until: hold.until }
    },
  }
}

const NOTHING = { kind: 'queue', shutdown: false, powerOff: false, noStart: false } as const
const EMPTY: Run[] = [
  'Nobody waits for a GPU. ',
  { code: 'list --free' },
  ' shows those that are free; ',
  { code: 'queue GPU to VM' },
  ' waits for one that is not, ',
  { code: 'queue any A40' },
  ' for any of a model.',
]

/** Offers first, then the line. */
const sorted = ({ policy, waiters }: Snapshot, fleet: Fleet, now: number): Waiter[] => {
  const fairness = fairnessOf(policy)
  const use = recentUse(fleet.leases, fleet.entries, fairness, now)
  const line: readonly Entry[] = inOrder(fleet.entries, use, fairness, now)
  const order = [...fleet.entries.filter(isOffered), ...line].map(({ id }) => id)
  return [...waiters].sort((a, b) => order.indexOf(a.entry.id) - order.indexOf(b.entry.id))
}

interface Scene {
  readonly fleet: Fleet
  readonly now: number
}

const lineOf = ({ entry, vm }: Waiter, { policy }: Snapshot, { fleet, now }: Scene): Run[] => {
  const head: Run[] = [
    { strong: entry.id },
    ' ',
    { person: entry.by },
    ` (${entry.team}): ${wantWords(entry.want, vm)}`,
  ]
  if (entry.state === 'offered') return [...head, '\n', ...offerRuns(entry)]
  const stand = forecastFor(entry.id, fleet, fairnessOf(policy), now)
  return [...head, ' · since ', { time: entry.since }, ...(stand ? ['\n', ...standRuns(stand)] : [])]
}

const offerRuns = ({ gpu, until }: EntryIn<'offered'>): Run[] => [
  `${gpu.alias} is on offer to them until `,
  { time: until },
]

/** `2nd in line, about 15 Jan 14:00 · hv01/gpu2: @ana has it until 15 Jan 14:00 (R-3)` */
const standRuns = ({ position, estimatedStart, blockers }: Forecast): Run[] => [
  `number ${position} in line, `,
  ...(estimatedStart === null ? ['start not known'] : ['about ', { time: estimatedStart }]),
  ...blockers.slice(0, NAMED).flatMap((each): Run[] => [' · ', ...blockerRuns(each)]),
  ...(blockers.length > NAMED ? [` · and ${blockers.length - NAMED} more`] : []),
]

const leaseRuns = ({ state, until }: Extract<Blocker, { kind: 'lease' }>): Run[] => {
  if (state === 'releasing') return [' is giving it back']
  if (until === null) return [' has it without an end']
  return [state === 'overdue' ? ' is overdue since ' : ' has it until ', { time: until }]
}

const blockerRuns = (blocker: Blocker): Run[] => {
  switch (blocker.kind) {
    case 'no-such-gpu':
      return ['no GPU like that can be given to a VM now']
    case 'lease':
      return [`${blocker.gpu}: `, { person: blocker.holder }, ...leaseRuns(blocker), ` (${blocker.lease})`]
    case 'taken':
      return [`${blocker.gpu}: ${blocker.why}`]
    case 'offer':
      return [`${blocker.gpu}: on offer until `, { time: blocker.until }]
    case 'passed-over':
      return [`passed over for now: ${blocker.why}`]
    case 'held':
      return [`nothing is offered now: ${blocker.why}`]
    case 'ahead':
      return [`${counted(blocker.entries, 'other comes', 'others come')} first (${blocker.teams.join(', ')})`]
  }
}

/** For them alone: where they stand now. */
export const joinedNotice = ({ entry, vm }: Waiter, snapshot: Snapshot, now: number): Notice => {
  const stand = forecastFor(entry.id, fleetFor(snapshot, now), fairnessOf(snapshot.policy), now)
  const what = wantWords(entry.want, vm)
  return {
    summary: `${entry.id}: you wait for ${what}`,
    tone: 'waiting',
    parts: [
      { kind: 'text', runs: [{ strong: entry.id }, `: you wait for ${what}.`] },
      ...(stand ? [placeOf(stand)] : []),
      {
        kind: 'note',
        runs: [
          'You are told privately when it is your turn. ',
          { code: `leave ${entry.id}` },
          ' gives the place up.',
        ],
      },
      {
        kind: 'buttons',
        buttons: [
          { label: 'Leave the queue', style: 'plain', press: { kind: 'say', text: `leave ${entry.id}` } },
        ],
      },
    ],
  }
}

const placeOf = (stand: Forecast): Part => ({
  kind: 'facts',
  rows: [
    { label: 'Place', runs: [`number ${stand.position} in line`] },
    {
      label: 'Start',
      runs: stand.estimatedStart === null ? ['not known'] : ['about ', { time: stand.estimatedStart }],
    },
    { label: 'In the way', runs: waysOf(stand) },
  ],
})

const waysOf = ({ blockers }: Forecast): Run[] =>
  blockers.length === 0
    ? ['nothing: the offer comes as soon as the host was read']
    : joinLines([
        ...blockers.slice(0, NAMED).map(blockerRuns),
        ...(blockers.length > NAMED ? [[`and ${blockers.length - NAMED} more`]] : []),
      ])
