// What the real Bot Connector would refuse, refused here as well, so that it is found before Teams finds it.
import { z } from 'zod'

/** Microsoft: about 100 KB for a bot's message, as UTF-16, card included. */
const messageBytes = 100_000

const card = z.looseObject({
  type: z.literal('AdaptiveCard'),
  version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4', '1.5']),
  body: z.array(z.looseObject({ type: z.string() })).min(1),
  actions: z.array(z.looseObject({ type: z.string(), title: z.string().min(1) })).optional(),
})

export const postedMessage = z.looseObject({
  type: z.literal('message'),
  summary: z.string().min(1),
  attachments: z
    .array(z.object({ contentType: z.literal('application/vnd.microsoft.card.adaptive'), content: card }))
    .length(1),
})
export type PostedMessage = z.infer<typeof postedMessage>

/** The bot shows that it is writing. */
export const typing = z.looseObject({ type: z.literal('typing') })

export const newConversation = z.looseObject({
  isGroup: z.literal(false),
  bot: z.looseObject({ id: z.string() }),
  members: z.array(z.looseObject({ id: z.string().min(1) })).length(1),
  channelData: z.object({ tenant: z.object({ id: z.guid() }) }),
})

/** Counted as Teams does. */
export const isTooLarge = (body: string): boolean => body.length * 2 > messageBytes
