import type { KnownBlock, TableBlock } from '@slack/types'
import type { Part } from '../../core/notice/notice'
import { cut, oneLine } from '../text'
import { limits } from './limits'
import { fitPreformatted, jsonLength } from './rich-text'

type Table = Extract<Part, { kind: 'table' }>

/** Slack takes one table a message (only_one_table_allowed); further ones are monospaced text. */
export type TableShape = 'table' | 'text'

/** An empty cell is refused by Slack. */
const cellText = (text: string): string => cut(oneLine(text), limits.tableCell) || '–'

/** All rows as long as the longest, as Slack wants. */
const gridOf = (table: Table): string[][] => {
  const width = Math.max(table.head.length, ...table.rows.map((row) => row.length))
  const rows = table.head.length > 0 ? [table.head, ...table.rows] : table.rows
  return rows.map((row) => Array.from({ length: width }, (_, column) => cellText(row[column] ?? '')))
}

const asTable = (grid: readonly string[][]): TableBlock => ({
  type: 'table',
  rows: grid.map((row) => row.map((text) => ({ type: 'raw_text', text }))),
})

const asText = (grid: readonly string[][]): string => {
  const widths = (grid[0] ?? []).map((_, column) => Math.max(...grid.map((row) => row[column]?.length ?? 0)))
  return grid
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * The table in at most `room` characters of JSON. A native table costs some thirty characters a cell, so one that does
 * not fit becomes monospaced text, and what still does not fit is cut at a row, with the number of rows left out.
 */
export const renderTable = (table: Table, shape: TableShape, room: number): KnownBlock | null => {
  const grid = gridOf(table)
  const width = grid[0]?.length ?? 0
  if (width === 0) return null
  if (shape === 'table' && width <= limits.tableColumns && grid.length <= limits.tableRows) {
    const block = asTable(grid)
    if (jsonLength(block) <= room) return block
  }
  const lines = asText(grid).split('\n')
  const frame =
    jsonLength({ type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [] }] }) + 120
  let used = 0
  const kept = lines.filter((line) => (used += jsonLength(line)) <= room - frame)
  const missing = lines.length - kept.length
  const text = missing === 0 ? lines.join('\n') : [...kept, `… cut: ${missing} more rows`].join('\n')
  return fitPreformatted(text, room)
}
