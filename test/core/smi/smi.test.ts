import { describe, expect, test } from '@jest/globals'
import type { SmiAnswer } from '../../../src/core/ports/host'
import { smiNotice } from '../../../src/core/answers/smi'
import { SMI_ARGUMENTS, readSmi, type SmiReading } from '../../../src/core/smi/smi'
import { GIB, MIB } from '../../fakes/facts'
import { partOf, rowsOf, textOf } from '../answers/reading'

const HEAD =
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'
const ROW = '0, NVIDIA A100 80GB PCIe, GPU-8b89b58e, 580.65.06, 81920 MiB, 2048 MiB, 54 %, 61, 212.30 W'
const OTHER = '1, NVIDIA A40, GPU-1f2e3d4c, 580.65.06, 46068 MiB, 512 MiB, 0 %, 33, 29.94 W'

const ran = (stdout: string, exitCode = 0, problemCode: number | null = null): SmiAnswer => ({
  kind: 'ran',
  exitCode,
  stdout,
  problemCode,
})
const ONE = { vendors: ['nvidia'] } as const
const read = (answer: SmiAnswer, expected: Parameters<typeof readSmi>[1] = ONE) => readSmi(answer, expected)
const lines = (...all: string[]) => `${all.join('\n')}\n`

const failureOf = (reading: SmiReading) => {
  if (reading.verdict !== 'failed') throw new Error(`it is ${reading.verdict}`)
  return reading
}

test('the query is fixed and asks for named columns', () => {
  expect(SMI_ARGUMENTS).toEqual([
    '--query-gpu=index,name,uuid,driver_version,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,ecc.errors.uncorrected.volatile.total',
    '--format=csv',
  ])
})

describe('a table', () => {
  const GPU = {
    index: 0,
    name: 'NVIDIA A100 80GB PCIe',
    uuid: 'GPU-8b89b58e',
    driverVersion: '580.65.06',
    memoryTotalBytes: 80 * GIB,
    memoryUsedBytes: 2 * GIB,
    utilizationPercent: 54,
    temperatureCelsius: 61,
    powerWatts: 212.3,
    uncorrectedErrors: null,
    fault: null,
  }
  const BARE = '0, NVIDIA A100 80GB PCIe, GPU-8b89b58e, 580.65.06, 81920, 2048, 54, 61, 212.30'

  test.each([
    ['units in header and cells', lines(HEAD, ROW)],
    ['units in the header alone', lines(HEAD, BARE)],
    ['units in the cells alone', lines(HEAD.replaceAll(/ \[[^\]]*\]/g, ''), ROW)],
    ['the line ends of Windows', lines(HEAD, ROW).replaceAll('\n', '\r\n')],
    ['colours and a bell', `\u001b[1;32m${lines(HEAD, ROW)}\u001b[0m\u0007`],
    ['no blanks after the commas', lines(HEAD, ROW).replaceAll(', ', ',')],
  ])('is verified with %s', (_, stdout) => {
    expect(read(ran(stdout))).toEqual({ verdict: 'verified', warning: null, gpus: [GPU], said: [] })
  })

  test.each([
    { cell: '3', errors: 3 },
    { cell: '0', errors: 0 },
    { cell: '[N/A]', errors: null },
  ])('counts the errors of its memory where the GPU does: $cell', ({ cell, errors }) => {
    const stdout = lines(`${HEAD}, ecc.errors.uncorrected.volatile.total`, `${ROW}, ${cell}`)

    expect(read(ran(stdout))).toMatchObject({
      verdict: 'verified',
      gpus: [{ ...GPU, uncorrectedErrors: errors }],
    })
  })

  test('is read by the names of its columns, not by their order', () => {
    const turned = (line: string) => line.split(', ').reverse().join(', ')

    expect(read(ran(lines(turned(HEAD), turned(ROW))))).toEqual({
      verdict: 'verified',
      warning: null,
      gpus: [GPU],
      said: [],
    })
  })

  test.each(['[N/A]', 'N/A', '[Not Supported]', '[Unknown Error]'])('%s is no figure', (absent) => {
    const row = ROW.replace('54 %', absent).replace('212.30 W', absent).replace('2048 MiB', absent)

    expect(read(ran(lines(HEAD, row)))).toMatchObject({
      verdict: 'verified',
      gpus: [{ utilizationPercent: null, powerWatts: null, memoryUsedBytes: null, temperatureCelsius: 61 }],
    })
  })

  test.each([
    ['nothing', '', /it is empty/],
    ['prose', 'Segmentation fault', /columns are missing \(index, name,/],
    ['one column too few', lines(HEAD.replace(', temperature.gpu', ''), ROW), /missing \(temperature\.gpu\)/],
    [
      'one column too many',
      lines(`${HEAD}, fan.speed [%]`, `${ROW}, 30 %`),
      /columns that were not asked for/,
    ],
    ['a column twice', lines(`${HEAD}, index`, `${ROW}, 0`), /columns that were not asked for/],
    ['a short row', lines(HEAD, '0, NVIDIA A100'), /row 1 has 2 cells in place of 9/],
    [
      'words for a figure',
      lines(HEAD, ROW.replace('2048 MiB', 'lots')),
      /memory\.used of row 1 is no figure/,
    ],
    ['a unit that is not known', lines(HEAD, ROW.replace('2048 MiB', '2048 MB')), /memory\.used of row 1/],
    ['far too much', lines(HEAD, ...Array.from({ length: 1000 }, () => ROW)), /longer than 64 KiB/],
  ])('in another form fails with the reason: %s', (_, stdout, why) => {
    const reading = failureOf(read(ran(stdout)))

    expect(reading.why).toMatch(why)
    expect(reading.gpus).toEqual([])
  })
})

