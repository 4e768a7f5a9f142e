/** `leases:` of the policy: how long a GPU may be held, how many, and what happens at the end. */
import { z } from 'zod'
import type { EndPolicy } from '../lease/automatic'
import type { LeaseCaps } from '../lease/caps'
import type { Quota } from '../lease/quota'
import { duration } from './duration'

const limit = z.strictObject({
  gpus: z
    .number()
    .positive()
    .optional()
    .describe('GPUs held at once; a partition counts as its part of one.'),
  gpuHours: z.number().positive().optional().describe('GPU-hours within `days`, with what is booked ahead.'),
})

const end = z.discriminatedUnion('then', [
  z.strictObject({ then: z.literal('ask-first') }),
  z.strictObject({ then: z.literal('shutdown'), grace: duration.default(3_600_000) }),
  z.strictObject({ then: z.literal('power-off'), grace: duration.default(3_600_000) }),
])

const DAY_MS = 86_400_000

const written = z.strictObject({
  longest: duration.optional().describe('How long a lease may last in all. Absent: as long as is asked for.'),
  extension: duration.optional().describe('How much one extension may add.'),
  end: end
    .default({ then: 'ask-first' })
    .describe(
      'What the bot does after the end and its grace. No other policy turns a VM off than power-off.',
    ),
  person: limit.default({}),
  team: limit.default({}),
  days: z.number().int().min(1).max(365).default(7).describe('Over how many days GPU-hours are counted.'),
})

export interface LeaseTerms {
  readonly caps: LeaseCaps
  readonly quota: Quota
  readonly end: EndPolicy
}

const termsOf = (given: z.output<typeof written>): LeaseTerms => ({
  caps: { totalMs: given.longest ?? null, extensionMs: given.extension ?? null },
  quota: {
    person: limitOf(given.person),
    team: limitOf(given.team),
    windowMs: given.days * DAY_MS,
  },
  end:
    given.end.then === 'ask-first'
      ? { kind: 'ask-first' }
      : { kind: given.end.then, graceMs: given.end.grace },
})

const limitOf = ({ gpus, gpuHours }: z.output<typeof limit>): Quota['person'] => ({
  gpus: gpus ?? null,
  gpuHours: gpuHours ?? null,
})

/** Without a word about leases: no caps and no quotas, and a lease that has ended waits for a person. */
export const NO_TERMS: LeaseTerms = termsOf(written.parse({}))

export const leaseTerms = written
  .transform(termsOf)
  .optional()
  .describe('How long GPUs are lent, how many, and what happens at the end.')
