/** Can the bot work on this host? Judged from what the host says; pure. */
import { PROTOCOL } from '../core/fence'
import { hostChecks } from '../core/planner/checks/host-checks'
import { CLUSTER_UNREAD } from '../core/planner/partition/vm-checks'
import type { HostFacts } from '../core/inventory/inventory'
import { counted } from '../core/text/figures'
import type { HostConfig } from '../host/powershell/config'
import type { Examination, HostHealth, Restriction, SessionFile } from '../host/powershell/health'
import { hostWords } from '../core/text/printable'
import { fail, pass, warn, type Finding } from './finding'
import { cureFor } from './remedies'

/** `held`: the key opens the restricted session and nothing else. `open`: it ran a command. */
export type ForcedCommand = 'held' | 'open' | { readonly unknown: string }

export interface HostEvidence {
  readonly config: HostConfig
  readonly examination: Examination
  /** The digests of the module that the bot has, and of its session files. */
  readonly module: string
  readonly sessions: Readonly<Record<SessionFile, string>>
  /** The inventory, or why there is none. */
  readonly facts: HostFacts | { readonly why: string }
  /** Null where the host is not reached over SSH. */
  readonly forced: ForcedCommand | null
}

const REGISTER = 'Register-GpuChatOps.ps1 on the host (docs/hosts.md)'
/** Kerberos refuses clocks that are further apart than this. Source: Microsoft, "Maximum tolerance for computer clock synchronization". */
const KERBEROS_MS = 5 * 60_000
const CLOSE_MS = 30_000

export const examined = (evidence: HostEvidence): Finding[] => {
  const { config, examination, facts } = evidence
  if (examination.kind === 'silent') return [silentHost(config, examination)]
  const { health, askedAt, answeredAt } = examination
  return [
    pass(
      'reached',
      `it answered in ${((answeredAt - askedAt) / 1000).toFixed(1)} s, as ${health.account}, with PowerShell ${health.engine}`,
    ),
    ...moduleFindings(evidence, health),
    ...(config.via === 'local' ? [LOCAL] : [restriction(config, examination.restricted)]),
    ...(evidence.forced === null ? [] : [forcedCommand(evidence.forced)]),
    elevation(health),
    clockFinding(health, askedAt, answeredAt),
    ...commandFindings(health),
    ...fileFindings(health, facts),
    ...('why' in facts
      ? [fail('inventory', hostWords(facts.why), cureFor(config.via, facts.why))]
      : inventoryFindings(config, facts)),
  ]
}

/** Source: Microsoft, "PowerShell 7 module compatibility in Windows Server 2016". */
const OTHER_WAY =
  'From a bot on Windows: `via: winrm`, with the endpoint of Register-GpuChatOps.ps1 -Group. On the host itself: `via: local` and `powershell: powershell.exe`.'

export type Silence = Extract<Examination, { kind: 'silent' }>

/** Why there is nothing to look at, with the words of the host, of ssh or of PowerShell. */
export const silentHost = ({ via }: HostConfig, { code, why }: Silence): Finding => {
  if (code === 'OldWindows') return fail('Windows', hostWords(why), OTHER_WAY)
  return code === 'CommandNotFoundException'
    ? fail(
        'reached',
        `it answers, but does not have the function that this asks for: ${hostWords(why)}`,
        `The module there is older than this bot, or is not loaded: copy the folder again and run ${REGISTER}.`,
      )
    : fail('reached', code === null ? hostWords(why) : `${code}: ${hostWords(why)}`, cureFor(via, why))
}

const moduleFindings = ({ config, module, sessions }: HostEvidence, health: HostHealth): Finding[] => {
  const again = `Copy the folder of the module to the host, and run there: ${registerLine(config)}`
  return [
    ...protocolFindings(health.protocol, again),
    health.module === module
      ? pass('module', 'its files are those of this bot')
      : fail(
          'module',
          'its files are not those of this bot: another version, or somebody changed them',
          again,
        ),
    ...sessionFindings(config, { theirs: health.sessions, own: sessions }, again),
  ]
}

const protocolFindings = (protocol: number, again: string): Finding[] => {
  if (protocol === PROTOCOL) return []
  return protocol < PROTOCOL
    ? [
        fail(
          'protocol',
          `the module is of protocol ${protocol}, this bot of ${PROTOCOL}: it is read, and gets no orders, since it could not check them`,
          again,
        ),
      ]
    : [
        warn(
          'protocol',
          `the module is of protocol ${protocol}, this bot of ${PROTOCOL}: it may refuse what this bot orders`,
          'Upgrade the bot.',
        ),
      ]
}

