/**
 * The lines between the bot and the loop in the engine (Worker.ps1). Everything but names and ids is base64 of UTF-8:
 * Windows PowerShell 5.1 reads and writes the console in a code page of its own.
 */

/** Where a credential is, never what it is: `env:NAME` or `vault:VAULT/NAME`. Resolved inside the engine. */
export interface CredentialRef {
  readonly credential: string
}

/** A parameter of a function: text, texts, a whole number, a switch (false leaves it out), or a credential. */
export type Parameters = Readonly<
  Record<string, string | readonly string[] | number | boolean | CredentialRef>
>

/** How a session reaches its host. All but `local` expect the module to be there already. */
export type Target =
  | { readonly kind: 'local'; readonly module: string }
  /** Parameters of New-PSSession for WinRM. */
  | {
      readonly kind: 'winrm'
      readonly computerName: string
      /** The endpoint; null is the default one, which gives an administrator everything. */
      readonly configurationName: string | null
      readonly ssl: boolean
      /** Null: the identity that the bot itself runs as. */
      readonly credential: CredentialRef | null
    }
  /** Parameters of New-PSSession for SSH. */
  | {
      readonly kind: 'ssh'
      readonly hostName: string
      readonly port: number
      readonly userName: string
      readonly keyFile: string
      /** A known_hosts file that holds this host's keys under its name, and nothing else. */
      readonly knownHosts: string
      readonly alias: string
    }

export type EngineAnswer =
  | { readonly kind: 'ok'; readonly json: string }
  /** The function failed, or was refused; `code` is the first part of its FullyQualifiedErrorId. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** Nobody knows what became of it. */
  | { readonly kind: 'lost'; readonly why: string }

export type Heard =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: string; readonly answer: EngineAnswer }
  /** Printed by something else: a profile, another program. */
  | { readonly kind: 'noise'; readonly text: string }

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8')

const parameter = (name: string, value: Parameters[string]): string[] => {
  if (typeof value === 'string') return [`${name}=s:${encode(value)}`]
  if (typeof value === 'number') return [`${name}=l:${value}`]
  if (typeof value === 'boolean') return value ? [`${name}=f:`] : []
  if ('credential' in value) return [`${name}=c:${encode(value.credential)}`]
  return value.length === 0 ? [] : [`${name}=a:${value.map(encode).join(',')}`]
}
const words = (parameters: Parameters): string[] =>
  Object.entries(parameters).flatMap(([name, value]) => parameter(name, value))

/** UTF-8 has no form for half of a surrogate pair: it would arrive as another character. */
export const isText = (parameters: Parameters): boolean =>
  Object.values(parameters)
    .flat()
    .every((value) => typeof value !== 'string' || !/\p{Surrogate}/u.test(value))

const targetParameters = (target: Target): Parameters => {
  switch (target.kind) {
    case 'local':
      return { Module: target.module }
    case 'winrm':
      return {
        ComputerName: target.computerName,
        ...(target.configurationName === null ? {} : { ConfigurationName: target.configurationName }),
        UseSSL: target.ssl,
        ...(target.credential === null ? {} : { Credential: target.credential }),
      }
    case 'ssh':
      return {
        HostName: target.hostName,
        Port: target.port,
        UserName: target.userName,
        KeyFilePath: target.keyFile,
        KnownHosts: target.knownHosts,
        Alias: target.alias,
      }
  }
}

export const openLine = (session: string, target: Target): string =>
  ['open', session, target.kind, ...words(targetParameters(target))].join(' ')
export const callLine = (
  id: string,
  call: { readonly session: string; readonly command: string; readonly parameters: Parameters },
): string => ['call', id, call.session, call.command, ...words(call.parameters)].join(' ')
export const cancelLine = (id: string): string => `cancel ${id}`
export const closeLine = (session: string): string => `close ${session}`

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** What a line of stdout says to the process that chose `mark`. */
export const hear = (mark: string, line: string): Heard => {
  const [first, second, verdict, ...rest] = line.split(' ')
  const noise: Heard = { kind: 'noise', text: line }
  if (first !== mark || second === undefined) return noise
  if (second === 'ready') return { kind: 'ready' }
  if (!rest.every((each) => BASE64.test(each))) return noise
  const [one = '', two = ''] = rest.map(decode)
  switch (verdict) {
    case 'ok':
      return { kind: 'answer', id: second, answer: { kind: 'ok', json: one } }
    case 'error':
      return { kind: 'answer', id: second, answer: { kind: 'error', code: one, message: two } }
    case 'lost':
      return { kind: 'answer', id: second, answer: { kind: 'lost', why: one } }
    default:
      return noise
  }
}
