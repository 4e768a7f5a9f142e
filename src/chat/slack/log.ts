import { LogLevel, type Logger } from '@slack/web-api'
import type { Log } from '../log'

const textOf = (parts: readonly unknown[]): string =>
  parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')

/**
 * Slack's libraries writing into our log. Debug lines are dropped: they hold whole payloads, and with them
 * response URLs and tokens.
 */
export const slackLogger = (log: Log): Logger => ({
  debug: () => undefined,
  info: (...parts: unknown[]) => log.info({ from: 'slack-sdk' }, textOf(parts)),
  warn: (...parts: unknown[]) => log.warn({ from: 'slack-sdk' }, textOf(parts)),
  error: (...parts: unknown[]) => log.error({ from: 'slack-sdk' }, textOf(parts)),
  setLevel: () => undefined,
  getLevel: () => LogLevel.INFO,
  setName: () => undefined,
})

/** For calls of which all that is to be said is in the Fault. */
export const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
