/** The one card of a request. Every copy is a function of the stored request and its journal, never a patch of an old card. */
import type { Lease } from '../lease/lease'
import type { Notice, Part, Run } from '../notice/notice'
import type { Progress } from '../operation/progress'
import type { Authority, Said } from '../policy/approval'
import {
  authorityOf,
  type Request,
  type RequestIn,
  type RequestState,
  type Verification,
} from '../request/request'
import { authorityParts, standParts, stateWords } from './approvals'
import { commentParts, type Comment } from './comments'
import { touchedParts } from './consent'
import { hintParts } from './hints'
import { interruptionParts } from './interruption'
import { comingRuns, leaseRuns } from './lease'
import { isExtension } from '../plan/extension'
import { stepsOf, type Plan } from '../plan/plan'
import { cautionParts, stepParts, subjectParts, titleOf } from './plan'
import { currentPart, progressPart } from './progress'
import { buttonParts } from './request-buttons'

export interface CardMoment {
  /** Epoch milliseconds: for "running for 12 s". */
  readonly now: number
  /** What the request cannot go on without at this moment, as a clause: "hv01 is paused". */
  readonly waiting: string | null
  /** Until when it waits for that, where it is known. */
  readonly heldUntil?: number | null
  /** Until when its approval is good, while it is approved and waits. */
  readonly goodUntil?: number | null
  /** The lease that it made, as it is at this moment. */
  readonly lease?: Lease | null
  /** The lease that goes on in the one that it makes. */
  readonly continued?: Lease | null
  /** Oldest first. */
  readonly comments?: readonly Comment[]
}

/** `progress` is null until the run begins. */
export const requestNotice = (request: Request, progress: Progress | null, moment: CardMoment): Notice => {
  const title = titleOf(request.plan)
  const { headline, tone } = headlineOf(request, moment)
  return {
    summary: `${request.id} ${title}: ${headline}`,
    tone,
    parts: [
      { kind: 'title', text: title },
      { kind: 'text', runs: [{ strong: `${request.id} · ${headline}` }] },
      {
        kind: 'text',
        runs: request.ends?.why === 'expired' ? expiredRuns(request) : askedRuns(request.asked),
      },
      { kind: 'note', runs: whenRuns(request, moment) },
      ...subjectParts(request.plan, MOVES[request.state]),
      ...leaseParts(request, moment),
      ...touchedParts(request),
      ...bodyParts(request, progress, moment.now),
      ...endParts(request, progress),
      ...commentParts(moment.comments ?? []),
      ...buttonParts(request, progress),
    ],
  }
}

/** Whether the GPU is on its way, or has arrived, in this state; otherwise it is with whom it was. */
const MOVES: { readonly [S in RequestState]: boolean } = {
  pending: true,
  approved: true,
  running: true,
  succeeded: true,
  'needs-attention': true,
  resolved: true,
  'rolled-back': false,
  denied: false,
  cancelled: false,
  expired: false,
  void: false,
}

const askedRuns = (asked: Said): Run[] => [
  'Asked by ',
  { person: asked.by },
  ...(asked.reason ? [`: ${asked.reason}`] : []),
]

/** Nobody asked for this one. */
const expiredRuns = ({ asked: { by, reason }, ends }: Request): Run[] => [
  `Lease ${ends?.lease ?? ''} is over; it was lent to `,
  { person: by },
  ...(reason === undefined ? [] : [`: ${reason}`]),
]

const leaseParts = (request: Request, { lease, continued }: CardMoment): Part[] => {
  const runs = runsOf(request, { lease: lease ?? null, continued: continued ?? null })
  return runs.length === 0 ? [] : [{ kind: 'facts', rows: [{ label: 'Lease', runs }] }]
}

const runsOf = (
  request: Request,
  { lease, continued }: Required<Pick<CardMoment, 'lease' | 'continued'>>,
): Run[] => {
  const { extends: more } = request
  if (lease) return leaseRuns(lease)
  return more
    ? [`${more.lease}, until `, { time: more.to }, ' in place of ', { time: more.from }]
    : comingRuns(request, continued)
}

