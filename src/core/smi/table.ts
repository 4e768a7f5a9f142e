/** The table that nvidia-smi prints, found among whatever else is printed with it. */
import { LOST, RESET, UNREADABLE, type Failure } from './failures'
import { counted } from '../text/figures'

export const SMI_FIELDS = [
  'index',
  'name',
  'uuid',
  'driver_version',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'power.draw',
  'ecc.errors.uncorrected.volatile.total',
] as const
type Field = (typeof SMI_FIELDS)[number]

/** A guest whose key allows one command, from before it was asked for, leaves this one out. */
const MAY_LACK: readonly Field[] = ['ecc.errors.uncorrected.volatile.total']

/** One GPU as nvidia-smi sees it; null where it has no figure. */
export interface SmiGpu {
  readonly index: number | null
  readonly name: string | null
  readonly uuid: string | null
  readonly driverVersion: string | null
  readonly memoryTotalBytes: number | null
  readonly memoryUsedBytes: number | null
  readonly utilizationPercent: number | null
  readonly temperatureCelsius: number | null
  readonly powerWatts: number | null
  /** Errors of its memory that ECC could not correct, since the driver was loaded. */
  readonly uncorrectedErrors: number | null
  /** What stands in place of its figures. */
  readonly fault: Failure | null
}

export interface SmiTable {
  readonly gpus: readonly SmiGpu[]
  /** What was printed before, between and behind the rows. */
  readonly said: readonly string[]
  /** Why it is no table, or why a row of it could not be read; null where all is well. */
  readonly odd: string | null
}

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim())

interface Columns {
  readonly names: readonly string[]
  readonly units: readonly (string | undefined)[]
}

const columnsOf = (line: string): Columns => {
  const columns = cellsOf(line).map((cell) => /^(\S+)(?: \[(.*)\])?$/.exec(cell))
  return { names: columns.map((column) => column?.[1] ?? ''), units: columns.map((column) => column?.[2]) }
}
const knownIn = ({ names }: Columns): number => SMI_FIELDS.filter((field) => names.includes(field)).length

/** CSV with a header, such as `name, memory.total [MiB]`; the unit may stand there, in the cell, or in both. */
export const readTable = (output: string): SmiTable => {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const no = (odd: string): SmiTable => ({ gpus: [], said: lines, odd })
  if (lines.length === 0) return no('it is empty')
  // Only the header has the names of several columns in it.
  const at = lines.findIndex((line) => knownIn(columnsOf(line)) > 1)
  const columns = columnsOf(lines[at] ?? '')
  const missing = SMI_FIELDS.filter((field) => !columns.names.includes(field) && !MAY_LACK.includes(field))
  if (missing.length > 0) return no(`columns are missing (${missing.join(', ')})`)
  if (columns.names.length > knownIn(columns)) return no('there are columns that were not asked for')
  return rowsIn(lines.slice(at + 1), columns, lines.slice(0, at))
}

const rowsIn = (lines: readonly string[], columns: Columns, before: readonly string[]): SmiTable => {
  const gpus: SmiGpu[] = []
  const said = [...before]
  const odd: string[] = []
  for (const line of lines) {
    const cells = cellsOf(line)
    const row = gpus.length + odd.length + 1
    if (cells.length !== columns.names.length) {
      if (/^\d+,/.test(line.trim()))
        odd.push(`row ${row} has ${counted(cells.length, 'cell')} in place of ${columns.names.length}`)
      else said.push(line)
      continue
    }
    const cellOf = (field: Field): Cell => {
      const at = columns.names.indexOf(field)
      return { text: cells[at] ?? '', unit: columns.units[at] }
    }
    const wrong = FIGURES.find((field) => !isFigure(cellOf(field), UNITS[field]))
    if (wrong) odd.push(`${wrong} of row ${row} is no figure`)
    else gpus.push(gpuOf(cellOf))
  }
  return { gpus, said, odd: odd[0] ?? null }
}

interface Cell {
  readonly text: string
  readonly unit: string | undefined
}

/** What one of each unit is worth; `''` is a bare number. */
const UNITS = {
  index: { '': 1 },
  'memory.total': { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  'memory.used': { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  'utilization.gpu': { '%': 1 },
  'temperature.gpu': { '': 1, C: 1 },
  'power.draw': { W: 1, mW: 1e-3 },
  'ecc.errors.uncorrected.volatile.total': { '': 1 },
} as const satisfies { readonly [F in Field]?: Readonly<Record<string, number>> }
type Figure = keyof typeof UNITS
type Worth = Readonly<Record<string, number>>
const FIGURES = Object.keys(UNITS) as readonly Figure[]

/** `[N/A]`, `N/A`, `[Not Supported]` and the other bracketed words stand for "no figure". */
const isAbsent = (text: string): boolean => text === '' || text === 'N/A' || /^\[.*\]$/.test(text)

/** Null for a cell that is neither a number nor in a unit that is known. */
const numberIn = ({ text, unit }: Cell, worth: Worth): number | null => {
  const found = /^(\d+(?:\.\d+)?)(?: ?([A-Za-z%]+))?$/.exec(text)
  const one = worth[found?.[2] ?? unit ?? '']
  return found && one !== undefined ? Number(found[1]) * one : null
}
const isFigure = (cell: Cell, worth: Worth): boolean => isAbsent(cell.text) || numberIn(cell, worth) !== null

/** NVML's own words for a GPU that does not work, which stand in place of each figure with exit code 0 as well. */
const STATES: readonly { readonly holds: RegExp; readonly fault: Failure }[] = [
  { holds: /^\[GPU is lost\]$/i, fault: LOST },
  { holds: /^\[GPU requires reset\]$/i, fault: RESET },
]
const faultIn = (cells: readonly string[]): Failure | null =>
  STATES.find(({ holds }) => cells.some((cell) => holds.test(cell)))?.fault ?? null

const nameless = (name: string | null, uuid: string | null): Failure | null =>
  name === null && uuid === null ? UNREADABLE : null

const gpuOf = (cellOf: (field: Field) => Cell): SmiGpu => {
  const word = (field: Field) => (isAbsent(cellOf(field).text) ? null : cellOf(field).text)
  const figure = (field: Figure) => numberIn(cellOf(field), UNITS[field])
  return {
    index: figure('index'),
    name: word('name'),
    uuid: word('uuid'),
    driverVersion: word('driver_version'),
    memoryTotalBytes: figure('memory.total'),
    memoryUsedBytes: figure('memory.used'),
    utilizationPercent: figure('utilization.gpu'),
    temperatureCelsius: figure('temperature.gpu'),
    powerWatts: figure('power.draw'),
    uncorrectedErrors: figure('ecc.errors.uncorrected.volatile.total'),
    fault: faultIn(SMI_FIELDS.map((field) => cellOf(field).text)) ?? nameless(word('name'), word('uuid')),
  }
}
