// What Teams sent, read into one of five things. Pure: the token was checked before, and nothing of the body is believed
// that the token does not vouch for, except that Microsoft made the body.
import { z } from 'zod'
import { LONGEST_TEXT, type Press } from '../../core/notice/notice'
import type { Address } from '../../core/ports/address'
import type { Delivery } from '../../core/ports/delivery'
import type { TeamsConfig } from './config'
import { decodePress, pressVerb } from './press'
import { pressedRef } from './ref'

const guid = z.guid().transform((id) => id.toLowerCase())
const shortId = z.string().min(1).max(300)

/** In group chats the text of a mention may be missing; it stands there as everywhere, with the name in it. */
const mention = z
  .object({
    type: z.literal('mention'),
    mentioned: z.object({ id: z.string(), name: z.string().optional() }),
    text: z.string().min(1).optional(),
  })
  .transform(({ mentioned, text = `<at>${mentioned.name ?? ''}</at>` }) => ({ mentioned, text }))

const activity = z.object({
  type: z.string(),
  id: shortId.optional(),
  channelId: z.literal('msteams'),
  serviceUrl: z.string(),
  from: z.object({ id: shortId, aadObjectId: guid.optional(), role: z.string().optional() }),
  recipient: z.object({ id: shortId }),
  conversation: z.object({
    id: shortId,
    conversationType: z.enum(['personal', 'groupChat', 'channel']).default('personal'),
    tenantId: guid.optional(),
  }),
  channelData: z.object({ tenant: z.object({ id: guid }).optional() }).optional(),
  replyToId: shortId.optional(),
  name: z.string().optional(),
  text: z.string().nullish(),
  entities: z.array(z.unknown()).nullish(),
  value: z.unknown().optional(),
})
type Activity = z.infer<typeof activity>

const invoked = z.object({ action: z.object({ verb: z.string().optional(), data: z.unknown() }) })

/** `invoke`: Teams waits for a sentence in the answer to this very request. */
export type Reading =
  | { readonly kind: 'delivery'; readonly delivery: Delivery; readonly invoke: boolean }
  /** Somebody of another tenant, or of none: nothing happens. */
  | { readonly kind: 'foreign'; readonly tenant: string }
  | { readonly kind: 'not-ours'; readonly why: string; readonly invoke: boolean }
  /** Teams tells of much that asks for nothing: members who joined, reactions, typing. */
  | { readonly kind: 'nothing'; readonly type: string }
  | { readonly kind: 'malformed'; readonly why: string }

/** Two places name the tenant; one must, and both must name ours. */
const foreignTenant = ({ tenantId }: TeamsConfig, { conversation, channelData }: Activity): string | null => {
  const named = [conversation.tenantId, channelData?.tenant?.id].filter((each) => each !== undefined)
  if (named.length === 0) return 'none'
  return named.find((each) => each !== tenantId) ?? null
}

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&nbsp;': ' ' }

const plainOf = (text: string): string =>
  text.replace(/&(?:lt|gt|amp|nbsp);/gu, (entity) => entities[entity] ?? entity).replace(/\u00a0/gu, ' ')

/** What was typed, without the mention of the bot; mentions of others stay as the names that were shown. */
const textOf = ({ text, entities: list, recipient }: Pick<Activity, 'text' | 'entities' | 'recipient'>) => {
  const mentions = (list ?? []).flatMap((each) => mention.safeParse(each).data ?? [])
  const bare = mentions.reduce(
    (rest, each) =>
      rest.replaceAll(
        each.text,
        each.mentioned.id === recipient.id ? ' ' : each.text.replace(/^<at[^>]*>|<\/at>$/gu, ''),
      ),
    text ?? '',
  )
  return {
    text: plainOf(bare).trim(),
    mentioned: mentions.some((each) => each.mentioned.id === recipient.id),
  }
}

