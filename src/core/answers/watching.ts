/** Answers to `watch` and `unwatch`. */
import { doneNotice } from './done'
import type { Notice, Run } from '../notice/notice'
import { ALL } from '../command/values/watched'
import type { Scope } from '../news/news'

export interface Watched {
  readonly scope: Scope
  /** Account of who said so. */
  readonly by: string
  readonly at: number
}

export interface DailyDigest {
  /** Such as `09:00`, and in which time zone. */
  readonly time: string
  readonly zone: string
  readonly nextAt: number
}

/** Who reads what is told here: everybody in a channel, or you alone. */
export type Here = 'channel' | 'person'

const HERE = { channel: 'This channel', person: 'You' } as const satisfies { readonly [H in Here]: string }

/** `everything`, or the name as it is written. */
export const scopeWords = (scope: Scope): string => (scope === ALL ? 'everything' : scope)

export const watchingNotice = (
  here: Here,
  { watched, digest }: { readonly watched: readonly Watched[]; readonly digest: DailyDigest | null },
): Notice => {
  if (watched.length === 0 && digest === null)
    return doneNotice(
      'Nothing is watched here. `watch hv01`, `watch hv01/gpu0` or `watch all` begins it, `watch digest at 09:00` is one message a day.',
    )
  const watches = here === 'channel' ? 'watches' : 'watch'
  const names = watched.map(({ scope }) => scopeWords(scope)).join(', ')
  const lines = watched.map(({ scope, by, at }): Run[] => [
    '\n',
    { strong: scopeWords(scope) },
    ', since ',
    { time: at },
    ' by ',
    { person: by },
  ])
  return {
    summary: `${HERE[here]} ${watched.length > 0 ? `${watches} ${names}` : 'get a daily digest'}`,
    tone: 'plain',
    parts: [
      ...(watched.length === 0
        ? []
        : [{ kind: 'text' as const, runs: [`${HERE[here]} ${watches}:`, ...lines.flat()] }]),
      ...(digest === null ? [] : [{ kind: 'text' as const, runs: digestRuns(digest) }]),
    ],
  }
}

const digestRuns = ({ time, zone, nextAt }: DailyDigest): Run[] => [
  `A digest every day at ${time} (${zone}), the next one `,
  { time: nextAt },
]

export const digestBeganNotice = (here: Here, digest: DailyDigest, by: string): Notice => ({
  summary: `${HERE[here]} ${here === 'channel' ? 'gets' : 'get'} a digest every day at ${digest.time} (${digest.zone})`,
  tone: 'plain',
  parts: [
    { kind: 'text', runs: digestRuns(digest) },
    ...(here === 'channel' ? [{ kind: 'text' as const, runs: ['By ', { person: by }] }] : []),
  ],
})

export const digestEndedNotice = (here: Here, by: string): Notice =>
  doneNotice('No digest comes here any more.', here === 'channel' ? by : undefined)

export const beganNotice = (here: Here, scope: Scope, by: string): Notice =>
  doneNotice(
    `${HERE[here]} now ${here === 'channel' ? 'watches' : 'watch'} ${scopeWords(scope)}: what changes there is told here. \`unwatch ${scope}\` ends it.`,
    here === 'channel' ? by : undefined,
  )

export const endedNotice = (here: Here, what: string, by: string): Notice =>
  doneNotice(
    `${HERE[here]} ${here === 'channel' ? 'does' : 'do'} not watch ${what} any more.`,
    here === 'channel' ? by : undefined,
  )
