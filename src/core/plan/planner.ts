/** The planner's door: facts and a wish in, a plan or every reason against it out. */
export type { Consents, PlanInput } from './input'
export { planAssign } from './assign'
export { planMove } from './move'
export { planRelease } from './release'
export { digestNow, explainChange, planDigest, stableFacts } from './digest'
export { planScript } from './script'
