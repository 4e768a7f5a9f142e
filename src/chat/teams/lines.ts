// Lines of text as one RichTextBlock each: how a newline inside a run is shown differs from client to client.
import type { Run } from '../../core/notice'
import { accountText } from '../person'
import { cut, cutToFit, oneLine, plain, utc } from '../text'
import { bytesOf, type LineBlock, type RichTextBlock, type TextBlock, type TextRun } from './card'
import { limits } from './limits'

export type Style = Partial<Omit<TextRun, 'type' | 'text'>>
/** The name by which people know an account, where the adapter has learned it. */
export type NameOf = (account: string) => string | null

/** What fits, and whether something did not. */
export interface Fitted<T> {
  readonly elements: readonly T[]
  readonly cut: boolean
}

// The renderer would put the reader's date in the place of these. A run is formatted by itself, so that one which ends
// between the two braces shows what was typed.
const dateFunction = /(?<=\{)(?=\{(?:DATE|TIME)\()/u

export const textRuns = (text: string, style: Style = {}): TextRun[] =>
  text === '' ? [] : text.split(dateFunction).map((piece) => ({ ...style, type: 'TextRun', text: piece }))

const shown = (text: string): string => cut(plain(text), limits.run)

type PersonRun = Extract<Run, { person: string }>

/** A name, never a mention: those notify. Where none is known, the one in the policy, or the id. */
const personText = ({ person: account, name: known }: PersonRun, nameOf: NameOf): string => {
  const name = nameOf(account)
  return name === null
    ? cut(accountText(account, 'teams', known), limits.run)
    : cut(oneLine(name), limits.name)
}

/** Letters, digits, and what joins them in names: nothing that markdown, mentions or links are made of. */
export const isBland = (text: string): boolean =>
  /^(?:[\p{L}\p{N} ,]|(?<=[\p{L}\p{N}])[/-](?=[\p{L}\p{N}]))*$/u.test(text)

type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly style: Style }
  | { readonly kind: 'time'; readonly time: number }

const pieceOf = (run: Run, nameOf: NameOf): Piece => {
  if (typeof run === 'string') return { kind: 'text', text: shown(run), style: {} }
  if ('time' in run) return { kind: 'time', time: run.time }
  const loud = { kind: 'text', style: { weight: 'Bolder' } } as const
  if ('person' in run) return { ...loud, text: personText(run, nameOf) }
  if ('about' in run) return { kind: 'text', text: shown(run.about), style: {} }
  if ('link' in run) {
    const selectAction = { type: 'Action.OpenUrl', url: run.link } as const
    return { kind: 'text', text: shown(run.words), style: { selectAction } }
  }
  if ('strong' in run) return { ...loud, text: shown(run.strong) }
  return { kind: 'text', text: shown(run.code), style: { fontType: 'Monospace' } }
}

const pieceLines = (runs: readonly Run[], nameOf: NameOf): Piece[][] => {
  const lines: Piece[][] = [[]]
  for (const run of runs) {
    const piece = pieceOf(run, nameOf)
    if (piece.kind === 'time') {
      lines.at(-1)?.push(piece)
      continue
    }
    piece.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([])
      if (text !== '') lines.at(-1)?.push({ ...piece, text })
    })
  }
  return lines.filter((line) => line.length > 0)
}

/** May stand in a TextBlock, and loses nothing there. */
const isHarmless = (piece: Piece): boolean =>
  piece.kind === 'time' || (isBland(piece.text) && Object.keys(piece.style).length === 0)

const dateOf = (time: number): string => {
  const moment = `${new Date(time).toISOString().slice(0, 19)}Z`
  return `{{DATE(${moment}, SHORT)}} {{TIME(${moment})}}`
}

const isTimed = (line: readonly Piece[]): boolean => line.some(({ kind }) => kind === 'time')

/** Moments among bland words. */
const momentBlock = (pieces: readonly Piece[]): TextBlock => ({
  type: 'TextBlock',
  text: pieces
    .map((piece) => (piece.kind === 'time' ? dateOf(piece.time) : piece.text))
    .join('')
    .trim(),
  wrap: true,
  size: 'Small',
  isSubtle: true,
})

