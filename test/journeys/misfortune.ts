/** Chats that fail at random, from a seed, in every way there is; and what of it can leave a second copy behind. */
import type { SlackFault } from '../../src/playground/slack/local-slack'
import type { Fault as TeamsFault } from '../../src/playground/teams/local-teams'
import { dice } from '../core/grammar/seeded'

/** `cut before`: nothing is done, and nobody says so. `cut after`: all is done, and nobody says so. */
type Blow = 'none' | 'busy' | 'broken' | 'cut before' | 'cut after' | 'refused'

/** Out of a hundred calls. An edit is refused for good, as when the message was deleted. */
const BLOWS = {
  post: { busy: 10, broken: 8, 'cut before': 5, 'cut after': 7, refused: 0 },
  edit: { busy: 10, broken: 8, 'cut before': 5, 'cut after': 5, refused: 8 },
} as const satisfies Record<string, Record<Exclude<Blow, 'none'>, number>>

export interface Misfortune {
  readonly slack: (method: string) => SlackFault | undefined
  readonly teams: (call: string) => TeamsFault | null
  /** How often each blow fell. */
  readonly fallen: Record<keyof typeof BLOWS, Record<Blow, number>>
  /** Nothing fails from now on. */
  end(): void
}

const NEVER = { none: 0, busy: 0, broken: 0, 'cut before': 0, 'cut after': 0, refused: 0 } as const

export const misfortune = (seed: number): Misfortune => {
  const random = dice(seed)
  const fallen = { post: { ...NEVER }, edit: { ...NEVER } }
  let over = false

  const next = (kind: keyof typeof BLOWS): Blow => {
    let rolled = random.roll(100)
    const blow = over
      ? undefined
      : (Object.entries(BLOWS[kind]) as [Blow, number][]).find(([, share]) => (rolled -= share) < 0)?.[0]
    fallen[kind][blow ?? 'none'] += 1
    return blow ?? 'none'
  }
  const seconds = (): number => 1 + random.roll(30)

  const inSlack = (blow: Blow): Omit<SlackFault, 'method' | 'times'> | undefined => {
    switch (blow) {
      case 'none':
        return undefined
      case 'busy':
        return { kind: 'rate-limit', retryAfter: seconds() }
      case 'broken':
        return { kind: 'status', status: random.pick([500, 502, 503]) }
      case 'cut before':
        return { kind: 'drop-before' }
      case 'cut after':
        return { kind: 'drop-after' }
      case 'refused':
        return {
          kind: 'error',
          error: random.pick(['message_not_found', 'cant_update_message', 'edit_window_closed']),
        }
    }
  }
  const inTeams = (blow: Blow): TeamsFault | null => {
    switch (blow) {
      case 'none':
        return null
      case 'busy':
        return { status: 429, headers: { 'retry-after': String(seconds()) } }
      case 'broken':
        return { status: random.pick([500, 502, 504]) }
      case 'cut before':
        return { cut: 'before' }
      case 'cut after':
        return { cut: 'after' }
      case 'refused':
        return { status: random.pick([403, 404]), code: 'ActivityNotFoundInConversation' }
    }
  }

  return {
    fallen,
    end: () => void (over = true),
    slack: (method) => {
      if (method !== 'chat.postMessage' && method !== 'chat.update') return undefined
      const fault = inSlack(next(method === 'chat.update' ? 'edit' : 'post'))
      return fault && { ...fault, method, times: 1 }
    },
    teams: (call) => {
      if (/^PUT .*\/activities\//.test(call)) return inTeams(next('edit'))
      // Answers in the chat of one person are no copies of anything.
      return /^POST .*\/activities$/.test(call) && !call.includes('/a:') ? inTeams(next('post')) : null
    },
  }
}
