// Lines of text as one RichTextBlock each: how a newline inside a run is shown differs from client to client.
import type { Run } from '../../core/notice/notice'
import { cutToFit, plain, utc } from '../text'
import { bytesOf, type LineBlock, type RichTextBlock, type TextRun } from './card'
import { momentBlock, placed, saysWhen } from './moments'
import { pieceLines, type NameOf, type Piece, type Style } from './pieces'

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

const richTextBlock = (inlines: readonly TextRun[]): RichTextBlock => ({ type: 'RichTextBlock', inlines })

const runsOf = (pieces: readonly Piece[], style: Style): TextRun[] =>
  pieces.flatMap((piece) =>
    piece.kind === 'time'
      ? textRuns(utc(piece.time), style)
      : textRuns(piece.text, { ...style, ...piece.style }),
  )

const blocksOf = (line: readonly Piece[], style: Style): LineBlock[] => {
  const at = placed(line)
  switch (at?.kind) {
    case 'within':
      return [momentBlock(line, style)]
    case 'above':
      return [momentBlock([at.first]), richTextBlock(runsOf(at.rest, style))]
    case 'below':
      return [richTextBlock(runsOf(at.rest, style)), momentBlock([at.last])]
    case 'nowhere':
    case undefined:
      return [richTextBlock(runsOf(line, style))]
  }
}

/** Whether it belongs to the line above it: a remedy, or since when that is so. */
const continues = (line: readonly Piece[]): boolean => {
  const [first] = line
  return first?.kind === 'text' && (/^(?: |→)/u.test(first.text) || saysWhen(line))
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
