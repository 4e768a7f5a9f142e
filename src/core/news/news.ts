/**
 * What those who watch are told. Whoever changes something says so once, to `announce` (work/telling/announce.ts), in the very
 * transaction of the change; who is told of it, where and beside what, is decided there and here, never by the teller.
 */
import { ALL } from '../command/values/watched'
import type { Run } from '../notice/notice'
import { gpusOf } from '../plan/plan'
import type { Request, RequestIn } from '../request/request'

/** GPUs of a host by alias, such as `hv01/gpu0`, with others that changed along with them; `all`: every one of the host. */
export interface NewsPlace {
  readonly host: string
  readonly gpus: readonly string[] | 'all'
}

export type News =
  /** A request as it is now: raised, decided, failed, in need of a person, or settled. */
  | { readonly kind: 'request'; readonly request: Request }
  /** An assignment is another one now; `until` is when it ends, as far as that is known. */
  | {
      readonly kind: 'changed'
      readonly request: RequestIn<'succeeded'>
      readonly until: number | null
    }
  | {
      readonly kind: 'host'
      readonly host: string
      readonly is: 'unreachable'
      readonly since: number
      readonly why: string
    }
  | { readonly kind: 'host'; readonly host: string; readonly is: 'back'; readonly goneMs: number }
  /** What nvidia-smi in a VM said about GPUs: `fine` after it was not. */
  | ({
      readonly kind: 'health'
      readonly vm: string
      readonly finding: HealthFinding
    } & NewsPlace)
  /** What a host reports of a GPU of its own: `why` it is lent to nobody; null once it is in order again. */
  | ({
      readonly kind: 'fitness'
      readonly why: { readonly is: string; readonly ends: string } | null
    } & NewsPlace)
  | ({
      readonly kind: 'lease'
      readonly step: 'ending' | 'over' | 'ended'
      /** The request that began it. */
      readonly requestId: string
      readonly holder: string
      readonly vm: string
      readonly at: number
    } & NewsPlace)
  /** A GPU is offered to whoever waits for it (`entryId`), or is not any more. */
  | ({
      readonly kind: 'offer'
      readonly step: 'made' | 'lapsed'
      readonly entryId: string
      readonly to: string
      readonly until: number
    } & NewsPlace)
  /** The host is not as the bot left it: one line each. */
  | ({
      readonly kind: 'drift'
      readonly requestId: string | null
      readonly found: readonly (readonly Run[])[]
    } & NewsPlace)

export type HealthFinding =
  /** `apart`: its GPUs are in quarantine by it. */
  | { readonly is: 'failing'; readonly why: string; readonly next: string; readonly apart?: boolean }
  | { readonly is: 'working' }
  | { readonly is: 'hot'; readonly celsius: number; readonly limit: number }
  | { readonly is: 'cooler'; readonly celsius: number; readonly limit: number }
  /** Errors that memory could not correct, since the driver was loaded. */
  | { readonly is: 'memory-errors'; readonly count: number }

/** What of the fleet it is about. */
export const newsPlace = (news: News): NewsPlace => {
  switch (news.kind) {
    case 'request':
    case 'changed': {
      const { plan } = news.request
      return { host: plan.host, gpus: gpusOf(plan) }
    }
    case 'host':
      return { host: news.host, gpus: 'all' }
    case 'health':
    case 'fitness':
    case 'lease':
    case 'offer':
    case 'drift':
      return { host: news.host, gpus: news.gpus }
  }
}

/** The request in whose thread it belongs; null for what is about no request. */
export const requestOf = (news: News): string | null => {
  switch (news.kind) {
    case 'request':
    case 'changed':
      return news.request.id
    case 'lease':
    case 'drift':
      return news.requestId
    case 'host':
    case 'health':
    case 'fitness':
    case 'offer':
      return null
  }
}

/** The bot tries the end of a lease again; whoever watches heard of the first time, and hears of what comes of it. */
export const isTriedAgain = (news: News): boolean =>
  news.kind === 'request' &&
  news.request.ends?.after !== undefined &&
  news.request.state !== 'needs-attention' &&
  news.request.state !== 'resolved'

/** The card of its request says the same. */
export const isOnCard = ({ kind }: News): boolean => kind === 'request' || kind === 'changed'

/** `all`, a host, or a GPU by its alias. */
export type Scope = string

/** Whoever watches a host watches its GPUs, and of a host that is lost all who watch one of them are told. */
export const isWatchedBy = ({ host, gpus }: NewsPlace, scope: Scope): boolean =>
  scope === ALL ||
  scope === host ||
  (gpus === 'all'
    ? scope.startsWith(`${host}/`)
    : gpus.some((gpu) => gpu === scope || gpu.startsWith(`${scope}/`)))