const SESSION_FILES = { winrm: 'GpuChatOps.pssc', ssh: 'GpuChatOps.Ssh.pssc' } as const

interface Sessions {
  readonly theirs: HostHealth['sessions']
  readonly own: HostEvidence['sessions']
}
/** Which functions a session shows is said by a file that registering copies: a newer module does not make it newer. */
const sessionFindings = ({ via }: HostConfig, { theirs, own }: Sessions, again: string): Finding[] => {
  if (via === 'local') return []
  const name = SESSION_FILES[via]
  const digest = theirs[name]
  // Modules of protocol 1 do not tell.
  if (digest === undefined) return []
  if (digest === own[name]) return [pass('session file', `${name} is that of this bot`)]
  return [
    digest === null
      ? warn('session file', `${name} is not where registering puts it, so its text is not known`, again)
      : fail(
          'session file',
          `${name} is not that of this bot: another version, or somebody changed it`,
          again,
        ),
  ]
}

/** What an administrator runs on the host, in the folder of the module; the group is known there alone. */
const registerLine = (config: HostConfig): string =>
  config.via === 'ssh'
    ? `.\\Register-GpuChatOps.ps1 -Ssh -Account ${config.user}`
    : `.\\Register-GpuChatOps.ps1 -Group DOMAIN\\GROUP (as at first; docs/hosts.md)`

const LOCAL = warn(
  'session',
  'the bot itself runs on this host, so no session restricts it; only the checks of the module stand',
  'Where that is too little, reach the host by winrm or ssh (docs/hosts.md).',
)

const restriction = ({ via }: HostConfig, restricted: Restriction): Finding => {
  if (restricted === true) return pass('session', 'it refuses what is no function of the module')
  const fix =
    via === 'winrm'
      ? 'Set `endpoint` to the JEA endpoint GpuChatOps, and register it with Register-GpuChatOps.ps1 -Group.'
      : 'Give the account its ForceCommand with Register-GpuChatOps.ps1 -Ssh, and restart sshd.'
  return restricted === false
    ? fail('session', 'it runs any command: whoever has the bot’s credential has the host', fix)
    : warn(
        'session',
        `whether it is restricted could not be found out: ${hostWords(restricted.unknown)}`,
        fix,
      )
}

const forcedCommand = (forced: ForcedCommand): Finding => {
  if (forced === 'held')
    return pass('forced command', 'the key starts the restricted session, whatever else is asked')
  const fix = 'Give the account its ForceCommand with Register-GpuChatOps.ps1 -Ssh, and restart sshd.'
  return forced === 'open'
    ? fail('forced command', 'the key ran a command of its own choice on the host', fix)
    : warn('forced command', `it could not be tried: ${hostWords(forced.unknown)}`, fix)
}

const elevation = ({ elevated, account }: HostHealth): Finding => {
  const fix =
    'Disabling and dismounting devices needs an administrator: use the JEA endpoint (its virtual account is one), or put the account into Administrators.'
  if (elevated === true) return pass('elevation', `${account} is an administrator there`)
  return elevated === null
    ? warn('elevation', 'whether the account is an administrator is not known', fix)
    : fail('elevation', `${account} is no administrator there, or is not elevated`, fix)
}

/** The host read its clock at some moment between question and answer. */
const clockFinding = ({ clock }: HostHealth, askedAt: number, answeredAt: number): Finding => {
  const off = Math.max(askedAt - clock, clock - answeredAt, 0)
  const seconds = `${Math.round(off / 1000)} s`
  if (off <= CLOSE_MS) return pass('clock', 'it agrees with the bot’s')
  const reason = `it is ${seconds} away from the bot’s`
  const fix = 'Compare both with their time source: w32tm /query /status'
  return off > KERBEROS_MS
    ? fail('clock', `${reason}; Kerberos refuses more than five minutes`, fix)
    : warn('clock', reason, fix)
}

