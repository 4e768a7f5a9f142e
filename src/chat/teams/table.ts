import type { Part } from '../../core/notice/notice'
import { cut, oneLine } from '../text'
import { bytesOf, type RichTextBlock, type Table } from './card'
import { limits } from './limits'
import { textRuns, type Fitted } from './lines'

type TablePart = Extract<Part, { kind: 'table' }>
type Row = Table['rows'][number]

const cell = (text: string, bold: boolean): Row['cells'][number] => ({
  type: 'TableCell',
  items: [{ type: 'RichTextBlock', inlines: textRuns(text, bold ? { weight: 'Bolder' } : {}) }],
})

const cellText = (text: string | undefined): string => cut(oneLine(text ?? ''), limits.tableCell) || '–'

/** All rows as long as the longest. */
const gridOf = (table: TablePart): { readonly head: string[]; readonly rows: string[][] } => {
  const width = Math.max(table.head.length, ...table.rows.map((row) => row.length))
  const widened = (row: readonly string[]) => Array.from({ length: width }, (_, at) => cellText(row[at]))
  return { head: table.head.length > 0 ? widened(table.head) : [], rows: table.rows.map(widened) }
}

/** A column is as wide as what it holds, within reason: a wide one leaves room for the names in a narrow one. */
const columnsOf = (grid: readonly string[][]): Table['columns'] =>
  (grid[0] ?? []).map((_, at) => ({
    width: 6 + Math.min(18, Math.max(10, ...grid.map((row) => row[at]?.length ?? 0))),
  }))

const asTable = (head: readonly string[], rows: readonly string[][]): Table => ({
  type: 'Table',
  ...(head.length > 0 ? {} : { firstRowAsHeader: false }),
  columns: columnsOf(head.length > 0 ? [[...head], ...rows] : rows),
  rows: [
    ...(head.length > 0 ? [{ type: 'TableRow' as const, cells: head.map((each) => cell(each, true)) }] : []),
    ...rows.map((row) => ({ type: 'TableRow' as const, cells: row.map((each) => cell(each, false)) })),
  ],
})

/** A row that is too wide for a telephone, as a line: its first two values, then each other one with its heading. */
const asLine = (head: readonly string[], row: readonly string[]): RichTextBlock => ({
  type: 'RichTextBlock',
  spacing: 'Small',
  inlines: [
    ...textRuns(row.slice(0, 2).join('  '), { weight: 'Bolder' }),
    ...row
      .slice(2)
      .flatMap((value, at) => [
        ...textRuns(` · ${head[at + 2] ?? ''} `, { isSubtle: true }),
        ...textRuns(value),
      ]),
  ],
})

/** The table in at most `room` bytes, as one or, with many columns, as lines; cut at a row, with the number left out. */
export const renderTable = (part: TablePart, room: number): Fitted<Table | RichTextBlock> => {
  const { head, rows } = gridOf(part)
  const wide = (rows[0] ?? head).length > limits.tableColumns
  const shown = (count: number): (Table | RichTextBlock)[] =>
    wide ? rows.slice(0, count).map((row) => asLine(head, row)) : [asTable(head, rows.slice(0, count))]
  const more = (count: number): RichTextBlock => ({
    type: 'RichTextBlock',
    inlines: textRuns(`… cut: ${rows.length - count} more rows`, { isSubtle: true }),
  })
  if ((rows[0] ?? head).length === 0) return { elements: [], cut: false }
  if (bytesOf(shown(rows.length)) <= room) return { elements: shown(rows.length), cut: false }
  let count = rows.length
  do count -= Math.max(1, Math.floor(count / 20))
  while (count > 0 && bytesOf([...shown(count), more(count)]) > room)
  return { elements: [...shown(count), more(count)], cut: true }
}