/** A press is answered to its presser alone; a question where it was asked, with nothing to keep from the others. */
const addressesOf = (
  read: Activity,
  by: 'press' | 'text',
): { channel: Address; back: Address; privately: Address } => {
  const { serviceUrl, conversation, from } = read
  const channel: Address = { kind: 'channel', chat: 'teams', serviceUrl, conversation: conversation.id }
  const privately: Address = { ...channel, kind: 'private', user: from.id }
  return by === 'text' || conversation.conversationType === 'personal'
    ? { channel, back: channel, privately }
    : { channel, back: privately, privately }
}

const saidIn = (said: Press): Delivery['said'] =>
  said.kind === 'say' ? { kind: 'text', text: said.text } : said

interface Meant {
  readonly by: 'press' | 'text'
  readonly said: Delivery['said']
  readonly invoke: boolean
}

const deliveryOf = (config: TeamsConfig, read: Activity, meant: Meant, now: number): Reading => {
  const { id, from, conversation, replyToId } = read
  if (id === undefined) return { kind: 'malformed', why: 'id: missing' }
  if (from.aadObjectId === undefined || from.id.startsWith('28:'))
    return { kind: 'not-ours', why: 'not from a person', invoke: meant.invoke }
  const parts = [meant.by, conversation.id, from.aadObjectId, replyToId ?? '', id]
  const deliveryId = `teams:${parts.join(':')}`
  if (deliveryId.length > 500) return { kind: 'malformed', why: 'ids: too long' }
  return {
    kind: 'delivery',
    invoke: meant.invoke,
    delivery: {
      id: deliveryId,
      at: now,
      from: `teams:${config.tenantId}/${from.aadObjectId}`,
      ...addressesOf(read, meant.by),
      said: meant.said,
      ...(meant.by === 'press' && replyToId !== undefined
        ? { on: pressedRef(conversation.id, replyToId) }
        : {}),
    },
  }
}

const readInvoke = (config: TeamsConfig, read: Activity, now: number): Reading => {
  if (read.name !== 'adaptiveCard/action') return { kind: 'not-ours', why: 'unknown invoke', invoke: true }
  const action = invoked.safeParse(read.value).data?.action
  if (action?.verb !== pressVerb) return { kind: 'not-ours', why: 'unknown verb', invoke: true }
  const press = decodePress(action.data)
  if (!press) return { kind: 'not-ours', why: 'unknown button data', invoke: true }
  return deliveryOf(config, read, { by: 'press', said: saidIn(press), invoke: true }, now)
}

const readMessage = (config: TeamsConfig, read: Activity, now: number): Reading => {
  // An Action.Submit arrives as a message that carries the data of its button.
  if (read.value !== undefined && read.value !== null) {
    const press = decodePress(read.value)
    if (!press) return { kind: 'not-ours', why: 'unknown button data', invoke: false }
    return deliveryOf(config, read, { by: 'press', said: saidIn(press), invoke: false }, now)
  }
  const { text, mentioned } = textOf(read)
  if (read.conversation.conversationType !== 'personal' && !mentioned)
    return { kind: 'nothing', type: 'overheard' }
  return deliveryOf(
    config,
    read,
    { by: 'text', said: { kind: 'text', text: text.slice(0, LONGEST_TEXT) }, invoke: false },
    now,
  )
}

/** Reads an activity whose token was verified. `now` is epoch milliseconds. */
export const readActivity = (config: TeamsConfig, body: unknown, now: number): Reading => {
  const parsed = activity.safeParse(body)
  if (!parsed.success)
    return {
      kind: 'malformed',
      why: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    }
  const read = parsed.data
  const tenant = foreignTenant(config, read)
  if (tenant !== null) return { kind: 'foreign', tenant }
  if (read.type === 'invoke') return readInvoke(config, read, now)
  if (read.type === 'message') return readMessage(config, read, now)
  return { kind: 'nothing', type: read.type }
}
