/**
 * Rows of the store that this version cannot read: damaged, too long, or of a newer kind. Each is set aside, whole. Where
 * it may say who has a GPU, that GPU is blocked: nothing is offered or begun on it until somebody has settled the row.
 */
import { z } from 'zod'
import { refusal, type Refusal } from '../errors'

/** Null: every host, or every GPU of the host. */
const about = z.object({ host: z.string().nullable(), gpu: z.string().nullable() })
export const blocked = z.array(about)
export type Blocked = z.infer<typeof blocked>

export interface Aside {
  /** Such as `S-3`. */
  readonly id: string
  /** What it was, as in "lease R-12". */
  readonly what: string
  readonly why: string
  /** When the administrators were told; null: not yet. */
  readonly toldAt: number | null
  /** Empty where nothing hangs on it. */
  readonly blocks: Blocked
}

/** `hv01`, `every host`, or `a GPU of hv01`, in words. */
export const blockedPlaces = (blocked: Blocked): string =>
  blocked.length === 0
    ? 'nothing'
    : blocked
        .map(({ host, gpu }) =>
          host === null ? 'every host' : gpu === null ? host : `a GPU of ${host} (${gpu})`,
        )
        .join(', ')

interface Subject {
  readonly host: string
  /** By its location path; null: the host as a whole. */
  readonly gpu: string | null
}

export const blocks = (aside: Aside, { host, gpu }: Subject): boolean =>
  aside.blocks.some(
    (each) =>
      (each.host === null || each.host === host) && (each.gpu === null || gpu === null || each.gpu === gpu),
  )

/** The first that blocks this GPU. */
export const blockerOf = (
  asides: readonly Aside[],
  { host, gpu }: { readonly host: string; readonly gpu: { readonly locationPath: string } },
): Aside | undefined => asides.find((each) => blocks(each, { host, gpu: gpu.locationPath }))

/** A clause: "hv01/gpu0 is blocked: lease R-12 cannot be read (S-3)". */
export const blockedWords = (subject: string, { id, what }: Aside): string =>
  `${subject} is blocked: ${what} cannot be read (${id})`

export const refuseBlocked = (subject: string, aside: Aside): Refusal =>
  refusal(
    'blocked',
    blockedWords(subject, aside),
    `An administrator looks at it with \`show ${aside.id}\`, and says \`resolve ${aside.id}\` once the host is in order.`,
  )
