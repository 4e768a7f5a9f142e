/** What answers need to know of requests and of what was done with them. */
import type { Plan, PlanAction } from '../plan/plan'
import type { RequestState } from '../request/request'

export interface RequestLine {
  readonly id: string
  readonly state: RequestState
  /** What an approved or running request cannot go on without; null when nothing is known to hold it up. */
  readonly waiting: string | null
  readonly action: PlanAction
  readonly mode: Plan['mode']
  readonly gpu: string
  readonly model: string
  /** The GPU of another host that is given back for it. */
  readonly given?: string | undefined
  readonly from: string | null
  readonly to: string | null
  readonly by: string
  readonly at: number
  readonly expiresAt: number
}

/** On which GPUs it is, each with whom it is taken from and given to. */
export const gpuPlaces = ({ gpu, given, from, to }: RequestLine) =>
  given === undefined
    ? [{ gpu, from, to }]
    : [
        { gpu, from: null, to },
        { gpu: given, from, to: null },
      ]

export interface HistoryLine {
  readonly at: number
  /** What it is of: a request, or a host by itself. Null: others than the bot did it. */
  readonly of: string | null
  readonly what: string
  readonly by: string | null
}
