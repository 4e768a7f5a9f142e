/** What `Get-GpuInventory` writes: raw facts of one host, before anybody judges them. */
import { z } from 'zod'
import { vmId, vmState } from '../../core/inventory/inventory'

const digits = z.string().regex(/^\d{1,20}$/)
const byteCount = digits.transform(Number)
const digest = z.string().regex(/^[0-9A-F]{64}$/)
const pathFact = z.object({ instanceId: z.string(), locationPath: z.string() })

/** A device that a VM lists. Both texts are empty where the device is gone (decompilation of the Hyper-V module). */
const rawEntry = pathFact.extend({
  /** Is its node on the host present, or that of a dismounted device? Null in earlier modules, and without an id. */
  present: z.boolean().nullable().default(null),
  /** The resource pool that it comes from; null in earlier modules. */
  pool: z.string().nullable().default(null),
})
export type RawEntry = z.infer<typeof rawEntry>

const rawDevice = z.object({
  instanceId: z.string(),
  name: z.string(),
  class: z.string(),
  /** A node that is not present is the trace of a device that was dismounted, or taken out. */
  present: z.boolean(),
  /** A number, or in newer modules a name such as CM_PROB_DISABLED. */
  problem: z.string(),
  driver: z.string().nullable(),
  locations: z.array(z.string()),
  deviceType: z.number().nullable(),
  baseClass: z.number().nullable(),
  acs: z.number().nullable(),
  reservedMemory: z.union([z.boolean(), z.number()]).nullable(),
  memory: z.array(z.object({ start: digits, end: digits })),
  irq: z.array(z.string()),
})
export type RawDevice = z.infer<typeof rawDevice>

const rawVm = z.object({
  id: vmId,
  name: z.string().min(1),
  generation: z.union([z.literal(1), z.literal(2)]),
  state: vmState,
  clustered: z.boolean(),
  automaticStopAction: z.enum(['TurnOff', 'Save', 'ShutDown']),
  automaticCheckpoints: z.boolean(),
  guestControlledCacheTypes: z.boolean(),
  lowMmioBytes: byteCount,
  highMmioBytes: byteCount,
  dynamicMemory: z.boolean(),
  startupBytes: byteCount,
  minimumBytes: byteCount,
  checkpoints: z.number().int(),
  assigned: z.array(rawEntry),
  /** A name of VMHeartbeatStatus. Null in earlier modules. */
  heartbeat: z.string().nullable().default(null),
  /** The service through which a guest is shut down; `absent` where the VM has none, null where it could not be asked. */
  shutdown: z
    .union([z.literal('absent'), z.object({ enabled: z.boolean(), status: z.string() })])
    .nullable()
    .default(null),
  /** A name of VMReplicationMode. Null in earlier modules. */
  replication: z.string().nullable().default(null),
  partitions: z.array(
    z.object({
      gpu: z.string().nullable(),
      /** As set; an adapter whose figures were never set has none. */
      minVram: byteCount.nullable(),
      maxVram: byteCount.nullable(),
      optimalVram: byteCount.nullable(),
    }),
  ),
  /** The cluster's; null where the VM has no cluster resource, or it cannot be read. */
  offlineAction: z.number().int().nullable(),
})
export type RawVm = z.infer<typeof rawVm>

export const rawInventory = z.object({
  /** Version of this very format. */
  module: z.literal(1),
  /** Of everything else in it. Absent in the modules that always send all of it. */
  digest: digest.nullable().default(null),
  /** Of orders. Absent in the modules of protocol 1. */
  protocol: z.number().int().positive().default(1),
  /** Null where it cannot be read; absent in the modules of protocol 1, which keep a number alone. */
  fence: z
    .object({ number: digits, bot: z.string().nullable(), claim: z.string().nullable() })
    .nullable()
    .default(null),
  /** Null in earlier modules. */
  computer: z.string().min(1).max(63).nullable().default(null),
  os: z.object({
    caption: z.string(),
    build: z.string(),
    productType: z.number(),
    /** Win32_OperatingSystem.OperatingSystemSKU. Null in earlier modules. */
    sku: z.number().int().nullable().default(null),
  }),
  iov: z.object({ supported: z.boolean(), reasons: z.array(z.string()) }),
  policies: z.object({
    RequireSecureDeviceAssignment: z.number().nullable(),
    RequireSupportedDeviceAssignment: z.number().nullable(),
  }),
  devices: z.array(rawDevice),
  /** Video controllers, with the width of what they show now; null where they show nothing. Absent in earlier modules. */
  displays: z.array(z.object({ instanceId: z.string(), pixels: z.number().nullable() })).default([]),
  /** Ids of dismounted devices that are there, whoever has them. Null in earlier modules. */
  pooled: z.array(z.string()).nullable().default(null),
  dismounted: z.array(pathFact),
  /** Resource pools for devices beside the host's own, with what they keep. Null where they could not be read, and in earlier modules. */
  pools: z
    .array(z.object({ name: z.string().min(1), devices: z.array(pathFact) }))
    .nullable()
    .default(null),
  vms: z.array(rawVm),
  /** GPUs that offer partitions, and the command that told of them; null where there is none. */
  partitionCommand: z.string().nullable(),
  /** Of those for Discrete Device Assignment. Absent in earlier modules, which failed without them. */
  missingCommands: z.array(z.string()).default([]),
  cluster: z.string().nullable(),
  gpus: z.array(
    z.object({
      name: z.string(),
      count: z.number(),
      validCounts: z.array(z.number()),
      totalVram: byteCount,
      availableVram: byteCount,
      minVram: byteCount,
      maxVram: byteCount,
      optimalVram: byteCount,
    }),
  ),
})
export type RawInventory = z.infer<typeof rawInventory>

/** What resource pools beside the host's own keep. */
export const pooledIn = ({ pools }: RawInventory) => (pools ?? []).flatMap(({ devices }) => devices)

/** Every device that is listed as dismounted, in a pool, or of a VM. */
export const entriesIn = (raw: RawInventory) => [
  ...raw.dismounted,
  ...pooledIn(raw),
  ...raw.vms.flatMap(({ assigned }) => assigned),
]

/** What it writes in place of that where the inventory is still the one of this digest. */
export const rawUnchanged = z.strictObject({ unchanged: digest })

/** What `Get-HostSmi` and `Get-GuestSmi` write; `problem` is -1 where no display device was found. */
export const rawSmi = z.object({ exitCode: z.number().int(), problem: z.string(), stdout: z.string() })

/** What `Get-GuestAddress` writes: addresses as the guest itself reports them. */
export const rawAddresses = z.object({ addresses: z.array(z.string()) })
