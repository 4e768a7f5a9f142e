/** `hosts:` of the configuration file: how each Hyper-V host is reached, and what may be done on it. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { hostName, vmId } from '../../core/inventory/inventory'
import { linuxAccount, subnets, type LinuxAccount } from '../guest/config'
import { hostKey } from '../host-key'

const credential = z
  .string()
  .regex(
    /^(env:[A-Z][A-Z0-9_]{0,60}|vault:[^/\s]{1,60}\/\S{1,120})$/,
    'names where a credential is: env:NAME (NAME_USER and NAME_PASSWORD are set) or vault:VAULT/SECRET (SecretManagement)',
  )

/** One of the two: a Windows guest is asked by PowerShell Direct, a Linux guest over SSH. */
const guest = z
  .strictObject({ credential: credential.optional(), linux: linuxAccount.optional() })
  .refine(({ credential, linux }) => (credential === undefined) !== (linux === undefined), {
    error: 'needs either `credential` (a Windows guest) or `linux` (user, keyFile, hostKeys)',
  })

const UNITS = { MiB: 2 ** 20, GiB: 2 ** 30 } as const
const size = z
  .string()
  .regex(/^[1-9]\d{0,5}(MiB|GiB)$/, 'is a size such as 80GiB or 40960MiB')
  .transform((text) => parseInt(text, 10) * UNITS[text.slice(-3) as keyof typeof UNITS])

const common = {
  name: hostName,
  /** May a dismount use -Force, which waives the ACS and mitigation-driver checks? */
  forceDismount: z.boolean().default(false),
  /** May GPUs be partitioned where Microsoft does not support it, before Windows Server 2025? */
  unsupportedPartitioning: z.boolean().default(false),
  /** What Windows does not tell: the width of physical addresses of the processors, in bits. */
  physicalAddressBits: z.number().int().min(32).max(64).optional(),
  /** And the video memory of GPUs, such as `80GiB`: by slot (`gpu0`), location path or model. Goes before what was read. */
  gpuMemory: z.record(z.string().min(1).max(200), size).optional(),
  /** High MMIO space in place of what is computed: of each VM with a GPU here, and of single GPUs, named in the same way. */
  highMmio: size.optional(),
  gpuHighMmio: z.record(z.string().min(1).max(200), size).optional(),
  /** By VM id: an account in each, which needs to be no administrator. */
  guests: z.record(vmId, guest).default({}),
  /** Where the Linux guests of this host may be asked; a guest itself says where it is, and is not believed. */
  allowedSubnets: subnets.optional(),
}

const port = z.number().int().min(1).max(65_535)
const name = z.string().min(1).max(253)

const host = z.discriminatedUnion(
  'via',
  [
    z.strictObject({ via: z.literal('local'), ...common }),
    z.strictObject({
      via: z.literal('winrm'),
      ...common,
      computer: name,
      /** A JEA endpoint; `Microsoft.PowerShell` gives an administrator everything. */
      endpoint: z.string().min(1).max(100).default('GpuChatOps'),
      ssl: z.boolean().default(true),
      /** Absent: the identity that the bot runs as. */
      credential: credential.optional(),
    }),
    z.strictObject({
      via: z.literal('ssh'),
      ...common,
      computer: name,
      port: port.default(22),
      user: z.string().min(1).max(100),
      keyFile: z.string().min(1),
      hostKeys: z
        .array(hostKey)
        .min(1, 'needs at least one key, so that no other machine is taken for this host'),
    }),
  ],
  'needs `via`: local, winrm or ssh',
)
export type GuestConfig = z.infer<typeof guest>
export type HostConfig = z.infer<typeof host>

const WINRM_FROM_WINDOWS =
  'WinRM is reached from Windows alone (PowerShell elsewhere has no supported WinRM client): run the bot on Windows, or use ssh'

const NO_SUBNETS = 'names the networks of the Linux guests, such as 10.20.0.0/16; without it none is asked'

/** `platform` is where the bot runs. */
export const hostsSchema = (platform: NodeJS.Platform) =>
  z
    .array(host)
    .min(1, 'names no host')
    .superRefine((hosts, context) => {
      for (const [index, { name, via, guests, allowedSubnets = [] }] of hosts.entries()) {
        const same = hosts.findIndex((each) => each.name.toLowerCase() === name.toLowerCase())
        if (same < index)
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} appears twice` })
        if (allowedSubnets.length === 0 && Object.values(guests).some(({ linux }) => linux))
          context.addIssue({ code: 'custom', path: [index, 'allowedSubnets'], message: NO_SUBNETS })
        if (via === 'winrm' && platform !== 'win32')
          context.addIssue({ code: 'custom', path: [index, 'via'], message: WINRM_FROM_WINDOWS })
      }
    })

const linuxFrom = (folder: string, linux: LinuxAccount): LinuxAccount => ({
  ...linux,
  keyFile: resolve(folder, linux.keyFile),
  ...(linux.useKeyFile === undefined ? {} : { useKeyFile: resolve(folder, linux.useKeyFile) }),
})

/** Paths in the file are meant from where the file is. */
export const fromFolder = (config: HostConfig, folder: string): HostConfig => {
  const guests = Object.fromEntries(
    Object.entries(config.guests).map(([id, { linux, ...rest }]) => [
      id,
      linux ? { ...rest, linux: linuxFrom(folder, linux) } : rest,
    ]),
  )
  return config.via === 'ssh'
    ? { ...config, guests, keyFile: resolve(folder, config.keyFile) }
    : { ...config, guests }
}
