/** The post that tells what others than the bot changed on a host. */
import { NO_CONSENTS } from '../change/change'
import type { FactChange } from '../drift/change'
import { changeSentence, changeWords } from '../drift/words'
import { format } from '../grammar/format'
import type { Command } from '../command/command'
import type { Notice, Part, Run } from '../notice/notice'
import { joinLines } from './request-line'
import { counted } from '../text/figures'

const LINES = 15

export interface Drift {
  readonly host: string
  readonly changes: readonly FactChange[]
  /** Some of them come and go, and are not told again for a while. */
  readonly restless: boolean
}

export const driftNotice = ({ host, changes, restless }: Drift): Notice => {
  const [first, ...others] = changes
  const more = changes.length - LINES
  const lines: Run[][] = [
    ...changes.slice(0, LINES).map(changeWords),
    ...(more > 0 ? [[`and ${more} more: `, { code: format({ kind: 'history', name: host, page: 1 }) }]] : []),
  ]
  return {
    summary: `${host} was changed outside this bot: ${first && others.length === 0 ? changeSentence(first) : counted(changes.length, 'change')}`,
    tone: 'bad',
    parts: [
      { kind: 'text', runs: [{ strong: host }, ' was changed outside this bot'] },
      { kind: 'text', runs: joinLines(lines) },
      ...(restless
        ? [
            {
              kind: 'note' as const,
              runs: ['This comes and goes: it is told again in an hour at the earliest.'],
            },
          ]
        : []),
      { kind: 'buttons', buttons: buttonsFor(host, changes) },
    ],
  }
}

type Button = Extract<Part, { kind: 'buttons' }>['buttons'][number]

/** Presses that ask: whoever presses raises the request, and others approve it. */
const buttonsFor = (host: string, changes: readonly FactChange[]): Button[] => {
  const lost = changes.flatMap(({ after }) =>
    after?.of === 'place' && after.place.kind === 'dismounted' ? after.gpu : [],
  )
  return [
    ...lost.slice(0, RETURNS).map((gpu) =>
      button(`Return ${gpu} to its host`, {
        kind: 'release',
        name: gpu,
        ...NO_CONSENTS,
        dryRun: false,
        script: false,
      }),
    ),
    button('What can be done', { kind: 'reconcile', host }),
  ]
}

const RETURNS = 3
const button = (label: string, command: Command): Button => ({
  label,
  style: 'plain',
  press: { kind: 'say', text: format(command) },
})
