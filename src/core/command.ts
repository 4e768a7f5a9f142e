/** What a person asked for, once the grammar has made sense of it. Names are still names; the planner resolves them. */
import { z } from 'zod'

const gpu = z.string()
const vm = z.string()
const requestId = z.string()
const reason = z.string().optional()

const shown = {
  dryRun: z.boolean(),
  /** Show the plan as one PowerShell script. */
  script: z.boolean(),
  /** Go on without approval; the policy says who may, and a reason is mandatory. */
  breakGlass: z.boolean().optional(),
  reason,
}
const consents = {
  /** May a running VM be shut down through its guest? */
  shutdown: z.boolean(),
  /** May a VM be turned off like a power cut? */
  powerOff: z.boolean(),
  /** Leave the VM off afterwards instead of starting it (B1, step 7). */
  noStart: z.boolean(),
  ...shown,
}
/** A GPU as a whole (Discrete Device Assignment), or a partition of it (GPU-P). */
const mode = z.enum(['dda', 'partition'])
/** Bytes of video memory. */
const vram = z.number().int().positive()

export const command = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('list'),
    host: z.string().optional(),
    free: z.boolean(),
    mine: z.boolean(),
    page: z.number().int().positive(),
  }),
  z.object({ kind: z.literal('show'), name: z.string() }),
  z.object({ kind: z.literal('check'), gpu, vm: vm.optional(), mode: mode.optional() }),
  z.object({
    kind: z.literal('assign'),
    gpu,
    vm,
    mode: mode.optional(),
    vram: vram.optional(),
    ...consents,
  }),
  z.object({ kind: z.literal('move'), gpu, vm, ...consents }),
  z.object({ kind: z.literal('release'), name: z.string(), ...consents }),
  z.object({ kind: z.literal('partition'), gpu, count: z.number().int().positive(), ...shown }),
  z.object({ kind: z.literal('resize'), vm, vram, ...consents }),
  z.object({ kind: z.literal('smi'), name: z.string() }),
  z.object({ kind: z.literal('requests'), all: z.boolean(), page: z.number().int().positive() }),
  z.object({ kind: z.literal('approve'), requestId, reason }),
  z.object({ kind: z.literal('deny'), requestId, reason }),
  z.object({ kind: z.literal('cancel'), requestId, reason }),
  z.object({ kind: z.literal('again'), requestId }),
  /** `reason` is the comment. */
  z.object({ kind: z.literal('comment'), requestId, reason: z.string() }),
  z.object({ kind: z.literal('history'), name: z.string().optional(), page: z.number().int().positive() }),
  z.object({ kind: z.literal('reconcile'), host: z.string().optional() }),
  z.object({ kind: z.literal('accept'), gpu }),
  z.object({ kind: z.literal('pause'), scope: z.string() }),
  z.object({ kind: z.literal('resume'), scope: z.string() }),
  z.object({ kind: z.literal('resolve'), requestId }),
  z.object({ kind: z.literal('reload') }),
  /** A request, or the text of a command. */
  z.object({ kind: z.literal('why'), what: z.string() }),
  z.object({ kind: z.literal('help'), topic: z.string().optional() }),
  z.object({ kind: z.literal('whoami') }),
])
export type Command = z.infer<typeof command>
export type CommandKind = Command['kind']
export type PlanCommand = Extract<Command, { kind: 'assign' | 'move' | 'release' | 'partition' | 'resize' }>
