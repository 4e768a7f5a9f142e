/** The flags that several commands have. */
import { z } from 'zod'
import { accepted, refusal, refused, type Outcome } from '../../errors'
import { spot, type Word } from '../../text/words'
import { readPage, readRequestId } from './names'
import { isSize, readSize, sizeText } from './size'
import type { Flag } from './spec'

export const flag = <const F extends string, S extends z.ZodType>(given: Flag<F, S>): Flag<F, S> => given

export const onOff = <const F extends string>(name: Flag['name'], field: F): Flag<F, z.ZodBoolean> => ({
  name,
  field,
  schema: z.boolean(),
  otherwise: false,
  takes: null,
})
/** Not there at all where it is not given. */
export const only = <const F extends string>(
  name: Flag['name'],
  field: F,
): Flag<F, z.ZodOptional<z.ZodBoolean>> => ({
  name,
  field,
  schema: z.boolean().optional(),
  otherwise: undefined,
  takes: null,
})

const readMode = (word: Word): Outcome<string> => {
  const mode = word.text.toLowerCase()
  if (mode === 'dda' || mode === 'partition') return accepted(mode)
  return refused(
    refusal(
      'syntax',
      `${spot(word)} is not a mode`,
      'Write `--mode dda` for the whole GPU, or `--mode partition` for a share of one.',
    ),
  )
}

export const PAGE = flag({
  name: '--page',
  field: 'page',
  schema: z.number().int().positive(),
  otherwise: 1,
  takes: { label: 'N', what: 'a number from 1', read: readPage },
})

/** May a running VM be shut down through its guest, or turned off like a power cut; is it left off afterwards? */
export const CONSENT_FLAGS = [
  onOff('--shutdown', 'shutdown'),
  onOff('--power-off', 'powerOff'),
  onOff('--no-start', 'noStart'),
] as const
/** `--script`: the plan as one PowerShell script. `--break-glass`: the policy says who may, and a reason is mandatory. */
export const SHOW_FLAGS = [
  onOff('--dry-run', 'dryRun'),
  onOff('--script', 'script'),
  only('--break-glass', 'breakGlass'),
] as const
export const PLAN_FLAGS = [...CONSENT_FLAGS, ...SHOW_FLAGS] as const

/** A GPU as a whole (Discrete Device Assignment), or a partition of it (GPU-P). */
export const MODE = flag({
  name: '--mode',
  field: 'mode',
  schema: z.enum(['dda', 'partition']).optional(),
  otherwise: undefined,
  takes: { label: 'dda|partition', what: '`dda` or `partition`', read: readMode },
})
/** Bytes of video memory. */
export const VRAM = flag({
  name: '--vram',
  field: 'vram',
  schema: z.number().int().positive().optional(),
  otherwise: undefined,
  takes: {
    label: 'SIZE',
    what: 'an amount of memory, such as `8GiB`',
    read: readSize,
    write: sizeText,
    joins: isSize,
  },
})
/** High MMIO space of the VM: bytes, or `more` than is computed. */
export const MMIO = flag({
  name: '--mmio',
  field: 'mmio',
  otherwise: undefined,
  schema: z.union([z.number().int().positive(), z.literal('more')]).optional(),
  takes: {
    label: 'SIZE|more',
    what: 'an amount of address space, such as `193GiB`, or `more`',
    read: (word) => (word.text.toLowerCase() === 'more' ? accepted('more') : readSize(word)),
    write: sizeText,
    joins: isSize,
  },
})
/** The request whose lease goes on in the new one, with its holder and its end: what others changed on the host is put back. */
export const RESTORE = flag({
  name: '--restore',
  field: 'restore',
  schema: z.string().optional(),
  otherwise: undefined,
  takes: { label: 'ID', what: 'the id of a request, such as `R-12`', read: readRequestId },
})
