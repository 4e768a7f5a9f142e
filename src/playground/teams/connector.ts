/** The Bot Connector: the messages that it stores, and its answers to the bot. */
import { isTooLarge, newConversation, postedMessage, typing, type PostedMessage } from './posted'
import type { SaidMessage, Saved, ShownMessage } from './saved'

export interface TeamsMember {
  /** Object id in Entra. */
  readonly objectId: string
  readonly name: string
  readonly userRole: string
  readonly tenantId: string
  readonly userPrincipalName: string
}

export interface ConnectorAnswer {
  readonly status: number
  readonly body: object
  readonly headers?: Record<string, string>
}
export const ok = (body: object, status = 200): ConnectorAnswer => ({ status, body })
export const wrong = (status: number, code: string, headers = {}): ConnectorAnswer => ({
  status,
  headers,
  body: { error: { code, message: code } },
})

/** Teams' id of a person for this bot. */
export const userIdOf = (person: TeamsMember): string => `29:${person.objectId}`
const memberOf = (person: TeamsMember) => ({ id: userIdOf(person), ...person })
/** The chat of a person with the bot. */
export const personalOf = (userId: string): string => `a:${userId.slice(3)}`

export interface ConnectorOptions {
  readonly tenantId: string
  readonly people: () => readonly TeamsMember[]
  readonly saved: Saved
  readonly changed: () => void
}

export interface Connector {
  readonly messages: readonly ShownMessage[]
  readonly said: readonly SaidMessage[]
  /** Conversations in which the bot is about to write. */
  readonly typing: ReadonlySet<string>
  answer(method: string, path: string, body: string): ConnectorAnswer
  /** An id for a message: milliseconds since 1970, later than every other. */
  readonly stamp: () => string
  say(message: SaidMessage): void
}

export const connectorOf = ({ tenantId, people, saved, changed }: ConnectorOptions): Connector => {
  const messages: ShownMessage[] = [...saved.shown]
  const said: SaidMessage[] = [...saved.said]
  const writing = new Set<string>()
  let last = Math.max(0, ...[...messages, ...said].map(({ id }) => Number(id)))

  const stamp = (): string => String((last = Math.max(Date.now(), last + 1)))

  const parsed = (body: string): PostedMessage | ConnectorAnswer => {
    if (isTooLarge(body)) return wrong(413, 'MessageSizeTooBig')
    const message = postedMessage.safeParse(JSON.parse(body))
    return message.success ? message.data : wrong(400, 'BadSyntax')
  }

  const store = (message: ShownMessage, at: number): void => {
    messages[at] = message
    writing.delete(message.conversation)
    saved.append({ kind: 'shown', ...message })
    changed()
  }

  const post = (conversation: string, body: string): ConnectorAnswer => {
    if (typing.safeParse(JSON.parse(body)).success) {
      writing.add(conversation)
      changed()
      return ok({ id: stamp() }, 201)
    }
    const message = parsed(body)
    if ('status' in message) return message as ConnectorAnswer
    const id = stamp()
    store({ conversation, id, message, edits: 0 }, messages.length)
    return ok({ id }, 201)
  }

  const edit = (conversation: string, id: string, body: string): ConnectorAnswer => {
    const at = messages.findIndex((each) => each.conversation === conversation && each.id === id)
    const before = messages[at]
    if (!before) return wrong(404, 'ActivityNotFoundInConversation')
    const message = parsed(body)
    if ('status' in message) return message as ConnectorAnswer
    store({ ...before, message, edits: before.edits + 1 }, at)
    return ok({ id })
  }

  const member = (user: string): ConnectorAnswer => {
    const person = people().find((each) => user === each.objectId || user === userIdOf(each))
    return person ? ok(memberOf(person)) : wrong(404, 'MemberNotFoundInConversation')
  }

  const open = (body: string): ConnectorAnswer => {
    const wanted = newConversation.safeParse(JSON.parse(body))
    if (!wanted.success) return wrong(400, 'BadSyntax')
    const id = wanted.data.members[0]?.id ?? ''
    const known = people().some((each) => userIdOf(each) === id)
    return known && wanted.data.channelData.tenant.id === tenantId
      ? ok({ id: personalOf(id) }, 201)
      : wrong(403, 'ForbiddenOperationException')
  }

  return {
    messages,
    said,
    typing: writing,
    stamp,
    say: (message) => {
      said.push(message)
      saved.append({ kind: 'said', ...message })
      changed()
    },
    answer: (method, path, body) => {
      const [, , , conversation, kind, id] = path.split('/').map(decodeURIComponent)
      if (method === 'POST' && conversation === undefined) return open(body)
      if (conversation === undefined) return wrong(404, 'NotFound')
      if (method === 'POST' && kind === 'activities') return post(conversation, body)
      if (method === 'PUT' && kind === 'activities') return edit(conversation, id ?? '', body)
      if (method === 'GET' && kind === 'members') return member(id ?? '')
      if (method === 'GET' && kind === 'pagedmembers') return ok({ members: people().map(memberOf) })
      return wrong(404, 'NotFound')
    },
  }
}
