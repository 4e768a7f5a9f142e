/** The fleet file: which hosts, GPUs and VMs a simulated fleet starts with. Sizes are bytes or text such as `80GiB`. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { Fault } from '../../core/errors'
import {
  gpuFacts,
  guestService,
  hostFacts,
  hostName,
  instanceId,
  locationPath,
  replication,
  vmFacts,
  vmId,
  vmState,
} from '../../core/inventory/inventory'

const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const
const SIZE = /^(\d+)\s?(KiB|MiB|GiB|TiB)$/

const bytes = z
  .union([z.number().int().nonnegative(), z.string().regex(SIZE, 'expected a size such as 512MiB or 80GiB')])
  .transform((size) => {
    const [, count, unit] = typeof size === 'string' ? (SIZE.exec(size) ?? []) : []
    return typeof size === 'number' ? size : Number(count) * UNITS[unit as keyof typeof UNITS]
  })

/**
 * Where a device of no VM is. `absent`: the card is gone, only its phantom `PCI\` node is left. `restart-to-...`: it was
 * switched, and Windows does that when it restarts.
 */
export const deviceNode = z.enum([
  'host-enabled',
  'host-disabled',
  'restart-to-disable',
  'restart-to-enable',
  'dismounted',
  'absent',
])
export type DeviceNode = z.infer<typeof deviceNode>

export const guestSmi = z.enum(['ok', 'no-driver', 'mismatch', 'code12', 'code43', 'gpu-lost', 'no-answer'])
export type GuestSmi = z.infer<typeof guestSmi>

/** Without a path where the host tells none. `gone`: it was taken out, and its entry stayed. */
const otherDevice = z.strictObject({
  path: locationPath.nullable(),
  device: z.enum(['there', 'gone', 'unknown']).default('there'),
})

const language = z.enum(['en', 'zh'])
export type Language = z.infer<typeof language>

/** What tests change of a host that runs. */
export const changeable = {
  gpu: {
    /** Of a dismounted device: the resource pool that it was put into, for a cluster. */
    pool: z.string().min(1).nullable(),
    /** Something on the host uses it: switching it off needs a restart, which enabling it again takes back, or does not. */
    disable: z.enum(['works', 'needs-restart', 'stuck']),
    /** Switching it on again needs a restart. */
    enable: z.enum(['works', 'needs-restart']),
  },
  vm: {
    /** While it runs; a guest of a known system is well unless this says otherwise. */
    heartbeat: guestService,
    shutdownService: guestService,
    replication,
    /** Devices that are no GPUs. */
    otherDevices: z.array(otherDevice),
  },
} as const

const gpu = z.strictObject({
  slot: gpuFacts.shape.slot,
  instanceId,
  locationPath,
  /** As nvidia-smi prints it; derived from the instance id when absent. */
  uuid: z
    .string()
    .regex(/^GPU-[0-9a-f-]{36}$/)
    .optional(),
  vendor: gpuFacts.shape.vendor.default('nvidia'),
  model: gpuFacts.shape.model,
  memory: bytes.nullable().default(null),
  /** Version as Device Manager shows it, such as 32.0.15.7261; null when the host has no driver for it. */
  driver: z.string().nullable(),
  /** ConfigManagerErrorCode while enabled; 28 is implied where there is no driver. */
  problemCode: z.number().int().default(0),
  bars: z.array(z.strictObject({ size: bytes, bits: z.union([z.literal(32), z.literal(64)]) })),
  acs: gpuFacts.shape.acs.unwrap().default(3),
  reservedMemory: gpuFacts.shape.reservedMemory.default(false),
  deviceType: z.number().int().default(2),
  baseClass: z.number().int().default(3),
  interrupts: gpuFacts.shape.interrupts.default('msi'),
  hostDisplay: z.boolean().nullable().default(false),
  audioFunction: gpuFacts.shape.audioFunction.default(null),
  /** What its driver offers while the host uses it; `count` is how it is split at first. */
  partition: z
    .strictObject({
      kind: z.enum(['sr-iov', 'paravirtual']).default('sr-iov'),
      validCounts: z.array(z.number().int().positive()).min(1),
      count: z.number().int().positive(),
    })
    .nullable()
    .default(null),
  place: deviceNode.default('host-enabled'),
  /** The vendor supplied directives for securing the device; without them Dismount needs -Force. */
  mitigationDriver: z.boolean().default(true),
  /** What the policy RequireSecureDeviceAssignment asks for. */
  functionLevelReset: z.boolean().default(true),
  /** As the configuration of a real host says it. */
  highMmio: bytes.nullable().default(null),
  pool: changeable.gpu.pool.default(null),
  disable: changeable.gpu.disable.default('works'),
  enable: changeable.gpu.enable.default('works'),
})
export type GpuFile = z.infer<typeof gpu>

/** The defaults are those of a new VM, but for automatic checkpoints, which only client Windows switches on. */
const settings = z.strictObject({
  automaticStopAction: z.enum(['TurnOff', 'Save', 'ShutDown']).default('Save'),
  guestControlledCacheTypes: z.boolean().default(false),
  lowMmio: bytes.default(128 * UNITS.MiB),
  highMmio: bytes.default(512 * UNITS.MiB),
  automaticCheckpoints: z.boolean().default(false),
})