describe('what stands in place of figures', () => {
  const all = (state: string) => `0, NVIDIA A100, GPU-8b89b58e, 580.65.06, ${Array(5).fill(state).join(', ')}`

  test.each([
    ['[GPU is lost]', /the GPU is lost/],
    ['[GPU requires reset]', /requires a reset/],
  ])('%s is a verdict, whatever the exit code', (state, why) => {
    const reading = failureOf(read(ran(lines(HEAD, all(state)))))

    expect(reading.why).toMatch(why)
    expect(reading.gpus).toHaveLength(1)
  })

  test('is the verdict of one card alone, and that card is named', () => {
    const reading = failureOf(read(ran(lines(HEAD, OTHER, all('[GPU is lost]')))))

    expect(reading.why).toBe('1 of 2 GPUs: GPU-8b89b58e: the GPU is lost: it has fallen off the bus')
    expect(reading.gpus.map(({ fault }) => fault !== null)).toEqual([false, true])
  })

  test('also for name and UUID is a card that the driver does not reach', () => {
    const row = `0, ${Array(8).fill('[Unknown Error]').join(', ')}`

    expect(failureOf(read(ran(lines(HEAD, row)))).why).toMatch(/neither name nor UUID/)
  })
})

describe('what is printed beside the table', () => {
  test.each([
    ['before', lines('Welcome to train-01, be nice', HEAD, ROW)],
    ['behind', lines(HEAD, ROW, 'Welcome to train-01, be nice')],
  ])('stands %s it, is shown, and changes no verdict', (_, stdout) => {
    const reading = read(ran(stdout))

    expect(reading).toMatchObject({ verdict: 'verified', said: ['Welcome to train-01, be nice'] })
    expect(textOf(smiNotice('in a on b', reading))).toContain('Welcome to train-01, be nice')
  })

  test.each([
    ['by a line', lines(HEAD, ROW, 'WARNING: infoROM is corrupted at gpu 0000:67:00.0'), 0],
    ['by the exit code', lines(HEAD, ROW), 14],
  ])('a damaged infoROM is a warning where the figures are there: %s', (_, stdout, exitCode) => {
    const reading = read(ran(stdout, exitCode))

    expect(reading).toMatchObject({ verdict: 'verified', gpus: [{ index: 0 }] })
    expect(textOf(smiNotice('in a on b', reading))).toMatch(/Warning: the infoROM of the GPU is corrupted/)
  })

  test.each([
    'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error',
    'WARNING: infoROM is corrupted at gpu 0000:67:00.0',
  ])('is shown where it says of which card, though it is known: %s', (line) => {
    const reading = read(ran(lines(line, HEAD, ROW)), { vendors: ['nvidia', 'nvidia'] })

    expect(textOf(smiNotice('in a on b', reading))).toContain(line)
  })

  test('is shown up to five lines, each cut, without what nobody sees', () => {
    const long = Array.from({ length: 9 }, (_, n) => `${n} \u202e${'x'.repeat(400)}`)
    const reading = read(ran(lines(...long, HEAD, ROW)))
    const said = reading.verdict === 'verified' ? reading.said : []

    expect(said).toHaveLength(5)
    expect(said.every((line) => line.length === 300 && !line.includes('\u202e'))).toBe(true)
  })

  test('does not hide a card whose row cannot be read: the others are kept', () => {
    const reading = failureOf(
      read(ran(lines(HEAD, OTHER, '0, NVIDIA A100')), { vendors: ['nvidia', 'nvidia'] }),
    )

    expect(reading.why).toMatch(/row 2 has 2 cells/)
    expect(reading.gpus).toHaveLength(1)
  })
})

