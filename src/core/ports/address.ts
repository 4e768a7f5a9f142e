/** Who somebody is in a chat, and where an answer can go. */
import { z } from 'zod'

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** An account as the chat names it: `slack:T123/U456`, or tenant and object id in Entra: `teams:<guid>/<guid>`. */
export const account = z.string().regex(new RegExp(`^(?:slack:[A-Z0-9]+/[A-Z0-9]+|teams:${guid}/${guid})$`))

const teamsPlace = {
  chat: z.literal('teams'),
  /** Of the Bot Connector; together with the conversation it is all that a post needs, now or in a month. */
  serviceUrl: z.string(),
  conversation: z.string(),
}

const slackPlace = {
  chat: z.literal('slack'),
  channel: z.string(),
  /** The message in whose thread it goes; absent outside of threads. */
  thread: z.string().exactOptional(),
}

const slackAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), ...slackPlace }),
  z.object({
    kind: z.literal('private'),
    ...slackPlace,
    user: z.string(),
    /** Capability URL with 5 uses in 30 minutes; never logged. */
    replyUrl: z.string().nullable(),
    replyUntil: z.number(),
  }),
])
export type SlackAddress = z.infer<typeof slackAddress>

const teamsAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), ...teamsPlace }),
  /** `user` is Teams' id of the person for this bot; `conversation` is where they pressed. */
  z.object({ kind: z.literal('private'), ...teamsPlace, user: z.string() }),
])
export type TeamsAddress = z.infer<typeof teamsAddress>

/** Where an answer can go. A private one is for the one who asked. */
export const address = z.discriminatedUnion('chat', [slackAddress, teamsAddress])
export type Address = z.infer<typeof address>