const commandFindings = ({ missing }: HostHealth): Finding[] => [
  missing.needed.length === 0
    ? pass('commands', 'all that Discrete Device Assignment needs are there')
    : fail(
        'commands',
        `missing: ${missing.needed.join(', ')}`,
        'Install-WindowsFeature Hyper-V-PowerShell; on a host of Hyper-V they come with it. In a restricted session, register the host again.',
      ),
  ...(missing.partition.length === 0
    ? []
    : [
        warn(
          'commands for GPU-P',
          `missing: ${missing.partition.join(', ')}`,
          'GPUs of this host can only be assigned as a whole.',
        ),
      ]),
]

const fileFindings = ({ files }: HostHealth, facts: HostEvidence['facts']): Finding[] => {
  if (files === null)
    return [
      fail('allow-list', 'this host was never registered, so every change is refused', `Run ${REGISTER}.`),
    ]
  return [
    files.fence === null
      ? fail(
          'fence',
          `${files.directory}: the files fence and claim do not say what was seen here, so every change is refused`,
          'If no other bot drives this host, delete the one that holds no number, or no claim.',
        )
      : pass(
          'fence',
          `the highest claim seen here is ${files.fence}, ${files.bot === null ? 'of no bot in particular' : `of ${files.bot}`}`,
        ),
    allowFinding(files, facts),
  ]
}

type Files = NonNullable<HostHealth['files']>

const allowFinding = (files: Files, facts: HostEvidence['facts']): Finding => {
  const { vms, devices, directory } = files
  const where = `the file allow in ${directory}`
  if (vms.length + devices.length === 0)
    return fail(
      'allow-list',
      `${where} names nothing, so nothing may be changed`,
      `${LINES} for what the bot may change.`,
    )
  const said = `${amount(devices, 'device')} and ${amount(vms, 'VM')} may be changed`
  if ('why' in facts) return pass('allow-list', said)
  const absent = [
    ...strange(
      vms,
      facts.vms.map(({ id }) => id),
    ),
    ...strange(
      devices,
      facts.gpus.map(({ locationPath }) => locationPath),
    ),
  ]
  if (absent.length > 0)
    return warn(
      'allow-list',
      `${said}; this host has no GPU or VM called ${absent.join(', ')}`,
      `Correct ${where}.`,
    )
  const left = facts.gpus.filter((gpu) => !allows(devices, gpu.locationPath)).map(({ slot }) => slot)
  return left.length === 0
    ? pass('allow-list', said)
    : warn('allow-list', `${said}; not ${left.join(', ')}`, `If they are to be shared: ${LINES} in ${where}.`)
}

const LINES = 'Write a line `vm ID` or `device LOCATION-PATH`'
const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
const allows = (names: readonly string[], name: string): boolean =>
  names.some((each) => each === '*' || same(each, name))
const strange = (names: readonly string[], known: readonly string[]): string[] =>
  names.filter((name) => name !== '*' && !known.some((each) => same(each, name)))
const amount = (names: readonly string[], what: string): string =>
  names.includes('*') ? `every ${what}` : counted(names.length, what)

const clusterFindings = ({ vms }: HostFacts): Finding[] => {
  const untold = vms.filter(({ clustered, offlineAction }) => clustered && offlineAction === null)
  return untold.length === 0
    ? []
    : [
        warn(
          'cluster',
          `what it does with ${untold.map(({ name }) => name).join(', ')} when a node stops cannot be read: they get no partition`,
          CLUSTER_UNREAD,
        ),
      ]
}

/** Edition, IOV and policies, each said once however many GPUs there are; and guests that the host does not have. */
const inventoryFindings = ({ guests }: HostConfig, facts: HostFacts): Finding[] => {
  // Commands are judged above, from what the account of the session finds.
  const checks = facts.gpus
    .flatMap((gpu) => hostChecks(facts, gpu))
    .filter(({ id }) => id !== 'device-commands')
  const once = new Map(checks.map((check) => [`${check.title} ${check.reason}`, check]))
  const gone = Object.keys(guests).filter((id) => !facts.vms.some((vm) => vm.id === id))
  return [
    facts.gpus.length === 0
      ? warn(
          'GPUs',
          'this host shows none',
          'Get-PnpDevice -Class Display on the host: is it there, and started?',
        )
      : pass('GPUs', `${counted(facts.gpus.length, 'GPU')} and ${counted(facts.vms.length, 'VM')}`),
    ...once.values(),
    ...clusterFindings(facts),
    ...(gone.length === 0
      ? []
      : [
          warn(
            'guests',
            `the configuration names VMs that are not here: ${gone.join(', ')}`,
            'Correct `guests` of this host.',
          ),
        ]),
  ]
}
