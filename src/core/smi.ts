/**
 * Reads what nvidia-smi printed. Exit codes are NVIDIA's (GPU Operator troubleshooting); its texts often come on
 * standard output. The output "is not guaranteed to be backwards compatible", so columns are found by their names.
 */
import type { GpuFacts } from './inventory'
import type { Notice, Part } from './notice'
import type { SmiAnswer } from './ports'

/** The fixed query: `nvidia-smi --query-gpu=<fields> --format=csv`. */
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
] as const
type Field = (typeof SMI_FIELDS)[number]

/** Cells as nvidia-smi prints them, units included; null where it has no figure. */
export type SmiGpu = { readonly [F in Field]: string | null }

export type SmiReading =
  | { readonly verdict: 'verified'; readonly gpus: readonly SmiGpu[] }
  | {
      readonly verdict: 'failed'
      readonly why: string
      readonly next: string
      readonly gpus: readonly SmiGpu[]
    }
  | { readonly verdict: 'not-checked'; readonly why: string; readonly next: string }

const OUTPUT_CAP = 64 * 1024

/** `vendors`: the makers of the GPUs that ought to be there; nvidia-smi speaks for NVIDIA's alone. */
export const readSmi = (
  answer: SmiAnswer,
  expected: { vendors: readonly GpuFacts['vendor'][] },
): SmiReading => {
  if (answer.kind === 'not-run')
    return {
      verdict: 'not-checked',
      why: clean(answer.why),
      next: 'Start the VM, or look at its console; then `smi` again.',
    }
  const nvidia = expected.vendors.filter((vendor) => vendor === 'nvidia').length
  if (expected.vendors.length > 0 && nvidia === 0)
    return {
      verdict: 'not-checked',
      why: 'the GPU is not NVIDIA’s, so nvidia-smi cannot speak for it',
      next: 'Look at the device in the guest.',
    }
  const output = clean(answer.stdout).slice(0, OUTPUT_CAP)
  const problem = answer.problemCode === null ? undefined : PROBLEMS[answer.problemCode]
  if (problem) return { verdict: 'failed', ...problem, gpus: [] }
  const known = TEXTS.find(({ holds }) => output.includes(holds))
  if (known) return { verdict: 'failed', why: known.why, next: known.next, gpus: [] }
  if (answer.exitCode !== 0) return { verdict: 'failed', ...exitWords(answer.exitCode), gpus: [] }
  return readTable(output, nvidia)
}

interface Words {
  readonly why: string
  readonly next: string
}

const NO_DRIVER: Words = {
  why: 'the guest has no NVIDIA driver that runs',
  next: 'Install the NVIDIA driver in the guest and restart it; the assignment itself is in order.',
}

/** ConfigManagerErrorCode of the display device in a Windows guest. */
const PROBLEMS: { readonly [code: number]: Words } = {
  12: {
    why: 'the device reports Code 12: it cannot find enough free resources, which here means too little MMIO space',
    next: 'Release the GPU and assign it again so that MMIO is computed afresh; if it stays, raise high MMIO toward the sum of all BARs plus the largest.',
  },
  28: NO_DRIVER,
  31: {
    why: 'the device reports Code 31: Windows cannot load its driver',
    next: 'Reinstall the NVIDIA driver in the guest.',
  },
  43: {
    why: 'the device reports Code 43: its driver stopped it',
    next: 'Update the guest driver (before version 465 it refused GeForce cards in VMs); also check MMIO, and that no partition adapter is in the same VM.',
  },
}

const TEXTS: readonly (Words & { readonly holds: string })[] = [
  { holds: "couldn't communicate with the NVIDIA driver", ...NO_DRIVER },
  {
    holds: 'Driver/library version mismatch',
    why: 'the driver that runs and its library have different versions, as after an update',
    next: 'Restart the guest.',
  },
  {
    holds: 'No devices were found',
    why: 'the driver runs, but finds no GPU',
    next: 'Look at the device in the guest: its problem code says why the driver does not take it.',
  },
]

