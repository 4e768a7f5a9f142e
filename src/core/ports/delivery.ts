/** What comes in from a chat. */
import { z } from 'zod'
import { LONGEST_LEASE_MS } from '../time/span'
import { LONGEST_TEXT, type Notice } from '../notice/notice'
import { account, address } from './address'

/** Something a person did, verified by the adapter, not yet understood. `id` is the identity of the action, for deduplication. */
export const delivery = z.object({
  id: z.string().min(1).max(500),
  at: z.number(),
  from: account,
  channel: address,
  back: address,
  said: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), text: z.string().max(LONGEST_TEXT) }),
    z.object({
      kind: z.literal('decide'),
      verdict: z.enum(['approve', 'deny', 'cancel']),
      requestId: z.string().max(200),
      version: z.number().int(),
    }),
    z.object({
      kind: z.literal('lease'),
      verb: z.enum(['extend', 'done']),
      leaseId: z.string().max(200),
      version: z.number().int(),
      byMs: z.number().int().positive().max(LONGEST_LEASE_MS).optional(),
    }),
    z.object({
      kind: z.literal('offer'),
      verdict: z.enum(['take', 'leave']),
      entryId: z.string().max(200),
      version: z.number().int(),
    }),
  ]),
  /** Where the person is told, also later, what nobody else shall read. */
  privately: address.optional(),
  /** The message whose button was pressed, as the adapter refers to its own posts. */
  on: z.string().max(700).optional(),
})
export type Delivery = z.infer<typeof delivery>

/** What came of a press, for the one who pressed and still waits. */
export type CameOf =
  /** All there is to say, in few words. `read` is to be called once they have it: it is then told in no other way. */
  | { readonly kind: 'all'; readonly notice: Notice; readonly read: () => void }
  /** The answer itself is posted to where they read it alone. */
  | { readonly kind: 'more'; readonly summary: string }

export interface Inbox {
  /** Resolves once the delivery is durable; a repeat of a known id resolves too and does nothing more. */
  accept(delivery: Delivery): Promise<void>
  /** The same, and then waits up to two seconds for what comes of it; null when that takes longer. */
  acceptPress(delivery: Delivery): Promise<CameOf | null>
}