describe('the number of GPUs', () => {
  test.each([
    [['nvidia'], lines(HEAD), 'failed'],
    [['nvidia', 'nvidia'], lines(HEAD, ROW), 'failed'],
    [['nvidia', 'nvidia'], lines(HEAD, ROW, OTHER), 'verified'],
    [['nvidia', 'amd'], lines(HEAD, ROW), 'verified'],
    [['nvidia'], lines(HEAD, ROW, OTHER), 'verified'],
    [[], lines(HEAD, ROW), 'verified'],
    [[], lines(HEAD), 'failed'],
  ] as const)('with %j expected', (vendors, stdout, verdict) => {
    expect(read(ran(stdout), { vendors }).verdict).toBe(verdict)
  })

  test('too few are named, and those that are there are shown', () => {
    const reading = failureOf(read(ran(lines(HEAD, ROW)), { vendors: ['nvidia', 'nvidia'] }))

    expect(reading.why).toBe('nvidia-smi shows 1 of 2 GPUs')
    expect(reading.gpus).toHaveLength(1)
  })
})

describe('a failure is explained by', () => {
  test.each([
    [2, /does not understand the query/, /update the NVIDIA driver/],
    [3, /not available on this device/, /in order/],
    [4, /may not run nvidia-smi/, /the right to run it/],
    [6, /no such device/, /Device Manager/],
    [8, /power cables/, /Check the cables/],
    [9, /no NVIDIA driver runs/, /Install the NVIDIA driver/],
    [10, /interrupts/, /Restart/],
    [12, /NVML library is missing/, /anew/],
    [13, /lacks a function/, /anew/],
    [14, /infoROM/, /maker/],
    [15, /GPU is lost/, /restart the host/],
    [18, /different versions/, /Restart/],
    [255, /no code for/, /read what it says/],
    [77, /exit code 77/, /read what it says/],
  ])('its exit code: %d', (exitCode, why, next) => {
    const reading = failureOf(read(ran('', exitCode)))

    expect(reading.why).toMatch(why)
    expect(reading.next).toMatch(next)
  })

  const NO_DRIVER =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."
  test.each([
    ['no driver', NO_DRIVER, /no NVIDIA driver runs/, /Install the NVIDIA driver/],
    ['no fabric', 'Error 802: system not yet initialized', /NVSwitch fabric/, /Install the Fabric Manager/],
    [
      'the note of Windows',
      `${NO_DRIVER} This can also be happening if non-NVIDIA GPU is running as primary display, and NVIDIA GPU is in WDDM mode.`,
      /cannot reach the NVIDIA driver/,
      /TCC mode/,
    ],
    [
      'a mismatch',
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.173',
      /different versions/,
      /Restart/,
    ],
    ['NVML', 'Failed to initialize NVML: Unknown Error', /NVML.* does not start/, /Restart.*anew/],
    ['no devices', 'No devices were found', /finds no GPU/, /Device Manager/],
  ])('its text, even with exit code 0: %s', (_, stdout, why, next) => {
    const reading = failureOf(read(ran(stdout)))

    expect(reading.why).toMatch(why)
    expect(reading.next).toMatch(next)
  })

  test.each([
    [10, /Code 10/, /Update/],
    [12, /Code 12.*too little MMIO space/, /resize VM --mmio more/],
    [22, /Code 22.*disabled/, /Enable/],
    [28, /no NVIDIA driver/, /Install/],
    [31, /Code 31/, /anew/],
    [43, /Code 43/, /465.*MMIO/],
    [99, /Code 99/, /Device Manager/],
  ])('the problem code of the device before everything else: %d', (code, why, next) => {
    const reading = failureOf(read(ran('No devices were found', 6, code)))

    expect(reading.why).toMatch(why)
    expect(reading.next).toMatch(next)
  })

  test('a problem of one device does not hide the others', () => {
    expect(failureOf(read(ran(lines(HEAD, ROW), 0, 43))).gpus).toHaveLength(1)
  })

  test('problem code 0 is no problem', () => {
    expect(read(ran(lines(HEAD, ROW), 0, 0)).verdict).toBe('verified')
  })
})

