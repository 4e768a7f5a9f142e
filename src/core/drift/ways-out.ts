/** What an administrator can do about a request that needs attention; see docs/decisions/attention.md. */
import type { Way } from './findings'
import { mayBeUndone } from '../operation/half-way'
import { refusedStart, type Progress } from '../operation/progress'
import type { RequestIn } from '../request/request'

/** `progress` null: its journal cannot be read, so nothing of it is tried again. */
export const waysOut = (
  { id, plan }: Pick<RequestIn<'needs-attention'>, 'id' | 'plan'>,
  progress: Progress | null,
): Way[] => [
  { label: 'Read again', command: { kind: 'read', requestId: id } },
  ...(progress ? triedAgain(id, plan, progress) : []),
  { label: 'Repaired by hand', command: { kind: 'resolve', requestId: id, asFound: false } },
]

const triedAgain = (
  requestId: string,
  plan: RequestIn<'needs-attention'>['plan'],
  progress: Progress,
): Way[] => {
  const command = { kind: 'retry', requestId } as const
  if (refusedStart(plan, progress) !== null) return [{ label: 'Start it again', command }]
  return mayBeUndone(plan, progress) ? [{ label: 'Try the undo again', command, confirm: CONFIRM }] : []
}

const CONFIRM: NonNullable<Way['confirm']> = {
  title: 'Try the undo again?',
  text: 'Every host of the plan is read first. Where all is as the request left it, what it did is taken back step by step, and VMs that it shut down are started.',
  yes: 'Undo',
}
