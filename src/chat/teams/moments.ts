/**
 * Moments. Teams shows one in the reader's zone in a TextBlock alone (microsoft/AdaptiveCards#6194), and reads markdown in
 * that as well. So a line of moments and words in which nothing could be markup is such a block; in any other line a moment
 * at its beginning stands above it, and one at its end below. Where a card has a moment that fits nowhere, all of its
 * moments are in UTC: two clocks on one card mislead.
 */
import type { Notice, Part, Run } from '../../core/notice/notice'
import { utc } from '../text'
import type { TextBlock } from './card'
import { pieceLines, type NameOf, type Piece, type Style } from './pieces'

/** Where the moments of a line stand. */
export type Placed =
  | { readonly kind: 'within' }
  | { readonly kind: 'above'; readonly first: Piece; readonly rest: readonly Piece[] }
  | { readonly kind: 'below'; readonly rest: readonly Piece[]; readonly last: Piece }
  | { readonly kind: 'nowhere' }

const isTime = ({ kind }: Piece): boolean => kind === 'time'

const isTimed = (line: readonly Piece[]): boolean => line.some(isTime)

/** Letters, digits, and what joins them in names: nothing that markdown, mentions or links are made of. */
export const isBland = (text: string): boolean =>
  /^(?:[\p{L}\p{N} ,]|(?<=[\p{L}\p{N}])[/-](?=[\p{L}\p{N}]))*$/u.test(text)

/** Unstyled besides. */
const isHarmless = (piece: Piece): boolean =>
  piece.kind === 'time' || (isBland(piece.text) && Object.keys(piece.style).length === 0)

// Stops with a blank or the end after them are no part of an address or the name of a host; a colon may also stand in 09:00.
const sober =
  /^(?:[\p{L}\p{N} ,()·]|(?<=[\p{L}\p{N}])[/-](?=[\p{L}\p{N}])|(?<=\p{L})['’](?=\p{L})|(?<=\p{N}):(?=\p{N})|[.:;](?= |$))*$/u
const numbered = /^\s*\p{N}+[.)]/u

/** A line of which a TextBlock shows every word as it is, though without bold ones. */
const isSober = (line: readonly Piece[]): boolean =>
  line.every(
    (piece) => piece.kind === 'time' || (piece.style.fontType === undefined && sober.test(piece.text)),
  ) && !(line[0]?.kind === 'text' && numbered.test(line[0].text))

/** What a moment is wrapped in: a stop after it, or a colon that leads on. */
const closing = /^[.;]?$/u
const leading = /^[:,]? */u

export const placed = (line: readonly Piece[]): Placed | null => {
  if (!isTimed(line)) return null
  if (line.every(isHarmless)) return { kind: 'within' }
  const [first, ...rest] = line
  if (first?.kind === 'time' && !isTimed(rest)) return { kind: 'above', first, rest: withoutLead(rest) }
  if (isSober(line)) return { kind: 'within' }
  const at = line.findIndex(isTime)
  const last = line[at]
  const after = line.slice(at + 1)
  return last && after.every((piece) => piece.kind === 'text' && closing.test(piece.text))
    ? { kind: 'below', rest: withoutTail(line.slice(0, at)), last }
    : { kind: 'nowhere' }
}

const withoutLead = ([next, ...others]: readonly Piece[]): Piece[] =>
  next?.kind === 'text' ? [{ ...next, text: next.text.replace(leading, '') }, ...others] : []

const withoutTail = (line: readonly Piece[]): Piece[] =>
  line.map((piece, at) =>
    piece.kind === 'text' && at === line.length - 1 ? { ...piece, text: piece.text.trimEnd() } : piece,
  )

const dateOf = (time: number): string => {
  const moment = `${new Date(time).toISOString().slice(0, 19)}Z`
  return `{{DATE(${moment}, SHORT)}} {{TIME(${moment})}}`
}

const quiet = { size: 'Small', isSubtle: true } as const

/** A sober line, or a moment alone. One that says hardly more than when is quiet. */
export const momentBlock = (line: readonly Piece[], { size }: Style = {}): TextBlock => ({
  type: 'TextBlock',
  text: line
    .map((piece) => (piece.kind === 'time' ? dateOf(piece.time) : piece.text))
    .join('')
    .trim(),
  wrap: true,
  ...(size === 'Small' || saysWhen(line) ? quiet : {}),
})

/** Whether it says hardly more than when. */
export const saysWhen = (line: readonly Piece[]): boolean => isTimed(line) && line.every(isHarmless)

const runsIn = (part: Part): readonly (readonly Run[])[] => {
  if (part.kind === 'facts') return part.rows.map(({ runs }) => runs)
  return part.kind === 'text' || part.kind === 'note' ? [part.runs] : []
}

const hasRoom = (parts: readonly Part[], nameOf: NameOf): boolean =>
  parts
    .flatMap(runsIn)
    .flatMap((runs) => pieceLines(runs, nameOf))
    .every((line) => placed(line)?.kind !== 'nowhere')

const asUtc = (runs: readonly Run[]): Run[] =>
  runs.map((run) => (typeof run === 'object' && 'time' in run ? utc(run.time) : run))

const partInUtc = (part: Part): Part => {
  if (part.kind === 'facts')
    return { ...part, rows: part.rows.map((row) => ({ ...row, runs: asUtc(row.runs) })) }
  return part.kind === 'text' || part.kind === 'note' ? { ...part, runs: asUtc(part.runs) } : part
}

/** The parts with all their moments in the reader's zone, or else with all of them in UTC. */
export const inOneZone = (parts: Notice['parts'], nameOf: NameOf): Notice['parts'] =>
  hasRoom(parts, nameOf) ? parts : parts.map(partInUtc)
