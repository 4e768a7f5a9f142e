/** The arguments and the environment of the `ssh` program, for one question to one machine. */
import { SMI_ARGUMENTS } from '../../core/smi/smi'

export interface SshQuestion {
  /** The name under which the key of the machine is looked up, whatever address it has. */
  readonly alias: string
  /** For guests a literal IP address. */
  readonly address: string
  readonly port: number
  readonly user: string
  readonly keyFile: string
  /** The pinned keys of this machine, and no others. */
  readonly knownHosts: string
  /** Where ssh writes what it says itself; its standard error then holds what the far side says. */
  readonly log: string
  /** Read by the far side's shell: fixed text, and nothing that anybody typed. */
  readonly command: string
}

/** What guests are asked; with a key of its own, and only where an administrator gives one, the second question too. */
export const SMI_COMMAND = ['nvidia-smi', ...SMI_ARGUMENTS].join(' ')
/** Which processes compute on the GPUs, and who is logged on. */
export const USE_COMMAND =
  'nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv; loginctl list-sessions'

/** ssh expands `%` and `~`, and parts a list at blanks. (It expands `${...}` too, which has no escape: see config.ts.) */
const path = (file: string): string =>
  `"${file.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

export const sshArguments = (question: SshQuestion): string[] => [
  // No configuration file, no agent, no keys but this one.
  ...['-F', 'none'],
  ...options({
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: path(question.keyFile),
    PreferredAuthentications: 'publickey',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    // The pinned key or none, wherever the address leads; nothing is learnt.
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: path(question.knownHosts),
    GlobalKnownHostsFile: 'none',
    HostKeyAlias: question.alias,
    CheckHostIP: 'no',
    UpdateHostKeys: 'no',
    VerifyHostKeyDNS: 'no',
    // Nothing of this machine is offered to the far side.
    ForwardAgent: 'no',
    ForwardX11: 'no',
    ClearAllForwardings: 'yes',
    Tunnel: 'no',
    RequestTTY: 'no',
    EscapeChar: 'none',
    // No other program, and no connection shared with one.
    PermitLocalCommand: 'no',
    ProxyCommand: 'none',
    ProxyJump: 'none',
    ControlMaster: 'no',
    ControlPath: 'none',
    ConnectTimeout: '10',
    ConnectionAttempts: '1',
    // Tells whether the account was let in; only so are failures of ssh and of nvidia-smi told apart.
    LogLevel: 'VERBOSE',
  }),
  ...['-E', question.log, '-l', question.user, '-p', String(question.port)],
  ...['--', question.address, question.command],
]

const options = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])

const NEEDED = ['PATH', 'SystemRoot', 'SystemDrive', 'ProgramData', 'USERPROFILE', 'TEMP', 'TMP']

/** What ssh needs to be found and to start: no agent, no askpass program, no secret of the bot. */
export const sshEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(NEEDED.filter((name) => env[name] !== undefined).map((name) => [name, env[name]])),
  LC_ALL: 'C',
})