const END_WORDS = {
  succeeded: 'done',
  'rolled-back': 'undone',
  resolved: 'resolved',
  denied: 'denied',
  cancelled: 'cancelled',
  expired: 'expired',
  void: 'void',
} as const satisfies { readonly [S in Ended['state']]: string }

const AUTHORITY_WORDS = {
  quorum: 'approved',
  automatic: 'approved by rule',
  'break-glass': 'glass broken',
  'lease-end': 'approved with its lease',
} as const satisfies { readonly [K in Authority['kind']]: string }

/** `Asked 15 Jan 12:00, approved 15 Jan 12:02, done 15 Jan 12:05`: words and moments alone, so that a chat can show it as such. */
const whenRuns = (request: Request, { goodUntil = null, heldUntil = null }: CardMoment): Run[] => [
  'Asked ',
  { time: request.asked.at },
  ...authorisedRuns(authorityOf(request)),
  ...(heldUntil === null ? [] : [', held back until ', { time: heldUntil }]),
  ...(goodUntil === null ? [] : [', good until ', { time: goodUntil }]),
  ...('endedAt' in request ? [`, ${endWord(request)} `, { time: request.endedAt }] : []),
  ...(request.state === 'pending' ? [', expires ', { time: request.expiresAt }, ' if nobody decides'] : []),
]

type Ended = Extract<Request, { endedAt: number }>

const endWord = (request: Ended): string =>
  request.state === 'void' && request.lapsed ? 'lapsed' : END_WORDS[request.state]

const authorisedRuns = (authority: Authority | null): Run[] =>
  authority === null ? [] : [`, ${AUTHORITY_WORDS[authority.kind]} `, { time: authority.at }]

const TONES: { readonly [S in RequestState]: Notice['tone'] } = {
  pending: 'waiting',
  approved: 'working',
  running: 'working',
  succeeded: 'good',
  'rolled-back': 'bad',
  'needs-attention': 'bad',
  resolved: 'plain',
  denied: 'bad',
  cancelled: 'plain',
  expired: 'plain',
  void: 'bad',
}

const MORE_WORDS: { readonly [S in RequestState]?: string } = {
  approved: 'approved, about to start',
  'rolled-back': 'failed and undone: everything is as it was',
}

const voidWords = ({ lapsed, rejudged, authority }: RequestIn<'void'>): string => {
  if (lapsed) return 'lapsed: its approval was not used in time; nothing was done'
  const what = rejudged ? 'policy' : 'facts'
  return authority === undefined
    ? `void: the ${what} changed before it was decided; nothing was done`
    : `void: the ${what} changed after approval; nothing was done`
}

const wordsOf = (request: Request): string =>
  request.state === 'void' ? voidWords(request) : (MORE_WORDS[request.state] ?? stateWords(request))

const headlineOf = (
  request: Request,
  { waiting }: CardMoment,
): { headline: string; tone: Notice['tone'] } => ({
  headline: waiting === null ? wordsOf(request) : `${stateWords(request)}, waiting: ${waiting}`,
  tone: TONES[request.state],
})

const bodyParts = (request: Request, progress: Progress | null, now: number): Part[] => {
  if (request.state === 'pending')
    return [
      ...standParts(request),
      ...cautionParts(request.plan),
      ...interruptionParts(request.interrupts),
      ...stepParts(request.plan),
    ]
  if (progress === null || isExtension(request.plan)) return []
  const steps = progressPart(request.plan, progress, now)
  const current = request.state === 'running' ? currentPart(request.plan, progress) : null
  return current ? [current, steps] : [steps]
}

const byLine = (what: string, said: Said): Part => ({
  kind: 'text',
  runs: [`${what} by `, { person: said.by }, ...(said.reason ? [`: ${said.reason}`] : [])],
})