const vm = z.strictObject({
  id: vmId,
  name: z.string().min(1),
  generation: vmFacts.shape.generation.default(2),
  state: vmState,
  guest: vmFacts.shape.guest,
  settings: settings.prefault({}),
  memory: z.strictObject({ dynamic: z.boolean().default(false), startup: bytes, minimum: bytes.optional() }),
  checkpoints: z.number().int().nonnegative().default(0),
  clustered: z.boolean().default(false),
  assigned: z.array(locationPath).default([]),
  /** Slots of the GPUs that it has a partition of. */
  partitions: z
    .array(z.strictObject({ gpu: gpuFacts.shape.slot, vram: bytes.nullable().default(null) }))
    .default([]),
  /** Of a clustered VM; 1 is the cluster's own default, save. */
  offlineAction: z.number().int().default(1),
  guestSmi: guestSmi.default('ok'),
  /** The NVIDIA driver inside the guest, as nvidia-smi prints it. */
  guestDriver: z.string().default('570.133.20'),
  /** What goes on in the guest while it runs; absent: it cannot be asked for that. */
  guestUse: z
    .strictObject({
      processes: z.array(
        z.strictObject({ pid: z.number().int(), name: z.string(), memory: bytes.nullable() }),
      ),
      people: z.array(z.string()),
    })
    .optional(),
  guestShutdown: z.enum(['works', 'ignored']).default('works'),
  heartbeat: changeable.vm.heartbeat.optional(),
  shutdownService: changeable.vm.shutdownService.optional(),
  otherDevices: changeable.vm.otherDevices.default([]),
  replication: changeable.vm.replication.default('none'),
})
export type VmFile = z.infer<typeof vm>

/** Milliseconds. `shutdownTimeout` is how long a host waits for a guest that ignores the request. */
const milliseconds = z.number().int().nonnegative()
const latencies = z.strictObject({
  inventory: milliseconds.default(0),
  smi: milliseconds.default(0),
  shutdown: milliseconds.default(0),
  shutdownTimeout: milliseconds.default(0),
  turnOff: milliseconds.default(0),
  startVm: milliseconds.default(0),
  setVm: milliseconds.default(0),
  disableDevice: milliseconds.default(0),
  enableDevice: milliseconds.default(0),
  dismountDevice: milliseconds.default(0),
  mountDevice: milliseconds.default(0),
  attachDevice: milliseconds.default(0),
  detachDevice: milliseconds.default(0),
  setPartitionCount: milliseconds.default(0),
  addPartition: milliseconds.default(0),
  removePartition: milliseconds.default(0),
  setPartition: milliseconds.default(0),
  setOfflineAction: milliseconds.default(0),
})
export type Latencies = z.infer<typeof latencies>

const host = z.strictObject({
  name: hostName,
  /** Its name as Windows knows it, that of the host in capitals where the file does not say; null: it does not tell. */
  computer: hostFacts.shape.computer.unwrap().optional(),
  reachable: z.boolean().default(true),
  /** Messages come in the host's language; codes are the same everywhere. */
  language: language.default('en'),
  os: hostFacts.shape.os,
  iov: hostFacts.shape.iov.default({ supported: true, reasons: [] }),
  physicalAddressBits: hostFacts.shape.physicalAddressBits,
  /** As the configuration of a real host says it. */
  highMmio: bytes.nullable().default(null),
  policies: hostFacts.shape.policies.default({
    requireSecureDeviceAssignment: null,
    requireSupportedDeviceAssignment: null,
  }),
  forceDismount: z.boolean(),
  /** Which commands for GPU-P its module has; by its release where it does not say. */
  missingCommands: hostFacts.shape.missingCommands,
  partitioning: hostFacts.shape.partitioning.optional(),
  unsupportedPartitioning: z.boolean().default(false),
  cluster: z.string().nullable().default(null),
  /** Whether Get-VMHostAssignableDevice also lists devices that a VM holds: sources disagree, so both exist. */
  poolListsAssigned: z.boolean().default(false),
  pools: z.enum(['read', 'unknown']).default('read'),
  latencies: latencies.prefault({}),
  gpus: z.array(gpu),
  vms: z.array(vm),
})
export type HostFile = z.infer<typeof host>

const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
]

const fleetFile = z
  .strictObject({ fleet: z.string().min(1), hosts: z.array(host).min(1) })
  .superRefine(({ hosts }, context) => {
    const refuse = (what: string, path: (string | number)[], values: readonly string[]) => {
      for (const value of repeated(values)) {
        context.addIssue({ code: 'custom', path, message: `${what} ${value} appears twice` })
      }
    }
    refuse(
      'host',
      ['hosts'],
      hosts.map((each) => each.name.toLowerCase()),
    )
    for (const [index, { gpus, vms }] of hosts.entries()) {
      refuse(
        'slot',
        ['hosts', index, 'gpus'],
        gpus.map((each) => each.slot),
      )
      refuse(
        'location path',
        ['hosts', index, 'gpus'],
        gpus.map((each) => each.locationPath),
      )
      refuse(
        'instance id',
        ['hosts', index, 'gpus'],
        gpus.map((each) => each.instanceId),
      )
      refuse(
        'VM id',
        ['hosts', index, 'vms'],
        vms.map((each) => each.id),
      )
      refuse(
        'assigned location path',
        ['hosts', index, 'vms'],
        vms.flatMap((each) => each.assigned),
      )
    }
  })
export type FleetFile = z.infer<typeof fleetFile>

/** Reads and validates a fleet file. Throws Fault('config') that names the file and every wrong field. */
export const readFleetFile = (path: string): FleetFile => {
  let raw: unknown
  try {
    raw = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Fault('config', `reading the fleet file ${path}`, error)
  }
  const parsed = fleetFile.safeParse(raw)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(
    (issue) => `  ${z.core.toDotPath(issue.path) || '(file)'}: ${issue.message}`,
  )
  throw new Fault('config', `the fleet file ${path} is not valid:\n${lines.join('\n')}`)
}
