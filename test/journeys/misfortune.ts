/**
 * Chats that fail at random, from a seed, in every way there is; and what of it can leave a second copy behind. In what
 * order calls come is not the seed's: so the blows are dealt like cards, and each has fallen after a hundred calls.
 */
import type { SlackFault } from '../../src/playground/slack/local-slack'
import type { ConnectorFault as TeamsFault } from '../../src/playground/teams/local-teams'
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
}

const NEVER = { none: 0, busy: 0, broken: 0, 'cut before': 0, 'cut after': 0, refused: 0 } as const

const deckOf = (shares: Readonly<Partial<Record<Blow, number>>>): Blow[] => {
  const blows = (Object.entries(shares) as [Blow, number][]).flatMap(([blow, share]) =>
    Array.from({ length: share }, () => blow),
  )
  return [...blows, ...Array.from({ length: 100 - blows.length }, (): Blow => 'none')]
}

export const misfortune = (seed: number): Misfortune => {
  const random = dice(seed)
  const fallen = { post: { ...NEVER }, edit: { ...NEVER } }

  const decks: Record<keyof typeof BLOWS, Blow[]> = { post: [], edit: [] }
  const next = (kind: keyof typeof BLOWS): Blow => {
    if (decks[kind].length === 0) decks[kind] = deckOf(BLOWS[kind])
    const [blow = 'none'] = decks[kind].splice(random.roll(decks[kind].length), 1)
    fallen[kind][blow] += 1
    return blow
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
