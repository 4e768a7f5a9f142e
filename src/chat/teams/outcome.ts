import { messageOf } from '../../core/errors'
import type { SendResult } from '../../core/ports/chat'
import { inDoubt, pauseMs, retryAfterMs, type Repeatable } from '../retry'
import { ConnectorError } from './sdk'

const installBot = 'Add the app GPU ChatOps to the team, the chat or the person'

/** By Microsoft's code ("Conversational bots", status codes from bot conversational APIs), where the status says too little. */
const curesByCode: Readonly<Record<string, string>> = {
  BotDisabledByAdmin:
    'A Teams administrator has blocked the app. They can allow it in the Teams admin center, under Teams apps: Manage apps, and the permission policies of the people who use it; then ask again',
  MessageWritesBlocked: 'The person has blocked or removed the bot. They can add the app GPU ChatOps again',
  ConversationBlockedByUser: 'The person has blocked the bot. They can unblock it in their chat with it',
}

const cures: Readonly<Record<number, string>> = {
  403: `Teams does not let the bot post there. ${installBot}`,
  404: `There is no such conversation or message for this bot. ${installBot}`,
  413: 'The message does not fit into Teams; report it with the request id',
}

/** These say that no token could be had, so nothing was sent. */
const beforeSending = new Set(['ClientAuthError', 'ServerError', 'ClientConfigurationError'])

/** Of a call that was not answered. */
const unanswered = (error: unknown, repeatable: Repeatable): SendResult => {
  const why = messageOf(error).slice(0, 200)
  if (error instanceof Error && beforeSending.has(error.name))
    return { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why: `${why}. Check MicrosoftAppPassword` }
  return Reflect.get(Object(error), 'code') === 'ECONNREFUSED'
    ? { kind: 'later', afterMs: pauseMs.unreachable, why }
    : inDoubt(repeatable, why)
}

/** What a failed call of the Bot Connector means for the post. Microsoft asks to repeat 412, 429, 502 and 504. */
export const outcomeOf = (error: unknown, repeatable: Repeatable): SendResult => {
  if (!(error instanceof ConnectorError)) return unanswered(error, repeatable)
  const { status } = error
  const code = error.code ?? `HTTP ${status}`
  if (status === 429) return { kind: 'later', afterMs: retryAfterMs(error.retryAfter), why: code }
  if (status === 412) return { kind: 'later', afterMs: pauseMs.unreachable, why: code }
  if (status === 401)
    return {
      kind: 'later',
      afterMs: pauseMs.refusedOnTheWay,
      why: `${code}. Check MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId`,
    }
  if (status >= 500 || status === 408) return inDoubt(repeatable, code)
  if (status < 400)
    return { kind: 'impossible', code: `HTTP ${status}`, next: 'The Bot Connector redirected' }
  if (error.code === null) return { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why: code }
  const next = curesByCode[code] ?? cures[status] ?? `Teams refused the message: ${code}`
  return { kind: 'impossible', code, next, ...(status === 404 ? { gone: true } : {}) }
}
