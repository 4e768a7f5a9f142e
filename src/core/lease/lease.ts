/**
 * A lease: who holds which GPU, or which part of one, in which VM until when. Every change goes through `transition`.
 */
import { z } from 'zod'
import { refusal, type Refusal } from '../errors'
import { instanceId, locationPath, vmId } from '../inventory/inventory'
import { account } from '../ports/address'
import { mark, marksAhead } from './marks'

/** The last release that was begun and failed. Times of automatic releases are spaced by it; see moments.ts. */
const setback = z.object({
  at: z.number(),
  why: z.string(),
  times: z.number().int().positive(),
  /** The request that failed; leases of old do not say. */
  request: z.string().optional(),
})

const common = {
  id: z.string(),
  version: z.number().int().positive(),
  gpu: z.object({ alias: z.string(), instanceId, locationPath }),
  /** How much of the GPU: 1 for a whole one, 1/4 for one of four partitions. */
  part: z.number().positive().max(1),
  vm: z.object({ id: vmId, name: z.string() }),
  holder: account,
  team: z.string(),
  startedAt: z.number(),
  /** Start of the holder's first lease of this GPU, for the caps: moving it between one's own VMs does not begin anew. */
  capsFrom: z.number(),
  /** Until when it may be extended on what was approved; null: as far as the policy goes. Leases of old do not say. */
  approvedUntil: z.number().nullable().optional(),
  setback: setback.nullable(),
}

const endsAt = z.number().nullable()
const held = { endsAt, marks: z.array(mark) }
/** Its holder gave it back, and others in its VM have their time before that is stopped. */
const givenBack = z.object({
  reason: z.string().optional(),
  /** The end that it had; leases of old do not say. */
  endsAt: z.number().nullable().optional(),
})
/** Nothing is released before `until`; null: never by the bot itself, it waits for a person. */
const grace = {
  endsAt: z.number(),
  until: z.number().nullable(),
  givenBack: givenBack.optional(),
  /** Why it could not be taken back when it was time; whoever must know was told once. */
  overdue: z.string().optional(),
}
/** Others with something in the VM, who were told that it is stopped, and whether one of them has put that off. */
const notice = z.object({ people: z.array(z.string()), postponed: z.boolean() })

const cause = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), by: account }),
  z.object({ kind: z.literal('released'), by: account }),
  z.object({ kind: z.literal('expired') }),
])
const how = z.discriminatedUnion('kind', [
  ...cause.options,
  z.object({ kind: z.literal('moved'), by: account }),
  z.object({ kind: z.literal('lost'), found: z.string() }),
])

export const lease = z.discriminatedUnion('state', [
  z.object({ state: z.literal('held'), ...common, ...held }),
  z.object({ state: z.literal('grace'), ...common, ...grace, notice: notice.optional() }),
  z.object({
    state: z.literal('releasing'),
    ...common,
    endsAt,
    cause,
    request: z.string(),
    /** Where a release that fails leads back to. */
    back: z.discriminatedUnion('state', [
      z.object({ state: z.literal('held'), ...held }),
      z.object({ state: z.literal('grace'), ...grace }),
    ]),
  }),
  z.object({ state: z.literal('ended'), ...common, endsAt, endedAt: z.number(), how }),
])
export type Lease = z.infer<typeof lease>
export type LeaseState = Lease['state']
export type LeaseIn<S extends LeaseState> = Extract<Lease, { state: S }>

export type NewLease = Pick<
  LeaseIn<'held'>,
  'id' | 'gpu' | 'part' | 'vm' | 'holder' | 'team' | 'endsAt' | 'approvedUntil'
> & {
  readonly at: number
}

/**
 * The lease that a request to assign has made by succeeding. It is never refused, since the GPU is already where it
 * was asked to be: caps and quotas are for whoever takes the request (caps.ts, quota.ts).
 */
export const newLease = ({ at, endsAt, ...who }: NewLease): LeaseIn<'held'> => ({
  state: 'held',
  version: 1,
  ...who,
  startedAt: at,
  capsFrom: at,
  endsAt,
  marks: marksAhead(endsAt, at),
  setback: null,
})

/** The lease in which `before` goes on, in another VM or put back. Caps count on. */
export const continuedLease = (before: Lease, after: NewLease): LeaseIn<'held'> => ({
  ...newLease(after),
  capsFrom: before.capsFrom,
})

/** What stays as it is in whichever state. `setback` and the version are the caller's to change. */
export const commonOf = ({
  id,
  version,
  gpu,
  part,
  vm,
  holder,
  team,
  startedAt,
  capsFrom,
  approvedUntil,
  setback,
}: Lease) => ({
  id,
  version,
  gpu,
  part,
  vm,
  holder,
  team,
  startedAt,
  capsFrom,
  setback,
  ...(approvedUntil === undefined ? {} : { approvedUntil }),
})

/** An open lease holds its GPU, or its part of one. */
export const isOpenLease = (lease: Lease): boolean => lease.state !== 'ended'

/** Why it could not be taken back when it was time; null where that is not so. */
export const overdueOf = (lease: Lease | LeaseIn<'releasing'>['back']): string | null =>
  lease.state === 'grace' ? (lease.overdue ?? null) : null

export const notYours = ({ id, gpu }: Lease): Refusal =>
  refusal('not-allowed', `lease ${id} is not yours`, `Ask its holder, or use \`release ${gpu.alias}\`.`)
