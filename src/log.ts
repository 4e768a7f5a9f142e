/** The program's log: JSON lines, or readable ones on a terminal. Known secrets never leave, wherever they got in. */
import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'
import { withoutSecrets } from './core/text/printable'

export const openLog = (options: {
  level: string
  terminal: boolean
  secrets: readonly string[]
}): Logger => {
  const asJson = options.secrets.map((secret) => JSON.stringify(secret).slice(1, -1))
  const settings = { level: options.level, base: null, hooks: { streamWrite: withoutSecrets(asJson) } }
  if (!options.terminal) return pino(settings, pino.destination({ fd: 2, sync: true }))
  return pino(
    settings,
    pretty({ destination: 2, sync: true, colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' }),
  )
}
