// Facts and steps: something narrow, and beside it what belongs to it. A FactSet would read its text as markdown.
import type { Part } from '../../core/notice/notice'
import { cut, oneLine } from '../text'
import { bytesOf, type ColumnSet, type LineBlock, type RichTextBlock } from './card'
import { limits } from './limits'
import { fitLines, line, linesOf, textRuns, type Fitted } from './lines'
import type { NameOf } from './pieces'

const stepMarks = { done: '✅', now: '⏳', todo: '⬜', undone: '↩️', failed: '❌' } as const

interface Row {
  readonly beside: RichTextBlock
  readonly lines: readonly LineBlock[]
}

const columnSet = (width: string, { beside, lines }: Row): ColumnSet => ({
  type: 'ColumnSet',
  spacing: 'Small',
  columns: [
    { type: 'Column', width, items: [beside] },
    { type: 'Column', width: 'stretch', items: lines },
  ],
})

const fitRows = (rows: readonly Row[], width: string, room: number): Fitted<ColumnSet> => {
  const kept: ColumnSet[] = []
  let left = room
  for (const row of rows) {
    const fitted = fitLines(row.lines, left - bytesOf(columnSet(width, { ...row, lines: [] })) - 1)
    if (fitted.elements.length === 0 && row.lines.length > 0) return { elements: kept, cut: true }
    const set = columnSet(width, { ...row, lines: fitted.elements })
    if (bytesOf(set) + 1 > left) return { elements: kept, cut: true }
    kept.push(set)
    left -= bytesOf(set) + 1
    if (fitted.cut) return { elements: kept, cut: true }
  }
  return { elements: kept, cut: false }
}

export const renderFacts = (
  { rows }: Extract<Part, { kind: 'facts' }>,
  nameOf: NameOf,
  room: number,
): Fitted<ColumnSet> =>
  fitRows(
    rows.map((row) => ({
      beside: line(cut(oneLine(row.label), limits.title) || '–', { isSubtle: true }),
      lines: linesOf(row.runs, nameOf),
    })),
    '120px',
    room,
  )

export const renderSteps = ({ steps }: Extract<Part, { kind: 'steps' }>, room: number): Fitted<ColumnSet> =>
  fitRows(
    steps.map(({ text, state, note }) => ({
      beside: line(stepMarks[state]),
      lines: [
        {
          type: 'RichTextBlock',
          inlines: [
            ...textRuns(cut(oneLine(text), limits.run), state === 'now' ? { weight: 'Bolder' } : {}),
            ...(note ? textRuns(` (${cut(oneLine(note), limits.run)})`, { isSubtle: true }) : []),
          ],
        },
      ],
    })),
    '24px',
    room,
  )
