/** The private reply address that comes with each command and press: five uses within thirty minutes. */
import { randomUUID } from 'node:crypto'

export interface ReplyPlace {
  readonly channel: string
  readonly person: string
  /** The message whose button was pressed; null for a slash command. */
  readonly original: string | null
}

export type ReplyLookup =
  | { readonly kind: 'open'; readonly place: ReplyPlace }
  | { readonly kind: 'closed'; readonly error: 'used_url' | 'expired_url' | 'invalid_url' }

const MAX_USES = 5
const LIFE_MS = 30 * 60_000

export class ResponseUrls {
  readonly #clock: () => number
  readonly #given = new Map<string, { place: ReplyPlace; uses: number; until: number }>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** A new path, unguessable. */
  open(kind: 'commands' | 'actions', teamId: string, place: ReplyPlace): string {
    const path = `/${kind}/${teamId}/${randomUUID()}`
    this.#forgetExpired()
    this.#given.set(path, { place, uses: 0, until: this.#clock() + LIFE_MS })
    return path
  }

  /** Looks a path up and counts the use. */
  use(path: string): ReplyLookup {
    const entry = this.#given.get(path)
    if (!entry) return { kind: 'closed', error: 'invalid_url' }
    if (this.#clock() > entry.until) return { kind: 'closed', error: 'expired_url' }
    if (entry.uses >= MAX_USES) return { kind: 'closed', error: 'used_url' }
    entry.uses += 1
    return { kind: 'open', place: entry.place }
  }

  /** An expired path still answers `expired_url` for a day. */
  #forgetExpired(): void {
    const now = this.#clock()
    for (const [path, entry] of this.#given) if (now > entry.until + 24 * 3_600_000) this.#given.delete(path)
  }
}
