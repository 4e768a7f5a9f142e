/** Who said yes to a request, how many it takes, and what it is carried out on. */
import { z } from 'zod'
import { account } from '../ports/address'

export const said = z.object({ by: account, at: z.number(), reason: z.string().optional() })
export type Said = z.infer<typeof said>

/** One rule's demand: `count` different people who have one of the roles `by`. */
export const need = z.object({
  rule: z.string(),
  by: z.array(z.string()),
  count: z.number().int().positive(),
})
export type Need = z.infer<typeof need>

/** `roles` are those that the person had when they approved. */
export const approval = said.extend({ person: z.string(), roles: z.array(z.string()) })
export type Approval = z.infer<typeof approval>

/** What a request is carried out on, one of them and no more; an undo runs on its plan's. */
export const authority = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quorum'), at: z.number() }),
  z.object({ kind: z.literal('automatic'), at: z.number(), rules: z.array(z.string()) }),
  z.object({ kind: z.literal('break-glass'), by: account, at: z.number(), reason: z.string() }),
  /** The end of the lease that this request made; whoever approved the one approved the other. */
  z.object({ kind: z.literal('lease-end'), at: z.number(), lease: z.string() }),
])
export type Authority = z.infer<typeof authority>

export const saidOf = (event: { by: string; at: number; reason?: string | undefined }): Said =>
  event.reason === undefined
    ? { by: event.by, at: event.at }
    : { by: event.by, at: event.at, reason: event.reason }

interface Stand {
  readonly needs: readonly Need[]
  readonly approvals: readonly Approval[]
}

/** What of each need is there. A person counts once, whatever accounts and roles they have. */
export const standOf = ({
  needs,
  approvals,
}: Stand): { readonly need: Need; readonly given: readonly Approval[] }[] =>
  needs.map((need) => ({
    need,
    given: approvals.filter(
      ({ person, roles }, index) =>
        roles.some((role) => need.by.includes(role)) &&
        approvals.findIndex((each) => each.person === person) === index,
    ),
  }))

/** Never without a need: what nobody has to approve has another authority. */
export const isQuorum = (request: Stand): boolean =>
  request.needs.length > 0 && standOf(request).every(({ need, given }) => given.length >= need.count)
