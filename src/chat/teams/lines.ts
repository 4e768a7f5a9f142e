// Lines of text as one RichTextBlock each: how a newline inside a run is shown differs from client to client.
import type { Run } from '../../core/notice'
import { cut, cutToFit, oneLine, plain } from '../text'
import { bytesOf, type RichTextBlock, type TextRun } from './card'
import { limits } from './limits'

export type Style = Omit<TextRun, 'type' | 'text'>
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
  text === '' ? [] : text.split(dateFunction).map((piece) => ({ type: 'TextRun', text: piece, ...style }))

const shown = (text: string): string => cut(plain(text), limits.run)

/** A name, never a mention: those notify. Where none is known, the id that the chat has. */
const personText = (account: string, nameOf: NameOf): string => {
  const name = nameOf(account)
  if (name !== null) return cut(oneLine(name), limits.name)
  const [, chat, id] = /^(slack|teams):[^/\s]+\/(\S+)$/u.exec(account) ?? []
  if (id === undefined) return shown(account)
  return chat === 'slack' ? `${id} in Slack` : id
}

const textOf = (run: Run, nameOf: NameOf): { readonly text: string; readonly style: Style } => {
  if (typeof run === 'string') return { text: shown(run), style: {} }
  if ('person' in run) return { text: personText(run.person, nameOf), style: { weight: 'Bolder' } }
  if ('code' in run) return { text: shown(run.code), style: { fontType: 'Monospace' } }
  return { text: shown(run.strong), style: { weight: 'Bolder' } }
}

const block = (inlines: readonly TextRun[], index: number): RichTextBlock => ({
  type: 'RichTextBlock',
  inlines,
  ...(index === 0 ? {} : { spacing: 'None' }),
})

/** The runs, one block a line; lines without text are left out. `style` goes under that of each run. */
export const linesOf = (runs: readonly Run[], nameOf: NameOf, style: Style = {}): RichTextBlock[] => {
  const lines: TextRun[][] = [[]]
  for (const run of runs) {
    const { text, style: own } = textOf(run, nameOf)
    text.split('\n').forEach((piece, index) => {
      if (index > 0) lines.push([])
      lines.at(-1)?.push(...textRuns(piece, { ...style, ...own }))
    })
  }
  return lines.filter((line) => line.length > 0).map(block)
}

/** One block of one style. */
export const line = (text: string, style?: Style): RichTextBlock => block(textRuns(text, style), 0)

// Blanks at the start of a line and after another blank would be shown as one or none.
const hardBlanks = (text: string): string => text.replace(/^ | (?= )/gu, '\u00A0')

/** Monospaced text as it stands, empty lines and indents included. */
export const codeLines = (text: string): RichTextBlock[] =>
  plain(text)
    .split('\n')
    .map((each, index) => block(textRuns(hardBlanks(each) || '\u00A0', { fontType: 'Monospace' }), index))

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

/** As many of the lines as fit into `room` bytes, the last one cut with a mark. */
export const fitLines = (lines: readonly RichTextBlock[], room: number): Fitted<RichTextBlock> => {
  const kept: RichTextBlock[] = []
  let left = room
  for (const each of lines) {
    const size = bytesOf(each) + 1
    if (size > left) {
      const inlines = fitRuns(each.inlines, left - bytesOf({ ...each, inlines: [] }) - 1)
      if (inlines.length > 0) kept.push({ ...each, inlines })
      return { elements: kept, cut: true }
    }
    kept.push(each)
    left -= size
  }
  return { elements: kept, cut: false }
}
