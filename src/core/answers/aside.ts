/** What cannot be read, as administrators see it: what it was, what it blocks, and what to do about it. */
import { blockedPlaces, type Aside } from '../inventory/aside'
import { refusal, type Refusal } from '../errors'
import { runsOf } from '../notice/prose'
import type { Notice, Part } from '../notice/notice'
import { counted } from '../text/figures'

/** `whole`: with the row as it lies in the store, for who may settle it. */
export const asideNotice = (
  { id, what, why, toldAt, ...aside }: Aside & { readonly source: string; readonly whole: string },
  { whole }: { readonly whole: boolean },
): Notice => ({
  summary: `${id}: ${what} cannot be read`,
  tone: 'bad',
  parts: [
    { kind: 'title', text: 'A record that cannot be read' },
    {
      kind: 'facts',
      rows: [
        { label: 'Record', runs: [{ strong: id }, ` ${what}, kept as it is`] },
        { label: 'Blocks', runs: [blockedPlaces(aside.blocks)] },
        ...(toldAt === null ? [] : [{ label: 'Since', runs: [{ time: toldAt }] }]),
        ...(whole ? [{ label: 'Why', runs: [why] }] : []),
      ],
    },
    ...(whole && MAY_BE_SHOWN.includes(aside.source) ? [{ kind: 'code' as const, text: aside.whole }] : []),
    { kind: 'note', runs: runsOf(CURE(id)) },
  ],
})

/** Others may hold what a person said in private, or where a chat takes answers. */
const MAY_BE_SHOWN: readonly string[] = ['leases', 'journal', 'locks', 'baselines', 'pauses', 'failing']

const CURE = (id: string): string =>
  `A newer version of the bot reads it by itself if it knows it. Otherwise an administrator looks at the host, and says \`resolve ${id}\`: then it blocks nothing any more.`

/** What administrators are told once. */
export const asidesNotice = (asides: readonly Aside[]): Notice => {
  const text = `${counted(asides.length, 'record')} of the bot cannot be read`
  return {
    summary: text,
    tone: 'bad',
    parts: [
      { kind: 'text', runs: [{ strong: `${text}. ` }, 'The others are read as ever.'] },
      ...linesOf(asides),
      {
        kind: 'note',
        runs: runsOf('`show S-1` says more of one, and what to do.'.replace('S-1', asides[0]?.id ?? 'S-1')),
      },
    ],
  }
}

/** Nothing where all can be read. */
export const asideParts = (asides: readonly Aside[]): Part[] =>
  asides.length === 0
    ? []
    : [
        { kind: 'text', runs: [{ strong: `${counted(asides.length, 'record')} cannot be read:` }] },
        ...linesOf(asides),
      ]

const SHOWN = 10

const linesOf = (asides: readonly Aside[]): Part[] => {
  const lines = asides
    .slice(0, SHOWN)
    .map(
      ({ id, what, blocks }) =>
        `${id} ${what}${blocks.length === 0 ? '' : `, blocks ${blockedPlaces(blocks)}`}`,
    )
  const more = asides.length - SHOWN
  return [{ kind: 'text', runs: [[...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')] }]
}

export const noAside = (id: string): Refusal =>
  refusal(
    'unknown-name',
    `there is no record ${id.toUpperCase()} that cannot be read, or it was settled`,
    '`requests` lists those that there are.',
  )
