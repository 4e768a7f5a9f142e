/** An entry of the queue with all that is needed once its turn has come: what will be asked for, and where its person is told. */
import { z } from 'zod'
import { vmId } from '../inventory/inventory'
import type { Policy } from '../policy/policy'
import { address } from '../ports/address'
import { entry } from './entry'
import type { Fairness } from './order'

export const waiter = z.object({
  entry,
  /** Null: they say it when they take what they are offered. */
  vm: z.object({ id: vmId, name: z.string() }).nullable(),
  consents: z.object({ shutdown: z.boolean(), powerOff: z.boolean(), noStart: z.boolean() }),
  reason: z.string().optional(),
  /** Where they queued: the request is shown there. */
  channel: address,
  privately: address,
  /** Where they are told when the private place takes no posts. */
  back: address,
  /** What the offer that they took became. */
  request: z.string().optional(),
})
export type Waiter = z.infer<typeof waiter>

export const fairnessOf = ({ queue: { patience, window, usual } }: Policy): Fairness => ({
  patienceMs: patience,
  windowMs: window,
  usualMs: usual,
})

/** Who wants it, for which VM; null: for one that they have not named yet. */
export interface Wanting {
  readonly by: string
  readonly vm: Waiter['vm']
  /** For how long, in milliseconds; null: they did not say. */
  readonly forMs: number | null
}

export const wantingOf = ({ entry: { by, forMs }, vm }: Pick<Waiter, 'entry' | 'vm'>): Wanting => ({
  by,
  vm,
  forMs,
})
