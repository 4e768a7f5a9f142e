/** The one card of a request. Every copy is a function of the stored request and its journal, never a patch of an old card. */
import type { Notice, Part, Run } from '../notice'
import { saysOf } from '../plan/step'
import type { Progress, StepProgress } from '../progress'
import type { Request, Said, Verification } from '../request'
import { cautionParts, stepParts, subjectParts, titleOf } from './plan'

type Buttons = Extract<Part, { kind: 'buttons' }>['buttons']
type Shown = Extract<Part, { kind: 'steps' }>['steps'][number]

export interface Moment {
  /** Epoch milliseconds: for "running for 12 s". */
  readonly now: number
  /** What the request cannot go on without at this moment, as a clause: "hv01 is paused". */
  readonly waiting: string | null
}

/** `progress` is null until the run begins. */
export const requestNotice = (request: Request, progress: Progress | null, moment: Moment): Notice => {
  const title = titleOf(request.plan)
  const { headline, tone } = headlineOf(request, moment)
  return {
    summary: `${request.id} ${title}: ${headline}`,
    tone,
    parts: [
      { kind: 'title', text: title },
      { kind: 'text', runs: [{ strong: `${request.id} · ${headline}` }] },
      { kind: 'text', runs: askedRuns(request.asked) },
      ...subjectParts(request.plan),
      ...bodyParts(request, progress, moment.now),
      ...endParts(request),
      ...buttonParts(request),
    ],
  }
}

const askedRuns = (asked: Said): Run[] => [
  'Asked by ',
  { person: asked.by },
  ...(asked.reason ? [`: ${asked.reason}`] : []),
]

const headlineOf = (request: Request, { waiting }: Moment): { headline: string; tone: Notice['tone'] } => {
  switch (request.state) {
    case 'pending':
      return { headline: 'waiting for an approver', tone: 'waiting' }
    case 'approved':
      return {
        headline: waiting ? `approved, waiting: ${waiting}` : 'approved, about to start',
        tone: 'working',
      }
    case 'running':
      return { headline: waiting ? `running, waiting: ${waiting}` : 'running', tone: 'working' }
    case 'succeeded':
      return { headline: 'done', tone: 'good' }
    case 'rolled-back':
      return { headline: 'failed and undone: everything is as it was', tone: 'bad' }
    case 'needs-attention':
      return { headline: 'needs attention', tone: 'bad' }
    case 'resolved':
      return { headline: 'resolved by an administrator', tone: 'plain' }
    case 'denied':
      return { headline: 'denied', tone: 'bad' }
    case 'cancelled':
      return { headline: 'cancelled', tone: 'plain' }
    case 'expired':
      return { headline: 'expired without a decision', tone: 'plain' }
    case 'void':
      return { headline: 'void: the facts changed after approval; nothing was done', tone: 'bad' }
  }
}

const bodyParts = (request: Request, progress: Progress | null, now: number): Part[] => {
  if (request.state === 'pending') return [...cautionParts(request.plan), ...stepParts(request.plan)]
  if (progress === null) return []
  const total = progress.steps.length
  const current = progress.open ?? progress.next
  const parts: Part[] = [
    {
      kind: 'steps',
      steps: request.plan.steps.map((step, index) => shown(saysOf(step), progress.steps[index], now)),
    },
  ]
  if (request.state !== 'running' || current === null) return parts
  const step = request.plan.steps[current]
  const word =
    progress.direction === 'do'
      ? `Step ${current + 1} of ${total}`
      : `Undoing step ${current + 1} of ${total}`
  return [{ kind: 'text', runs: [{ strong: word }, step ? `: ${saysOf(step)}` : ''] }, ...parts]
}

const STATES = {
  todo: 'todo',
  open: 'now',
  done: 'done',
  refused: 'failed',
  undone: 'undone',
  'undo-refused': 'failed',
} as const

const shown = (text: string, progress: StepProgress | undefined, now: number): Shown => {
  if (!progress) return { text, state: 'todo' }
  const notes: string[] = []
  if (progress.startedAt !== null && progress.state !== 'todo')
    notes.push(seconds((progress.endedAt ?? now) - progress.startedAt))
  if (progress.detail) notes.push(progress.detail)
  const state = STATES[progress.state]
  return notes.length > 0 ? { text, state, note: notes.join(' · ') } : { text, state }
}

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`

const byLine = (what: string, said: Said): Part => ({
  kind: 'text',
  runs: [`${what} by `, { person: said.by }, ...(said.reason ? [`: ${said.reason}`] : [])],
})

const endParts = (request: Request): Part[] => {
  const parts: Part[] = []
  if ('approval' in request) parts.push(byLine('Approved', request.approval))
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
        { kind: 'note', runs: ['Ask again to get a new plan.'] },
      ]
    case 'rolled-back':
      return [...parts, { kind: 'text', runs: [{ strong: 'Why: ' }, request.why] }]
    case 'needs-attention':
      return [...parts, ...attentionParts(request)]
    case 'succeeded':
      return request.plan.to ? [...parts, verificationPart(request.verification)] : parts
    case 'pending':
    case 'approved':
    case 'running':
    case 'expired':
      return parts
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

const attentionParts = (request: Extract<Request, { state: 'needs-attention' }>): Part[] => [
  { kind: 'text', runs: [{ strong: 'Why: ' }, request.why] },
  { kind: 'text', runs: [{ strong: 'The host now: ' }, request.now.join('\n')] },
  ...(request.repair.length > 0
    ? ([
        { kind: 'text', runs: [{ strong: 'What repairs it' }] },
        { kind: 'code', text: request.repair.join('\n') },
      ] satisfies Part[])
    : []),
  {
    kind: 'note',
    runs: ['When the host is in order, an administrator says ', { code: `resolve ${request.id}` }, '.'],
  },
]

const buttonParts = (request: Request): Part[] => {
  const decide = (verdict: 'approve' | 'deny' | 'cancel') =>
    ({ kind: 'decide', verdict, requestId: request.id, version: request.version }) as const
  const cancel: Buttons[number] = { label: 'Cancel', style: 'plain', press: decide('cancel') }
  if (request.state === 'approved') return [{ kind: 'buttons', buttons: [cancel] }]
  if (request.state !== 'pending') return []
  const costs =
    request.plan.costs.length > 0 ? `It costs: ${request.plan.costs.join(' ')}` : 'No VM is stopped by it.'
  return [
    {
      kind: 'buttons',
      buttons: [
        {
          label: 'Approve',
          style: 'primary',
          press: decide('approve'),
          confirm: {
            title: 'Approve this plan?',
            text: `${titleOf(request.plan)}. ${costs}`,
            yes: 'Approve',
          },
        },
        { label: 'Deny', style: 'danger', press: decide('deny') },
        cancel,
        { label: 'Whole script', style: 'plain', press: { kind: 'say', text: `show ${request.id}` } },
      ],
    },
  ]
}
