/** What nvidia-smi printed: from the answer of the module, through the executor's adapter and the reader, to what people see. */
import { expect } from '@jest/globals'
import { z } from 'zod'
import { smiNotice } from '../../src/core/answers/smi'
import { hostName, vmId } from '../../src/core/inventory/inventory'
import { readSmi } from '../../src/core/smi/smi'
import { readGuestSmi } from '../../src/host/powershell/guests'
import { rowsOf, textOf } from '../core/answers/reading'
import { tryCases, type Try } from './cases'

const printed = z
  .strictObject({
    exitCode: z.number().default(0),
    /** As a program in the guest read it. */
    stdout: z.string().optional(),
    /** The bytes, which a program took for UTF-8. */
    stdoutBase64: z.base64().optional(),
    vendors: z.array(z.enum(['nvidia', 'amd', 'intel', 'other'])).default(['nvidia']),
  })
  .refine(({ stdout, stdoutBase64 }) => (stdout === undefined) !== (stdoutBase64 === undefined))

const smi = async (input: unknown) => {
  const { exitCode, vendors, stdoutBase64 = '', ...told } = printed.parse(input)
  const stdout = told.stdout ?? Buffer.from(stdoutBase64, 'base64').toString('utf8')
  const answer = await readGuestSmi(
    hostName.parse('hv01'),
    vmId.parse('7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01'),
    {
      access: { kind: 'windows', credential: { credential: 'vault:Bot/train-01' } },
      ask: () => Promise.resolve({ kind: 'ok', json: JSON.stringify({ exitCode, problem: '-1', stdout }) }),
    },
  )
  const reading = readSmi(answer, { vendors })
  const gpus = reading.verdict === 'not-checked' ? [] : reading.gpus
  const { why, next } = { why: undefined, next: undefined, ...reading }
  const notice = smiNotice('in train-01 on hv01', reading)
  const shown = textOf(notice)

  // What was found is what people read; commands in it stand without their marks.
  for (const each of [why, next]) expect(shown).toContain(each?.replaceAll('`', '') ?? '')

  return { verdict: reading.verdict, count: gpus.length, why, next, shown, gpus, notice }
}

const A100 = '0 | NVIDIA A100 80GB PCIe | 580.65.06 | 2 GiB of 80 GiB | 54 % | 61 °C | 212.3 W'
/** The figures of the GPU that answered are shown, as they are. */
const withRow =
  (row: string): Try =>
  async (input) => {
    const seen = await smi(input)
    expect(seen.count === 0 ? [] : rowsOf(seen.notice)).toEqual([row])
    return seen
  }

const alive = withRow(A100)

/** No restart and no new driver gives an account a right. */
const aRightIsMissing: Try = async (input) => {
  const seen = await smi(input)
  expect(seen.next).toMatch(/right/)
  expect(seen.next).not.toMatch(/restart|install/i)
  return seen
}

const driverFilesOfTheHost: Try = async (input) => {
  const seen = await smi(input)
  expect(seen.next).toMatch(/driver files of the host/)
  expect(seen.next).toMatch(/TCC/)
  return seen
}

/** By what it printed, which tells more than the exit code. */
const because =
  (why: RegExp): Try =>
  async (input) => {
    const seen = await smi(input)
    expect(seen.why).toMatch(why)
    return seen
  }

tryCases({
  file: 'B-nvidia-smi',
  tries: {
    B01: smi,
    B04: withRow(A100.replace('54 %', '–')),
    B05: alive,
    B08: alive,
    B09: smi,
    B11: because(/finds no GPU/),
    B12: aRightIsMissing,
    B13: driverFilesOfTheHost,
    B16: withRow('0 | GeForce 940M | 440.64 | 0 B of 2 GiB | – | 44 °C | –'),
    B17: alive,
    B18: alive,
    B19: alive,
    B21: because(/different versions/),
    B23: smi,
  },
})
