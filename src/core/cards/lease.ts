/** Leases as people read them: on cards and in lists, and what their holders are told in private. */
import { latestByPolicy, latestEnd, type LeaseCaps } from '../lease/caps'
import { overdueOf, type Lease, type LeaseIn } from '../lease/lease'
import { MARKS, type ReminderMark } from '../lease/marks'
import { span } from '../time/span'
import type { AskedEnd } from '../time/until'
import type { Said } from '../policy/approval'
import type { Notice, Part, Run } from '../notice/notice'
import type { Request } from '../request/request'

type Buttons = Extract<Part, { kind: 'buttons' }>['buttons']

const ENDINGS: { readonly [K in LeaseIn<'ended'>['how']['kind']]: string } = {
  done: 'given back',
  released: 'released',
  expired: 'its time was over',
  moved: 'moved to another VM',
  lost: 'found gone on the host',
}

/** `@ada until Tue 14:00`, and what has become of it after that. */
export const leaseRuns = (lease: Lease): Run[] => {
  const who: Run = { person: lease.holder }
  switch (lease.state) {
    case 'held':
      return lease.endsAt === null ? [who, ', without an end'] : [who, ' until ', { time: lease.endsAt }]
    case 'grace':
      return [
        who,
        lease.givenBack ? ', given back ' : ', over since ',
        { time: lease.endsAt },
        ...nextRuns(lease),
      ]
    case 'releasing':
      return [who, `, being given back (${lease.request})`]
    case 'ended':
      return ['ended ', { time: lease.endedAt }, `: ${ENDINGS[lease.how.kind]}`]
  }
}

const nextRuns = (lease: LeaseIn<'grace'>): Run[] => {
  const overdue = overdueOf(lease)
  if (overdue !== null) return [`; overdue, it cannot be taken back: ${overdue}`]
  return lease.until === null ? ['; waits for a person to release it'] : takenBack(lease.until)
}

const takenBack = (at: number): Run[] => ['; taken back from ', { time: at }, ' on']

/** Before there is a lease: whose it will be where that is not who asks, and until when. `before`: the one that goes on. */
export const comingRuns = (
  { lease: asked, holder }: Pick<Request, 'lease' | 'holder'>,
  before: Lease | null,
): Run[] => {
  const whose: Run[] = holder ? ['stays with ', { person: holder.account }, ', '] : []
  if (asked !== undefined) return [...whose, ...askedEndRuns(asked)]
  if (before !== null && before.endsAt !== null) return [...whose, 'until ', { time: before.endsAt }]
  return holder ? [...whose, 'without an end'] : []
}

/** What was asked for. */
const askedEndRuns = (asked: AskedEnd): Run[] =>
  asked.kind === 'for' ? [`for ${span(asked.ms)} from when it is done`] : ['until ', { time: asked.at }]

/** One line for each lease: `hv01/gpu0 train-02: @ada until Tue 14:00`. */
export const leaseLines = (leases: readonly Lease[]): Run[] =>
  leases.flatMap((lease, index): Run[] => [
    ...(index === 0 ? [] : ['\n']),
    { strong: lease.gpu.alias },
    ` in ${lease.vm.name} (${lease.id}): `,
    ...leaseRuns(lease),
  ])

type Holding = LeaseIn<'held'> | LeaseIn<'grace'>

const HOUR_MS = 3_600_000
const USUAL_EXTENSION_MS = 4 * HOUR_MS

/** What decides how far a lease may be extended at this moment. */
export interface ExtensionBounds {
  readonly at: number
  readonly caps: LeaseCaps
  /** Until when it may be extended on what was approved; null: as far as the caps go. */
  readonly approvedUntil: number | null
  /** Somebody else waits for the GPU. */
  readonly waitedFor: boolean
}

/** `asks`: the press asks for it, and somebody has to approve. */
interface More {
  readonly byMs: number
  readonly asks: boolean
}

/** What one press adds: four hours, or as much less as the caps leave. Null where they leave nothing. */
const moreOf = (lease: Holding, { at, caps, approvedUntil, waitedFor }: ExtensionBounds): More | null => {
  const { endsAt } = lease
  if (endsAt === null) return null
  const running = { ...lease, endsAt, approvedUntil }
  const upTo = (latest: number): number =>
    Math.floor(Math.min(latest - Math.max(endsAt, at), USUAL_EXTENSION_MS) / 60_000) * 60_000
  const approved = waitedFor ? 0 : upTo(latestEnd(running, { at, caps }))
  if (approved > 0) return { byMs: approved, asks: false }
  const byMs = upTo(latestByPolicy(running, { at, caps }))
  return byMs > 0 ? { byMs, asks: true } : null
}

const buttonsFor = (lease: Holding, telling: ExtensionBounds): Part[] => {
  const { id, version } = lease
  const more = moreOf(lease, telling)
  const buttons: Buttons = [
    ...(more === null ? [] : [extendButton(lease, more)]),
    {
      label: 'Give it back now',
      style: 'danger',
      press: { kind: 'lease', verb: 'done', leaseId: id, version },
      confirm: {
        title: 'Give it back now?',
        text: `${lease.vm.name} loses ${lease.gpu.alias}. If it runs, it is shut down first.`,
        yes: 'Give it back',
      },
    },
  ]
  const words: Run[] = [
    'As words: ',
    ...(more === null ? [] : [{ code: `extend ${id} by ${span(more.byMs)}` }, ', ']),
    { code: `done ${id} --shutdown` },
  ]
  return [
    { kind: 'buttons', buttons },
    { kind: 'note', runs: words },
  ]
}