/** What administrators did about it when it needed attention. */
const deedParts = (request: Request): Part[] => [
  ...('retried' in request && request.retried ? [byLine('Tried again', request.retried)] : []),
  ...('repaired' in request && request.repaired
    ? [byLine('Resolved', request.repaired), { kind: 'note' as const, runs: [request.repaired.found] }]
    : []),
]

const endParts = (request: Request, progress: Progress | null): Part[] => {
  const parts = [...authorityParts(request), ...deedParts(request)]
  switch (request.state) {
    case 'denied':
      return [...parts, byLine('Denied', request.denial)]
    case 'cancelled':
      return [...parts, byLine('Cancelled', request.cancelled)]
    case 'resolved':
      return [...parts, byLine('Resolved', request.resolved), { kind: 'note', runs: [request.found] }]
    case 'void':
      return [
        ...parts,
        { kind: 'text', runs: [request.changes.join('\n')] },
        {
          kind: 'note',
          runs: [request.rejudged ? 'Ask again: the policy of now decides.' : 'Ask again for a new plan.'],
        },
      ]
    case 'rolled-back':
      return [
        ...parts,
        { kind: 'text', runs: [{ strong: 'Why: ' }, request.why] },
        ...hintParts(request.why, request.plan, progress),
        {
          kind: 'note',
          runs: [
            ...(hasStopped(request.plan, progress) ? ['VMs that were stopped for it run again. '] : []),
            nextAfter(request),
          ],
        },
      ]
    case 'needs-attention':
      return [...parts, ...attentionParts(request, progress)]
    case 'succeeded':
      return request.plan.to && !isExtension(request.plan)
        ? [...parts, verificationPart(request.verification)]
        : parts
    case 'pending':
    case 'approved':
    case 'running':
    case 'expired':
      return parts
  }
}

const hasStopped = (plan: Plan, progress: Progress | null): boolean =>
  stepsOf(plan).some(({ kind }, n) => kind === 'stopVm' && progress?.steps[n]?.state === 'undone')

const nextAfter = ({ ends }: Request): string => {
  switch (ends?.why) {
    case 'expired':
      return 'It is tried again by itself.'
    case 'done':
      return `Say \`done ${ends.lease}\` again once the cause is mended.`
    case undefined:
      return 'Ask anew once the cause is mended.'
  }
}

const verificationPart = (verification: Verification): Part => ({
  kind: 'text',
  runs: ['nvidia-smi in the guest: ', ...verdictRuns(verification)],
})

const verdictRuns = (verification: Verification): Run[] => {
  switch (verification.kind) {
    case 'due':
      return ['being read; a guest that starts takes a while']
    case 'verified':
      return [{ strong: 'verified' }]
    case 'failed':
      return [{ strong: 'failed' }, `: ${verification.why}`]
    case 'not-checked':
      return [{ strong: 'not checked' }, `: ${verification.why}`]
  }
}

const attentionParts = (request: RequestIn<'needs-attention'>, progress: Progress | null): Part[] => [
  { kind: 'text', runs: [{ strong: 'Why: ' }, request.why] },
  ...hintParts(request.why, request.plan, progress),
  { kind: 'text', runs: [{ strong: 'The host now: ' }, request.now.join('\n')] },
  ...(request.read
    ? ([
        {
          kind: 'note',
          runs: ['Read again by ', { person: request.read.by }, ', ', { time: request.read.at }],
        },
      ] satisfies Part[])
    : []),
  ...(request.repair.length > 0
    ? ([
        { kind: 'text', runs: [{ strong: 'What repairs it' }] },
        { kind: 'code', text: request.repair.join('\n') },
      ] satisfies Part[])
    : []),
  {
    kind: 'note',
    runs: [
      'For administrators. Once all is as before, or as planned, press ',
      { strong: 'Repaired by hand' },
      ' or say ',
      { code: `resolve ${request.id}` },
      ': the hosts are read first.',
    ],
  },
]