describe('what could not be checked', () => {
  test('is neither good nor bad, and says why', () => {
    const reading = read({ kind: 'not-run', why: 'train-01 is not running (Off).\u001b[31m\u202e\nmore' })

    expect(reading).toMatchObject({ verdict: 'not-checked', why: 'train-01 is not running (Off). more' })
  })

  test('a VM with a GPU of another maker is not nvidia-smi’s to judge', () => {
    expect(read(ran('', 9), { vendors: ['amd'] }).verdict).toBe('not-checked')
  })

  test('a GPU of another maker is judged by the status of its device, where the guest tells it', () => {
    const works = read(ran('', 127, 0), { vendors: ['amd'] })
    const fails = read(ran('', 127, 43), { vendors: ['intel'] })

    expect(works).toMatchObject({ verdict: 'verified', gpus: [] })
    expect(smiNotice('in a on b', works).summary).toMatch(/the device works, by its status/)
    expect(fails).toMatchObject({ verdict: 'failed', why: expect.stringContaining('Code 43') as unknown })
  })

  test.each([10, 12, 22, 28, 31, 43, 99])(
    'Code %d of a GPU of another maker, or of one of several, is not explained with NVIDIA’s driver',
    (code) => {
      for (const vendors of [['amd'], ['intel'], ['nvidia', 'amd'], []] as const) {
        const { why, next } = failureOf(read(ran('', 0, code), { vendors }))

        expect(`${why} ${next}`).not.toMatch(/NVIDIA|GeForce/)
        expect(why).toContain(`Code ${code}`)
      }
    },
  )

  test('Code 28 and 43 of a GPU of another maker name the driver of that maker', () => {
    expect(failureOf(read(ran('', 127, 28), { vendors: ['amd'] }))).toMatchObject({
      why: 'the device reports Code 28: it has no driver',
      next: expect.stringMatching(/^Install the driver of its maker/) as unknown,
    })
    expect(failureOf(read(ran('', 127, 43), { vendors: ['intel'] })).next).toMatch(/the driver of its maker/)
  })

  test('a guest without nvidia-smi is told to install the driver', () => {
    expect(read(ran('', 127))).toMatchObject({
      verdict: 'failed',
      why: 'nvidia-smi is not installed there',
      next: expect.stringContaining('Install the NVIDIA driver') as unknown,
    })
  })
})

describe('the notice', () => {
  test('of verified GPUs is a readable table', () => {
    const notice = smiNotice('in train-01 on hv01', read(ran(lines(HEAD, ROW, OTHER))))

    expect(notice).toMatchObject({
      summary: 'nvidia-smi in train-01 on hv01: 2 GPUs verified',
      tone: 'good',
    })
    expect(partOf(notice, 'table').head.join(' | ')).toBe(
      '# | GPU | Driver | Memory used | Load | Temp | Power',
    )
    expect(rowsOf(notice)).toEqual([
      '0 | NVIDIA A100 80GB PCIe | 580.65.06 | 2 GiB of 80 GiB | 54 % | 61 °C | 212.3 W',
      '1 | NVIDIA A40 | 580.65.06 | 512 MiB of 45 GiB | 0 % | 33 °C | 29.9 W',
    ])
    expect(textOf(notice)).toContain('GPU-8b89b58e · GPU-1f2e3d4c')
  })

  test('of figures that are not there has dashes', () => {
    const row = '0, NVIDIA T4, [N/A], 580.65.06, [N/A], 10 MiB, [N/A], N/A, [Not Supported]'

    expect(rowsOf(smiNotice('vm', read(ran(lines(HEAD, row)))))).toEqual([
      '0 | NVIDIA T4 | 580.65.06 | 10 MiB of – | – | – | –',
    ])
  })

  test('of a card of a board says that NVSwitch needs more than is shown', () => {
    const board = ROW.replace('A100 80GB PCIe', 'A100-SXM4-80GB')

    expect(textOf(smiNotice('vm', read(ran(lines(HEAD, board)))))).toContain('needs the Fabric Manager')
    expect(textOf(smiNotice('vm', read(ran(lines(HEAD, ROW)))))).not.toContain('Fabric')
  })

  test('of a failure says why and what to do, with commands as code', () => {
    const notice = smiNotice('in train-01', read(ran('No devices were found', 6)))

    expect(notice).toMatchObject({
      summary: 'nvidia-smi in train-01: the driver runs, but finds no GPU',
      tone: 'bad',
    })
    expect(textOf(notice)).toMatch(/Failed: the driver runs, but finds no GPU\.\n→ Look at the device/)
    expect(textOf(notice)).not.toContain('`')
    expect(notice.parts.some((part) => part.kind === 'table')).toBe(false)
  })

  test('of a failure still shows the GPUs that are there', () => {
    const reading = read(ran(lines(HEAD, ROW)), { vendors: ['nvidia', 'nvidia'] })

    expect(rowsOf(smiNotice('in train-01', reading))).toHaveLength(1)
  })

  test('of what was not checked has no alarm in it', () => {
    const notice = smiNotice('in train-01', read({ kind: 'not-run', why: 'train-01 is not running (Off)' }))

    expect(notice.tone).toBe('plain')
    expect(textOf(notice)).toContain('Not checked: train-01 is not running (Off).')
  })

  test('512 MiB are not rounded away', () => {
    expect(failureOf(read(ran(lines(HEAD, ROW, OTHER), 15))).gpus[1]?.memoryUsedBytes).toBe(512 * MIB)
  })
})