const extendButton = ({ id, version }: Lease, { byMs, asks }: More): Buttons[number] => ({
  label: asks ? `Ask for ${span(byMs)} more` : `Extend by ${span(byMs)}`,
  style: 'primary',
  press: { kind: 'lease', verb: 'extend', leaseId: id, version, byMs },
})

const LEFT: { readonly [M in ReminderMark]: string } = {
  [MARKS[0]]: 'a day',
  [MARKS[1]]: 'an hour',
  [MARKS[2]]: 'ten minutes',
}

export const leaseReminderNotice = (
  lease: LeaseIn<'held'>,
  mark: ReminderMark,
  telling: ExtensionBounds,
): Notice => ({
  summary: `${lease.gpu.alias}: your lease ends in ${LEFT[mark]} or less`,
  tone: 'waiting',
  parts: [
    {
      kind: 'text',
      runs: [
        'Your lease of ',
        { strong: lease.gpu.alias },
        ` in ${lease.vm.name} ends `,
        ...(lease.endsAt === null ? [] : [{ time: lease.endsAt }]),
        '.',
      ],
    },
    ...buttonsFor(lease, telling),
  ],
})

export const overNotice = (lease: LeaseIn<'grace'>, telling: ExtensionBounds): Notice => ({
  summary: `${lease.gpu.alias}: your lease is over`,
  tone: 'bad',
  parts: [
    {
      kind: 'text',
      runs: [
        'Your lease of ',
        { strong: lease.gpu.alias },
        ` in ${lease.vm.name} has been over since `,
        { time: lease.endsAt },
        ...(lease.until === null
          ? ['. Nothing happens by itself: give it back, or extend the lease']
          : takenBack(lease.until)),
        '.',
      ],
    },
    ...buttonsFor(lease, telling),
  ],
})

/** After `extend`. */
export const extendedNotice = (lease: Lease): Notice => ({
  summary: `${lease.gpu.alias}: lease ${lease.id} is extended`,
  tone: 'good',
  parts: [
    { kind: 'text', runs: [{ strong: lease.gpu.alias }, ` in ${lease.vm.name}: `, ...leaseRuns(lease), '.'] },
  ],
})

/** Something happened to a lease that its holder did not do; `who` did it, where somebody did, and said why. */
export const leaseNewsNotice = (lease: Lease, news: string, who: Said | null = null): Notice => ({
  summary: `${lease.gpu.alias} in ${lease.vm.name}: ${news}`,
  tone: 'bad',
  parts: [
    {
      kind: 'text',
      runs: [
        'Your lease of ',
        { strong: lease.gpu.alias },
        ` in ${lease.vm.name} (${lease.id}): ${news}`,
        ...(who ? saidRuns(who) : []),
        '.',
      ],
    },
  ],
})

/** A release came to nothing: one press tries it again. */
export const notGivenBackNotice = (lease: Lease, news: string, telling: ExtensionBounds): Notice => {
  const notice = leaseNewsNotice(lease, news)
  return lease.state === 'held' || lease.state === 'grace'
    ? { ...notice, parts: [...notice.parts, ...buttonsFor(lease, telling)] }
    : notice
}

const saidRuns = ({ by, reason }: Pick<Said, 'by' | 'reason'>): Run[] => [
  ', by ',
  { person: by },
  ...(reason === undefined ? [] : [`: ${reason}`]),
]

/** Somebody moved it, or put it back, and it stays with its holder. */
export const leaseGoesOnNotice = (lease: Lease, before: Lease, who: Said | null): Notice => {
  const how = before.vm.id === lease.vm.id ? 'it was put back' : `it was moved from ${before.vm.name}`
  return { ...leaseNewsNotice(lease, `${how} and goes on`, who), tone: 'plain' }
}

/** Of a request that moves what somebody holds, and leaves it theirs. */
export const staysWords = ({ id, plan }: Pick<Request, 'id' | 'plan'>): string =>
  `${id} would move it to ${plan.to?.name ?? ''}, where it stays yours`

/** To the holder, of a request that would take it from them, or to another VM. */
export const takingNotice = (
  lease: Lease,
  { id, asked, plan, holder, continues }: Pick<Request, 'id' | 'asked' | 'plan' | 'holder' | 'continues'>,
): Notice => {
  const stays = holder !== undefined && continues === lease.id
  const what = stays ? staysWords({ id, plan }) : `${id} would take it from you`
  const news = leaseNewsNotice(lease, what, asked)
  const words: Run[] = [
    { code: `show ${id}` },
    ' shows what would be done; ',
    { code: `comment ${id} ...` },
    ' tells the approvers what you think.',
  ]
  return { ...news, parts: [...news.parts, { kind: 'note', runs: words }] }
}

/** To the holder, from somebody who would like to have it. */
export const plea = (
  lease: Holding,
  asked: Pick<Said, 'by' | 'reason'>,
  telling: ExtensionBounds,
): Notice => ({
  summary: `${lease.gpu.alias} in ${lease.vm.name}: somebody asks you for it`,
  tone: 'waiting',
  parts: [
    {
      kind: 'text',
      runs: [
        { person: asked.by },
        ' asks you for ',
        { strong: lease.gpu.alias },
        ` in ${lease.vm.name}`,
        ...(asked.reason === undefined ? ['.'] : [`: ${asked.reason}`]),
      ],
    },
    ...buttonsFor(lease, telling),
    { kind: 'note', runs: ['Nothing happens unless you give it back.'] },
  ],
})