const richTextBlock = (inlines: readonly TextRun[]): RichTextBlock => ({ type: 'RichTextBlock', inlines })

const runsOf = (pieces: readonly Piece[], style: Style): TextRun[] =>
  pieces.flatMap((piece) =>
    piece.kind === 'time'
      ? textRuns(utc(piece.time), style)
      : textRuns(piece.text, { ...style, ...piece.style }),
  )

/**
 * Teams shows a moment in the reader's zone in a TextBlock alone (microsoft/AdaptiveCards#6194), and in that it reads
 * markdown too. So a line of moments and bland words is one; a moment that begins a line stands above it; anywhere else
 * it is in UTC.
 */
const blocksOf = (line: readonly Piece[], style: Style): LineBlock[] => {
  const [first, ...rest] = line
  if (first === undefined) return []
  if (isTimed(line) && line.every(isHarmless)) return [momentBlock(line)]
  if (first.kind === 'text') return [richTextBlock(runsOf(line, style))]
  const [next, ...others] = runsOf(rest, style)
  const stripped = next ? [...textRuns(next.text.replace(/^[:,]? */u, ''), next), ...others] : others
  return [momentBlock([first]), richTextBlock(stripped)]
}

/** Whether it belongs to the line above it: a remedy, or since when that is so. */
const continues = (line: readonly Piece[]): boolean => {
  const [first] = line
  return first?.kind === 'text' && (/^(?: |→)/u.test(first.text) || (isTimed(line) && line.every(isHarmless)))
}

/** The runs, a block a line; lines without text are left out. `style` goes under that of each run. */
export const linesOf = (runs: readonly Run[], nameOf: NameOf, style: Style = {}): LineBlock[] =>
  pieceLines(runs, nameOf).flatMap((line, at) =>
    blocksOf(line, style).map((block, part): LineBlock => {
      if (at === 0 && part === 0) return block
      return { ...block, spacing: part > 0 || continues(line) ? 'None' : 'Small' }
    }),
  )

/** One block of one style. */
export const line = (text: string, style?: Style): RichTextBlock => richTextBlock(textRuns(text, style))

// Blanks at the start of a line and after another blank would be shown as one or none.
const hardBlanks = (text: string): string => text.replace(/^ | (?= )/gu, '\u00A0')

/** Monospaced text as it stands, empty lines and indents included. */
export const codeLines = (text: string): RichTextBlock[] =>
  plain(text)
    .split('\n')
    .map((each, at) => ({
      ...line(hardBlanks(each) || '\u00A0', { fontType: 'Monospace' }),
      ...(at === 0 ? {} : { spacing: 'None' }),
    }))

const jsonBytes = (text: string): number => bytesOf(text) - 2

/** As many of the runs as fit into `room` bytes, the last one cut with a mark. */
const fitRuns = (runs: readonly TextRun[], room: number): TextRun[] => {
  const kept: TextRun[] = []
  let left = room
  for (const run of runs) {
    const size = bytesOf(run) + 1
    if (size > left) {
      const text = cutToFit(run.text, left - bytesOf({ ...run, text: '' }) - 1, jsonBytes)
      if (text !== '') kept.push({ ...run, text })
      break
    }
    kept.push(run)
    left -= size
  }
  return kept
}

/** The line cut to `room` bytes, or null when not even a mark fits; a date function cannot be cut. */
const shortened = (block: LineBlock, room: number): LineBlock | null => {
  if (block.type === 'TextBlock') return null
  const inlines = fitRuns(block.inlines, room - bytesOf({ ...block, inlines: [] }) - 1)
  return inlines.length > 0 ? { ...block, inlines } : null
}

/** As many of the lines as fit into `room` bytes, the last one cut with a mark. */
export const fitLines = (lines: readonly LineBlock[], room: number): Fitted<LineBlock> => {
  const kept: LineBlock[] = []
  let left = room
  for (const each of lines) {
    const size = bytesOf(each) + 1
    if (size > left) {
      const last = shortened(each, left)
      return { elements: last ? [...kept, last] : kept, cut: true }
    }
    kept.push(each)
    left -= size
  }
  return { elements: kept, cut: false }
}
