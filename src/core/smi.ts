/**
 * Reads what nvidia-smi printed. NVIDIA does not promise that its output stays as it is, so columns are found by
 * their names, and an answer in another form is a failure with its reason, never a guess.
 */
import { exitOf, failureIn, problemOf, type Failure } from './answers/smi-failures'
import { counted } from './answers/words'
import { isHidden } from './grammar/shown'
import type { GpuFacts } from './inventory'
import type { SmiAnswer } from './ports'

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

/** The fixed arguments that every nvidia-smi is called with. */
export const SMI_ARGUMENTS = [`--query-gpu=${SMI_FIELDS.join(',')}`, '--format=csv'] as const

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
}

export type SmiReading =
  /** Without GPUs: by the status of the device alone. */
  | { readonly verdict: 'verified'; readonly gpus: readonly SmiGpu[] }
  | ({ readonly verdict: 'failed'; readonly gpus: readonly SmiGpu[] } & Failure)
  | ({ readonly verdict: 'not-checked' } & Failure)

/** Characters; far more than any machine's GPUs need. */
const OUTPUT_CAP = 64 * 1024
const WHY_CAP = 300
const READ_IT_THERE = 'Run nvidia-smi there and read what it says.'

/**
 * `vendors`: the makers of the GPUs that ought to be there; nvidia-smi speaks for NVIDIA's alone. With none named,
 * at least one GPU is expected.
 */
export const readSmi = (
  answer: SmiAnswer,
  { vendors }: { readonly vendors: readonly GpuFacts['vendor'][] },
): SmiReading => {
  if (answer.kind === 'not-run')
    return {
      verdict: 'not-checked',
      why: printable(answer.why).replaceAll('\n', ' ').trim().replace(/\.$/, '').slice(0, WHY_CAP),
      next: 'Ask again with `smi` once it answers.',
    }
  const ours = vendors.filter((vendor) => vendor === 'nvidia').length
  if (vendors.length > 0 && ours === 0) return byDevice(answer.problemCode)
  const output = printable(answer.stdout.slice(0, OUTPUT_CAP))
  const read = answer.stdout.length > OUTPUT_CAP ? strange('it is longer than 64 KiB') : readTable(output)
  const gpus = read.kind === 'table' ? read.gpus : []
  const maker = vendors.length > 0 && ours === vendors.length ? 'nvidia' : 'other'
  const failure = problemOf(answer.problemCode, maker) ?? failureIn(output) ?? exitOf(answer.exitCode)
  if (failure) return { verdict: 'failed', ...failure, gpus }
  if (read.kind === 'strange') return { verdict: 'failed', why: read.why, next: READ_IT_THERE, gpus }
  const expected = Math.max(1, ours)
  return gpus.length < expected
    ? { verdict: 'failed', ...tooFew(gpus.length, expected), gpus }
    : { verdict: 'verified', gpus }
}

/** GPUs of other makers: nvidia-smi does not speak for them, the status of the device in a Windows guest does. */
const byDevice = (problemCode: number | null): SmiReading => {
  const failure = problemOf(problemCode, 'other')
  if (failure) return { verdict: 'failed', ...failure, gpus: [] }
  if (problemCode === 0) return { verdict: 'verified', gpus: [] }
  return {
    verdict: 'not-checked',
    why: 'it has no NVIDIA GPU, and nvidia-smi speaks for no other',
    next: 'Look at the device with the tools of its maker.',
  }
}

const tooFew = (seen: number, expected: number): Failure => ({
  why: `nvidia-smi shows ${seen} of ${counted(expected, 'GPU')}`,
  next: 'Look at the missing device in the guest: the driver does not take it, or MMIO is too small for all of them.',
})

/** Terminal sequences and characters that nobody sees (control, bidirectional, zero-width) are dropped; line ends stay. */
const printable = (text: string): string =>
  Array.from(text.replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, ''))
    .filter((character) => character === '\n' || !isHidden(character))
    .join('')

type Read =
  | { readonly kind: 'table'; readonly gpus: readonly SmiGpu[] }
  | { readonly kind: 'strange'; readonly why: string }

const strange = (what: string): Read => ({
  kind: 'strange',
  why: `nvidia-smi answered in a form that is not known: ${what}`,
})

/** A sentence about one GPU, before or behind the table of the others; smi-failures.ts says what it means. */
const isAside = (line: string): boolean =>
  /^(?:Unable to determine the device handle|WARNING: infoROM is corrupted)\b/i.test(line.trim())

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim())

/** CSV with a header, such as `name, memory.total [MiB]`; the unit may stand there, in the cell, or in both. */
const readTable = (output: string): Read => {
  const [head, ...rows] = output.split('\n').filter((line) => line.trim() !== '' && !isAside(line))
  if (head === undefined) return strange('it is empty')
  const columns = cellsOf(head).map((cell) => /^(\S+)(?: \[(.*)\])?$/.exec(cell))
  const names = columns.map((column) => column?.[1] ?? '')
  const missing = SMI_FIELDS.filter((field) => !names.includes(field) && !MAY_LACK.includes(field))
  if (missing.length > 0) return strange(`columns are missing (${missing.join(', ')})`)
  if (names.length > SMI_FIELDS.filter((field) => names.includes(field)).length)
    return strange('there are columns that were not asked for')
  const gpus: SmiGpu[] = []
  for (const [index, row] of rows.entries()) {
    const cells = cellsOf(row)
    if (cells.length !== names.length)
      return strange(`row ${index + 1} has ${counted(cells.length, 'cell')} in place of ${names.length}`)
    const cellOf = (field: Field): Cell => {
      const at = names.indexOf(field)
      return { text: cells[at] ?? '', unit: columns[at]?.[2] }
    }
    const odd = FIGURES.find((field) => !isFigure(cellOf(field), UNITS[field]))
    if (odd) return strange(`${odd} of row ${index + 1} is no figure`)
    gpus.push(gpuOf(cellOf))
  }
  return { kind: 'table', gpus }
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
  }
}
