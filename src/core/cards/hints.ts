/** What to do about the errors that ended an operation: what they mean, and what tells more. */
import { hintsOf, startHintsOf } from '../operation/hints'
import type { Part } from '../notice/notice'
import { stepsOf, type Plan } from '../plan/plan'
import type { Progress } from '../operation/progress'

/** `why` holds the host's own words and codes. `progress` is null where it is not known which step was refused. */
export const hintParts = (why: string, plan: Plan, progress: Progress | null): Part[] => {
  const hints = refusedStart(plan, progress) ? startHintsOf(why) : hintsOf(why)
  return hints.flatMap(({ means, next, tells }): Part[] => [
    { kind: 'text', runs: [{ strong: 'What it means: ' }, means] },
    { kind: 'text', runs: [{ strong: 'What to do: ' }, next, ' On the host, this tells more:'] },
    { kind: 'code', text: tells },
  ])
}

const refusedStart = (plan: Plan, progress: Progress | null): boolean =>
  stepsOf(plan).some(({ kind }, n) => kind === 'startVm' && progress?.steps[n]?.state === 'refused')
