import { messageOf } from '../../core/errors'
import type { SendResult } from '../../core/ports/chat'

/** Whether doing it twice would show twice. */
export type Repeatable = 'edit' | 'post'

const pauseMs = { rateLimited: 30_000, unreachable: 5_000, refusedOnTheWay: 60_000 } as const

/** The parts of the SDK's RestError that say what Microsoft answered; others never reached it, or nobody knows. */
const answerIn = (error: unknown): { status: number; code: string; retryAfter: string | null } | null => {
  if (!(error instanceof Error)) return null
  const status: unknown = Reflect.get(error, 'statusCode')
  if (typeof status !== 'number') return null
  const code: unknown = Reflect.get(error, 'code')
  const response: unknown = Reflect.get(error, 'response')
  const headers: unknown = typeof response === 'object' && response ? Reflect.get(response, 'headers') : null
  const get: unknown = typeof headers === 'object' && headers ? Reflect.get(headers, 'get') : null
  const retryAfter: unknown = typeof get === 'function' ? Reflect.apply(get, headers, ['retry-after']) : null
  return {
    status,
    code: typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : `HTTP ${status}`,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  }
}

/** Microsoft names the reason of each refusal. An answer without one is somebody's on the way, and final for nothing. */
export const saysWhy = (error: unknown): boolean => answerIn(error)?.code.startsWith('HTTP ') === false

/** The HTTP status of a refused call, or null when no answer came. */
export const statusOf = (error: unknown): number | null => answerIn(error)?.status ?? null

const retryAfterMs = (header: string | null): number => {
  const seconds = Number(header ?? 'NaN')
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : pauseMs.rateLimited
}

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

/** A call of which nothing is known to have arrived. These say that no token could be had, so nothing was sent. */
const beforeSending = new Set(['ClientAuthError', 'ServerError', 'ClientConfigurationError'])

/** What a failed call of the Bot Connector means for the post. Microsoft asks to repeat 412, 429, 502 and 504. */
export const outcomeOf = (error: unknown, repeatable: Repeatable): SendResult => {
  const answer = answerIn(error)
  if (answer === null) {
    const why = messageOf(error).slice(0, 200)
    if (error instanceof Error && beforeSending.has(error.name))
      return { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why: `${why}. Check MicrosoftAppPassword` }
    return repeatable === 'edit' || Reflect.get(Object(error), 'code') === 'ECONNREFUSED'
      ? { kind: 'later', afterMs: pauseMs.unreachable, why }
      : { kind: 'unknown', why }
  }
  const { status, code } = answer
  if (status === 429) return { kind: 'later', afterMs: retryAfterMs(answer.retryAfter), why: code }
  if (status === 412) return { kind: 'later', afterMs: pauseMs.unreachable, why: code }
  if (status === 401)
    return {
      kind: 'later',
      afterMs: pauseMs.refusedOnTheWay,
      why: `${code}. Check MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId`,
    }
  if (status >= 500 || status === 408)
    return repeatable === 'edit'
      ? { kind: 'later', afterMs: pauseMs.unreachable, why: code }
      : { kind: 'unknown', why: code }
  if (status < 400)
    return { kind: 'impossible', code: `HTTP ${status}`, next: 'The Bot Connector redirected' }
  if (!saysWhy(error)) return { kind: 'later', afterMs: pauseMs.refusedOnTheWay, why: code }
  const next = curesByCode[code] ?? cures[status] ?? `Teams refused the message: ${code}`
  return { kind: 'impossible', code, next, ...(status === 404 ? { gone: true } : {}) }
}
