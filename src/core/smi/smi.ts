/**
 * Reads what nvidia-smi printed. NVIDIA does not promise that its output stays as it is, so columns are found by
 * their names, and an answer in another form is a failure with its reason, never a guess.
 */
import { exitOf, failureIn, isWarning, problemOf, type Failure } from './failures'
import { counted } from '../text/figures'
import { isHidden } from '../text/shown'
import type { GpuFacts } from '../inventory/inventory'
import type { SmiAnswer } from '../ports/host'
import { readTable, SMI_FIELDS, type SmiGpu } from './table'

/** The fixed arguments that every nvidia-smi is called with. */
export const SMI_ARGUMENTS = [`--query-gpu=${SMI_FIELDS.join(',')}`, '--format=csv'] as const

/** What was printed: each card by itself, and the lines beside the table. */
interface Printed {
  readonly gpus: readonly SmiGpu[]
  readonly said: readonly string[]
}

export type SmiReading =
  /** Without GPUs: by the status of the device alone. `warning` is of cards that work all the same. */
  | ({ readonly verdict: 'verified'; readonly warning: Failure | null } & Printed)
  | ({ readonly verdict: 'failed' } & Printed & Failure)
  | ({ readonly verdict: 'not-checked' } & Failure)

/** Characters; far more than any machine's GPUs need. */
const OUTPUT_CAP = 64 * 1024
const WHY_CAP = 300
const LINES_SHOWN = 5
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
  const { gpus, said, odd } =
    answer.stdout.length > OUTPUT_CAP
      ? { gpus: [], said: [], odd: 'it is longer than 64 KiB' }
      : readTable(output)
  const printed = { gpus, said: unknownAmong(said) }
  const maker = vendors.length > 0 && ours === vendors.length ? 'nvidia' : 'other'
  const stated = failureIn(said.join('\n')) ?? exitOf(answer.exitCode)
  const expected = Math.max(1, ours)
  const works = gpus.length >= expected && odd === null && gpus.every(({ fault }) => fault === null)
  const warning = works && stated !== null && isWarning(stated) ? stated : null
  const failure =
    problemOf(answer.problemCode, maker) ?? faultOf(gpus) ?? (warning ? null : stated) ?? oddity(odd)
  if (failure) return { verdict: 'failed', ...failure, ...printed }
  return gpus.length < expected
    ? { verdict: 'failed', ...tooFew(gpus.length, expected), ...printed }
    : { verdict: 'verified', warning, ...printed }
}

/** `GPU1`, or an address on the bus. */
const NAMES_A_CARD = /\bGPU ?\d+\b|\b[0-9A-F]{4,8}:[0-9A-F]{2}:[0-9A-F]{2}\.\d\b/i

/** What is known is explained, and not shown as printed, unless it says of which card. */
const unknownAmong = (said: readonly string[]): string[] =>
  said
    .filter((line) => failureIn(line) === null || NAMES_A_CARD.test(line))
    .slice(0, LINES_SHOWN)
    .map((line) => line.trim().slice(0, WHY_CAP))

/** Which of several cards it is that does not work. */
const faultOf = (gpus: readonly SmiGpu[]): Failure | null => {
  const faulty = gpus.flatMap(({ fault }, at) => (fault ? { fault, name: nameOf(gpus, at) } : []))
  const [first] = faulty
  if (!first) return null
  return gpus.length === 1
    ? first.fault
    : {
        why: `${faulty.length} of ${counted(gpus.length, 'GPU')}: ${faulty.map(({ name, fault }) => `${name}: ${fault.why}`).join('; ')}`.slice(
          0,
          WHY_CAP,
        ),
        next: first.fault.next,
        ...(faulty.some(({ fault }) => fault.card) ? { card: true as const } : {}),
      }
}

const nameOf = (gpus: readonly SmiGpu[], at: number): string => {
  const { index, uuid } = gpus[at] ?? { index: null, uuid: null }
  return uuid ?? (index === null ? `row ${at + 1}` : `GPU ${index}`)
}

const oddity = (odd: string | null): Failure | null =>
  odd === null
    ? null
    : { why: `nvidia-smi answered in a form that is not known: ${odd}`, next: READ_IT_THERE }

const NOTHING: Printed = { gpus: [], said: [] }

/** GPUs of other makers: nvidia-smi does not speak for them, the status of the device in a Windows guest does. */
const byDevice = (problemCode: number | null): SmiReading => {
  const failure = problemOf(problemCode, 'other')
  if (failure) return { verdict: 'failed', ...failure, ...NOTHING }
  if (problemCode === 0) return { verdict: 'verified', warning: null, ...NOTHING }
  return {
    verdict: 'not-checked',
    why: 'it has no NVIDIA GPU, and nvidia-smi speaks for no other',
    next: 'Look at the device with the tools of its maker.',
  }
}

const tooFew = (seen: number, expected: number): Failure => ({
  why: `nvidia-smi shows ${seen} of ${counted(expected, 'GPU')}`,
  next: 'Look at the missing device in the guest: the driver does not take it, or MMIO is too small for all of them (`resize VM --mmio more`).',
})

/** Terminal sequences and characters that nobody sees (control, bidirectional, zero-width) are dropped; line ends stay. */
const printable = (text: string): string =>
  Array.from(text.replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, ''))
    .filter((character) => character === '\n' || !isHidden(character))
    .join('')
