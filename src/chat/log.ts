import type { Clock } from '../core/ports/clock'

/** What an adapter needs of a logger; a pino logger fits. */
export interface Log {
  info(obj: object, msg: string): void
  warn(obj: object, msg: string): void
  error(obj: object, msg: string): void
}

/** What an adapter is given of the process in which it runs. */
export interface Runtime {
  readonly log: Log
  readonly clock: Clock
}
