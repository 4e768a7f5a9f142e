/** What becomes of an answer: a post to a response URL, or the body of a command's acknowledgement. */
import type { Json } from './block-limits'
import type { ReplyPlace } from './response-urls'
import { contentOf, type SlackWorkspace } from './web-api'
import { BOT_USER, SLACKBOT } from './workspace'

/** What the bot answered within its own HTTP exchange; status 0 when nothing came within Slack's three seconds. */
export interface Acknowledgement {
  readonly status: number
  readonly body: string
}

/** Posts, replaces or deletes, as the body of a reply asks. */
export const replyTo = (
  workspace: SlackWorkspace,
  place: ReplyPlace,
  args: Json,
): { status: number; body: Json } => {
  const { messages } = workspace
  if (args['delete_original'] === true && place.original !== null) {
    messages.remove(place.channel, place.original)
    workspace.changed()
    return { status: 200, body: { ok: true } }
  }
  const content = contentOf(args)
  if (content.kind === 'refused') return { status: 400, body: content.answer }
  const original = args['replace_original'] === true ? place.original : null
  if (original !== null) messages.edit(place.channel, original, content)
  else {
    const draft = { user: BOT_USER.id, text: content.text, blocks: content.blocks }
    messages.post(
      place.channel,
      args['response_type'] === 'in_channel' ? draft : { ...draft, ephemeralFor: place.person },
    )
  }
  workspace.changed()
  return { status: 200, body: { ok: true } }
}

/** The body of a command's acknowledgement is a message; a failed one is Slackbot's regret. */
export const showAcknowledgement = (
  workspace: SlackWorkspace,
  place: ReplyPlace,
  answer: Acknowledgement,
): void => {
  if (answer.status === 200) {
    if (answer.body.trim() !== '') replyTo(workspace, place, messageIn(answer.body))
    return
  }
  const why = answer.status === 0 ? 'because the app did not respond' : 'with the error "dispatch_failed"'
  workspace.messages.post(place.channel, {
    user: SLACKBOT,
    text: `/gpu failed ${why}.`,
    blocks: [],
    ephemeralFor: place.person,
  })
  workspace.changed()
}

const messageIn = (body: string): Json => {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null) return parsed as Json
  } catch {
    // Plain text is allowed.
  }
  return { text: body }
}
