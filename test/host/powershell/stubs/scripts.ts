/** The scripts that the bot shows, for the engine of the suites. */
import type { Plan } from '../../../../src/core/plan/plan'
import { planScripts } from '../../../../src/core/planner/planner'
import { guardOf } from '../../../../src/core/plan/step'

/** Microsoft's engine here is PowerShell 7, in which some of these scripts stop; the stand-ins are those of Windows PowerShell. */
export const scriptHere = (plan: Plan): string =>
  guardOf(plan.steps).reduce((script, guard) => script.replace(guard, ''), planScripts(plan).join(''))
