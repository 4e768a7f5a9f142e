/** What is read from any payload of Slack: what it can be, and where an answer to it goes. */
import { z } from 'zod'
import type { Address } from '../../core/ports/address'
import type { Delivery } from '../../core/ports/delivery'
import type { SlackConfig } from './config'

export const id = z.string().regex(/^[A-Z0-9]{1,30}$/)

/** A response URL works for 30 minutes; the last one is left alone so that no answer is sent into its end. */
const replyWindowMs = 29 * 60_000

export type Reading =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** Of another workspace: said so where that is possible, nothing else happens. */
  | { readonly kind: 'foreign'; readonly team: string; readonly replyUrl: string | null }
  | { readonly kind: 'not-ours'; readonly why: string; readonly replyUrl: string | null }
  | { readonly kind: 'malformed'; readonly why: string }

export const malformed = (error: z.ZodError): Reading => ({
  kind: 'malformed',
  why: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
})

/**
 * The workspace that the payload names, when it is not ours. It says where something was done. Of which workspaces the
 * person is, Slack says when it is asked who they are (`identify.ts`): in Enterprise Grid that may be others as well.
 */
export const foreignTeam = (config: Pick<SlackConfig, 'teamId'>, team: string | null): string | null =>
  team === config.teamId ? null : (team ?? 'none')

interface Origin {
  readonly channel: string
  readonly user: string
  readonly replyUrl: string | null
  readonly now: number
}

export type Addresses = Pick<Delivery, 'channel' | 'back'> & { readonly privately: Address }

/** Posting to the id of a person opens the conversation that they have with the bot. */
export const ownChatOf = (user: string): Address => ({ kind: 'channel', chat: 'slack', channel: user })

/** Of a command or a press: a response URL came with it. */
export const addresses = (origin: Origin): Addresses => ({
  privately: ownChatOf(origin.user),
  channel: { kind: 'channel', chat: 'slack', channel: origin.channel },
  back: {
    kind: 'private',
    chat: 'slack',
    channel: origin.channel,
    user: origin.user,
    replyUrl: origin.replyUrl,
    replyUntil: origin.now + replyWindowMs,
  },
})
