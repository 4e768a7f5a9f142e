/** How far a plan has come: each step with its mark and its time, and the step that is at work. */
import type { Part } from '../notice/notice'
import { stepsOf, type Plan } from '../plan/plan'
import { saysOf, type Step } from '../plan/step'
import type { Progress, StepProgress } from '../operation/progress'

type Shown = Extract<Part, { kind: 'steps' }>['steps'][number]

/** `Step 3 of 6: Dismount hv01/gpu0 from the host`; null when none is left in this direction. */
export const currentPart = (plan: Plan, { direction, open, next, steps }: Progress): Part | null => {
  const current = open ?? next
  const step = current === null ? undefined : stepsOf(plan)[current]
  if (current === null || !step) return null
  const word = direction === 'do' ? 'Step' : 'Undoing step'
  return {
    kind: 'text',
    runs: [{ strong: `${word} ${current + 1} of ${steps.length}` }, `: ${saysOf(step)}`],
  }
}

/** `now` in epoch milliseconds: for the step that is under way. */
export const progressPart = (plan: Plan, progress: Progress, now: number): Part => ({
  kind: 'steps',
  steps: stepsOf(plan).map((step, index) =>
    shown(step, progress.steps[index], { now, undoing: progress.direction === 'undo' }),
  ),
})

const shown = (
  step: Step,
  progress: StepProgress | undefined,
  moment: { readonly now: number; readonly undoing: boolean },
): Shown => {
  const text = saysOf(step)
  const time = progress && timeOf(progress, moment.now)
  const detail = progress?.detail ?? null
  switch (progress?.state) {
    case undefined:
    case 'todo':
      return shownAs(text, 'todo', detail)
    case 'open':
      return shownAs(text, 'now', moment.undoing ? `being undone, ${time}` : time, detail)
    case 'done':
      return shownAs(text, 'done', time, detail)
    case 'refused':
      return shownAs(text, 'failed', time, detail)
    case 'undone':
      return shownAs(text, 'undone', `undone in ${time}`, detail)
    case 'undo-refused':
      return shownAs(text, 'failed', 'done, but could not be undone', detail)
  }
}

const shownAs = (
  text: string,
  state: Shown['state'],
  ...notes: readonly (string | null | undefined)[]
): Shown => {
  const said = notes.filter((note) => note !== null && note !== undefined)
  return said.length === 0 ? { text, state } : { text, state, note: said.join(' · ') }
}

const timeOf = ({ startedAt, endedAt }: StepProgress, now: number): string | null =>
  startedAt === null ? null : seconds((endedAt ?? now) - startedAt)

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`