const EXITS: { readonly [code: number]: Words } = {
  2: {
    why: 'nvidia-smi did not understand the query',
    next: 'Its version may be too old for the fields asked for; update the driver.',
  },
  3: {
    why: 'the query is not available on this device',
    next: 'Nothing is wrong with the assignment; nvidia-smi says little about this model.',
  },
  4: {
    why: 'the account may not run nvidia-smi',
    next: 'Give the account that the bot uses the right to run it.',
  },
  6: { why: 'nvidia-smi found no such device', next: 'Look at the device in the guest.' },
  8: { why: 'the power cables of the GPU are not attached properly', next: 'Check the cables in the host.' },
  9: NO_DRIVER,
  10: {
    why: 'the kernel found an interrupt problem with the GPU',
    next: 'Check that the device uses MSI; see `check`.',
  },
  12: { why: 'the NVML library is missing', next: 'Reinstall the NVIDIA driver in the guest.' },
  13: {
    why: 'the NVML library lacks a function, so it is older than nvidia-smi',
    next: 'Reinstall the NVIDIA driver in the guest.',
  },
  14: { why: 'the infoROM of the GPU is corrupted', next: 'Ask the maker of the card.' },
  15: {
    why: 'the GPU is lost: it has fallen off the bus',
    next: 'Turn the VM off and on; if it stays lost, restart the host.',
  },
  18: { why: 'the driver and its library have different versions', next: 'Restart the guest.' },
}

const exitWords = (code: number): Words =>
  EXITS[code] ?? {
    why: `nvidia-smi ended with exit code ${code}`,
    next: 'Run nvidia-smi in the guest and read what it says.',
  }

/** Terminal sequences, control and format characters are dropped; line ends stay. */
const clean = (text: string): string =>
  text.replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, '').replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, '')

const readTable = (output: string, expectedCount: number): SmiReading => {
  const [head, ...lines] = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const columns = (head ?? '').split(',').map((column) => column.trim().replace(/ \[[^\]]*\]$/, ''))
  const missing = SMI_FIELDS.filter((field) => !columns.includes(field))
  if (missing.length > 0)
    return {
      verdict: 'failed',
      why: `nvidia-smi answered in a form that is not known: ${missing.join(', ')} missing`,
      next: 'Run nvidia-smi in the guest and read what it says.',
      gpus: [],
    }
  const gpus = lines.map((line) =>
    gpuOf(
      columns,
      line.split(',').map((cell) => cell.trim()),
    ),
  )
  if (gpus.length < Math.max(1, expectedCount))
    return {
      verdict: 'failed',
      why: `nvidia-smi shows ${gpus.length} of ${Math.max(1, expectedCount)} GPUs`,
      next: 'Look at the other device in the guest.',
      gpus,
    }
  return { verdict: 'verified', gpus }
}

const gpuOf = (columns: readonly string[], cells: readonly string[]): SmiGpu => {
  const cell = (field: Field): string | null => {
    const value = cells[columns.indexOf(field)] ?? ''
    return /^(\[?N\/A\]?|\[Not Supported\]|)$/i.test(value) ? null : value
  }
  return Object.fromEntries(SMI_FIELDS.map((field) => [field, cell(field)])) as SmiGpu
}

/** `label` names the VM or host that was asked. */
export const smiNotice = (label: string, reading: SmiReading): Notice => {
  const title: Part = { kind: 'title', text: `nvidia-smi in ${label}` }
  const words: Part[] =
    reading.verdict === 'verified'
      ? []
      : [
          {
            kind: 'text',
            runs: [{ strong: reading.verdict === 'failed' ? 'Failed: ' : 'Not checked: ' }, reading.why],
          },
          { kind: 'note', runs: [reading.next] },
        ]
  const gpus = reading.verdict === 'not-checked' ? [] : reading.gpus
  return {
    summary: `nvidia-smi in ${label}: ${reading.verdict === 'verified' ? `${gpus.length} GPU${gpus.length === 1 ? '' : 's'} verified` : reading.why}`,
    tone: reading.verdict === 'verified' ? 'good' : reading.verdict === 'failed' ? 'bad' : 'plain',
    parts: [title, ...words, ...(gpus.length > 0 ? gpuParts(gpus) : [])],
  }
}

const gpuParts = (gpus: readonly SmiGpu[]): Part[] => [
  {
    kind: 'table',
    head: ['#', 'GPU', 'Driver', 'Memory', 'Use', 'Temp', 'Power'],
    rows: gpus.map((gpu) => [
      gpu.index ?? '?',
      gpu.name ?? '?',
      gpu.driver_version ?? '?',
      `${gpu['memory.used'] ?? '?'} / ${gpu['memory.total'] ?? '?'}`,
      gpu['utilization.gpu'] ?? 'n/a',
      gpu['temperature.gpu'] === null ? 'n/a' : `${gpu['temperature.gpu']} °C`,
      gpu['power.draw'] ?? 'n/a',
    ]),
  },
  { kind: 'note', runs: [gpus.map((gpu) => gpu.uuid ?? 'no UUID').join(' · ')] },
]
