/** What a person asked for, once the grammar has made sense of it. Names are still names; the planner resolves them. */
import { z } from 'zod'
import { botId } from '../fence'
import { LONGEST_LEASE_MS } from '../time/span'
import { timeZone } from '../time/zone'

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
/** How long it is lent: a length, or the time it lasts to as it was typed. */
const lent = {
  forMs: z.number().int().positive().max(LONGEST_LEASE_MS).optional(),
  until: z.string().optional(),
}
/** The request whose lease goes on in the new one, with its holder and its end: what others changed on the host is put back. */
const restore = z.string().optional()
/** A lease, by the request that made it or by its GPU; the caller's only one where neither is named. */
const leased = { requestId: requestId.optional(), gpu: gpu.optional() }
const agreed = {
  /** May a running VM be shut down through its guest? */
  shutdown: z.boolean(),
  /** May a VM be turned off like a power cut? */
  powerOff: z.boolean(),
  /** Leave the VM off afterwards instead of starting it (B1, step 7). */
  noStart: z.boolean(),
}
const consents = { ...agreed, ...shown }
/** A place in the queue, such as `Q-3`. */
const entryId = z.string()
/** A GPU as a whole (Discrete Device Assignment), or a partition of it (GPU-P). */
const mode = z.enum(['dda', 'partition'])
/** Bytes of video memory. */
const vram = z.number().int().positive()
/** High MMIO space of the VM: bytes, or `more` than is computed. */
const mmio = z.union([z.number().int().positive(), z.literal('more')]).optional()

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
    mmio,
    ...lent,
    restore,
    ...consents,
  }),
  /** One GPU, or any of a `model`, as in a queue, for the one that the VM `from` has: that may lead to another host. */
  z.object({
    kind: z.literal('move'),
    gpu: gpu.optional(),
    model: z.string().optional(),
    from: vm.optional(),
    vm,
    ...lent,
    restore,
    /** An administrator takes it for themselves; without it, whoever holds it keeps it. */
    mine: z.boolean().optional(),
    mmio,
    ...consents,
  }),
  z.object({ kind: z.literal('release'), name: z.string(), ...consents }),
  z.object({ kind: z.literal('partition'), gpu, count: z.number().int().positive(), ...shown }),
  /** `vram` of its partition, or `mmio` for its whole GPUs. */
  z.object({ kind: z.literal('resize'), vm, vram: vram.optional(), mmio, ...consents }),
  z.object({ kind: z.literal('smi'), name: z.string() }),
  z.object({ kind: z.literal('requests'), all: z.boolean(), page: z.number().int().positive() }),
  /** `forMs`: for no longer than this. */
  z.object({ kind: z.literal('approve'), requestId, forMs: lent.forMs, reason }),
  z.object({ kind: z.literal('deny'), requestId, reason }),
  /** To a VM being stopped in which one holds something, or in the place of whoever does. */
  z.object({ kind: z.literal('agree'), requestId, reason }),
  z.object({ kind: z.literal('object'), requestId, reason }),
  z.object({ kind: z.literal('cancel'), requestId, reason }),
  z.object({ kind: z.literal('extend'), ...leased, byMs: z.number().int().positive().max(LONGEST_LEASE_MS) }),
  /** Has a VM stopped an hour later for the end of somebody else's lease. */
  z.object({ kind: z.literal('postpone'), requestId }),
  /** Asks whoever holds it to give it up. */
  z.object({ kind: z.literal('ask'), gpu, reason }),
  z.object({ kind: z.literal('done'), ...leased, ...agreed, reason }),
  z.object({ kind: z.literal('again'), requestId }),
  /** Tries again what was refused: an undo, or the start of a VM after everything else was done. */
  z.object({ kind: z.literal('retry'), requestId }),
  /** `reason` is the comment. */
  z.object({ kind: z.literal('comment'), requestId, reason: z.string() }),
  /** With nothing to wait for it shows who waits. `model` is words of a model, a class of the policy, or `any`. */
  z.object({
    kind: z.literal('queue'),
    gpu: gpu.optional(),
    model: z.string().optional(),
    memory: vram.optional(),
    vm: vm.optional(),
    forMs: lent.forMs,
    ...agreed,
    reason,
    page: z.number().int().positive(),
  }),
  z.object({ kind: z.literal('leave'), entryId }),
  /** `forMs`: for how long, where that is not what was said in the queue. */
  z.object({ kind: z.literal('take'), entryId, vm: vm.optional(), forMs: lent.forMs, ...agreed, reason }),
  z.object({ kind: z.literal('history'), name: z.string().optional(), page: z.number().int().positive() }),
  /** Without a name it lists what is watched here. `at` and `zone` are of a digest. */
  z.object({
    kind: z.literal('watch'),
    what: z.string().optional(),
    at: z.string().optional(),
    zone: timeZone.optional(),
    here: z.literal('here').optional(),
  }),
  z.object({ kind: z.literal('unwatch'), what: z.string(), here: z.literal('here').optional() }),
  z.object({ kind: z.literal('reconcile'), host: z.string().optional() }),
  z.object({ kind: z.literal('accept'), gpu }),
  /** The GPU is gone for good. */
  z.object({ kind: z.literal('forget'), gpu }),
  /** The host shall take the orders of this bot, and no longer those of another. */
  z.object({ kind: z.literal('adopt'), host: z.string(), from: botId }),
  /** `scope` is a host, a GPU or `all`. */
  z.object({ kind: z.literal('pause'), scope: z.string(), now: z.boolean().default(false), reason }),
  z.object({ kind: z.literal('resume'), scope: z.string() }),
  /** Reads the hosts of a request that needs attention. */
  z.object({ kind: z.literal('read'), requestId }),
  /** `asFound`: whatever the hosts show, as long as no GPU is lost to everybody. */
  z.object({ kind: z.literal('resolve'), requestId, asFound: z.boolean().default(false) }),
  z.object({ kind: z.literal('reload') }),
  /** A request, or the text of a command. */
  z.object({ kind: z.literal('why'), what: z.string() }),
  z.object({ kind: z.literal('help'), topic: z.string().optional() }),
  z.object({ kind: z.literal('whoami') }),
])
export type Command = z.infer<typeof command>
export type CommandKind = Command['kind']
export type PlanCommand = Extract<Command, { kind: 'assign' | 'move' | 'release' | 'partition' | 'resize' }>
