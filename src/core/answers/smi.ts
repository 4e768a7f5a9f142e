/** What nvidia-smi said, for people: a verdict, and a table of its figures. */
import { runsOf } from '../notice/prose'
import type { Notice, Part } from '../notice/notice'
import type { SmiReading } from '../smi/smi'
import type { SmiGpu } from '../smi/table'
import { bytes, counted } from '../text/figures'

const TONES = { verified: 'good', failed: 'bad', 'not-checked': 'plain' } as const satisfies {
  [V in SmiReading['verdict']]: Notice['tone']
}

/** `label` says where it was asked: `in train-01 on hv01`, `on hv01`. */
export const smiNotice = (label: string, reading: SmiReading): Notice => {
  const gpus = reading.verdict === 'not-checked' ? [] : reading.gpus
  return {
    summary: `nvidia-smi ${label}: ${reading.verdict === 'verified' ? verifiedWords(gpus) : reading.why}`,
    tone: TONES[reading.verdict],
    parts: [
      { kind: 'title', text: `nvidia-smi ${label}` },
      ...(reading.verdict === 'verified' ? byStatus(reading) : explained(reading)),
      ...(gpus.length > 0 ? tableOf(gpus) : []),
      ...(reading.verdict === 'verified' && gpus.some(isOfABoard) ? [FABRIC] : []),
      ...(reading.verdict === 'not-checked' ? [] : saidParts(reading.said)),
    ],
  }
}

/** Cards that are made for boards, which may have NVSwitch. */
const isOfABoard = ({ name }: SmiGpu): boolean => /\bSXM\d?\b/.test(name ?? '')

/**
 * Nothing that nvidia-smi is asked for shows it. Source: NVIDIA, "Fabric Manager User Guide"; the message: pytorch/pytorch,
 * issue 35710.
 */
const FABRIC: Part = {
  kind: 'note',
  runs: runsOf(
    'On a board with NVSwitch CUDA also needs the Fabric Manager of NVIDIA to run there, in the version of the driver. nvidia-smi does not show whether it does: without it CUDA says `system not yet initialized` (error 802).',
  ),
}

const verifiedWords = (gpus: readonly SmiGpu[]): string =>
  gpus.length === 0 ? DEVICE_WORKS : `${counted(gpus.length, 'GPU')} verified`
const DEVICE_WORKS = 'the device works, by its status in the guest'
const byStatus = ({ gpus, warning }: Extract<SmiReading, { verdict: 'verified' }>): Part[] =>
  warning
    ? [{ kind: 'text', runs: [{ strong: 'Warning: ' }, `${warning.why}. `, ...runsOf(warning.next)] }]
    : gpus.length === 0
      ? [
          {
            kind: 'text',
            runs: [
              'It has no NVIDIA GPU, so there are no figures; Windows there reports the device as working.',
            ],
          },
        ]
      : []

const explained = (reading: Exclude<SmiReading, { verdict: 'verified' }>): Part[] => [
  {
    kind: 'text',
    runs: [{ strong: reading.verdict === 'failed' ? 'Failed: ' : 'Not checked: ' }, `${reading.why}.`],
  },
  { kind: 'text', runs: ['→ ', ...runsOf(reading.next)] },
]

const saidParts = (said: readonly string[]): Part[] =>
  said.length === 0
    ? []
    : [
        { kind: 'text', runs: ['It printed this, too:'] },
        { kind: 'code', text: said.join('\n') },
      ]

const NONE = '–'
const inUnit = (figure: number | null, unit: string): string =>
  figure === null ? NONE : `${Number(figure.toFixed(1))} ${unit}`
const size = (figure: number | null): string => (figure === null ? NONE : bytes(figure))

const tableOf = (gpus: readonly SmiGpu[]): Part[] => [
  {
    kind: 'table',
    head: ['#', 'GPU', 'Driver', 'Memory used', 'Load', 'Temp', 'Power'],
    rows: gpus.map((gpu) => [
      gpu.index === null ? NONE : String(gpu.index),
      gpu.name ?? NONE,
      gpu.driverVersion ?? NONE,
      `${size(gpu.memoryUsedBytes)} of ${size(gpu.memoryTotalBytes)}`,
      inUnit(gpu.utilizationPercent, '%'),
      inUnit(gpu.temperatureCelsius, '°C'),
      inUnit(gpu.powerWatts, 'W'),
    ]),
  },
  { kind: 'note', runs: [gpus.map((gpu) => gpu.uuid ?? 'no UUID').join(' · ')] },
]
