/** The program's log: JSON lines, or readable ones on a terminal. Known secrets never leave, wherever they got in. */
import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

const SHORTEST_SECRET = 6

export const openLog = (options: {
  level: string
  terminal: boolean
  secrets: readonly string[]
}): Logger => {
  // Longest first: a secret may begin like another one.
  const secrets = options.secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
  const withoutSecrets = (line: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]'), line)
  const settings = { level: options.level, base: null, hooks: { streamWrite: withoutSecrets } }
  if (!options.terminal) return pino(settings, pino.destination({ fd: 2, sync: true }))
  return pino(
    settings,
    pretty({ destination: 2, sync: true, colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' }),
  )
}
