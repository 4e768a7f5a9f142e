/** `hosts:` of the configuration file: how each Hyper-V host is reached, and what may be done on it. */
import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { hostName, vmId } from '../../core/inventory'
import { hostKey } from '../host-key'

const credential = z
  .string()
  .regex(
    /^(env:[A-Z][A-Z0-9_]{0,60}|vault:[^/\s]{1,60}\/\S{1,120})$/,
    'names where a credential is: env:NAME (NAME_USER and NAME_PASSWORD are set) or vault:VAULT/SECRET (SecretManagement)',
  )

const guest = z.strictObject({ credential })

const common = {
  name: hostName,
  /** May a dismount use -Force, which waives the ACS and mitigation-driver checks? */
  forceDismount: z.boolean().default(false),
  /** May GPUs be partitioned where Microsoft does not support it, before Windows Server 2025? */
  unsupportedPartitioning: z.boolean().default(false),
  /** Windows guests by VM id: an account in each, which needs to be no administrator. */
  guests: z.record(vmId, guest).default({}),
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
export type HostConfig = z.infer<typeof host>

const WINRM_FROM_WINDOWS =
  'WinRM is reached from Windows alone (PowerShell elsewhere has no supported WinRM client): run the bot on Windows, or use ssh'

/** `platform` is where the bot runs. */
export const hostsSchema = (platform: NodeJS.Platform) =>
  z
    .array(host)
    .min(1, 'names no host')
    .superRefine((hosts, context) => {
      for (const [index, { name, via }] of hosts.entries()) {
        const same = hosts.findIndex((each) => each.name.toLowerCase() === name.toLowerCase())
        if (same < index)
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} appears twice` })
        if (via === 'winrm' && platform !== 'win32')
          context.addIssue({ code: 'custom', path: [index, 'via'], message: WINRM_FROM_WINDOWS })
      }
    })

/** Paths in the file are meant from where the file is. */
export const fromFolder = (config: HostConfig, folder: string): HostConfig =>
  config.via === 'ssh' && !isAbsolute(config.keyFile)
    ? { ...config, keyFile: resolve(folder, config.keyFile) }
    : config
