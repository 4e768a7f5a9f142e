/**
 * Which PowerShell serves which hosts. The engine's sessions over SSH need PowerShell 7.3 (Microsoft, "What's New in
 * PowerShell 7.3": -Options of the remoting commands); Windows PowerShell is 5.1 and has no remoting over SSH. The other
 * hosts are served by what Windows brings: before Windows Server 2019 its Hyper-V module is not compatible with PowerShell
 * 7 (Microsoft, "PowerShell 7 module compatibility").
 */
import { join } from 'node:path'
import { Fault } from '../../core/errors'
import type { Clock } from '../../core/ports/clock'
import { run } from '../guest/run'
import type { HostConfig } from './config'
import { ENGINE_ENV } from './engine/process'

/** The same program twice is one engine. */
export interface Programs {
  /** For hosts that are reached over SSH. */
  readonly ssh: string
  readonly others: string
}

interface Wanted {
  readonly hosts?: readonly Pick<HostConfig, 'name' | 'via'>[] | undefined
  /** As the configuration names it; it serves every host then. */
  readonly powershell?: string | null | undefined
}

/** Where the bot runs. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
}

/** Nobody waits longer at the start for a program to say what it is. */
const ASK_MS = 15_000
const MOST = 16 * 1024
const NEEDED = [7, 3] as const
const INSTALL = `install PowerShell ${NEEDED.join('.')} or newer`

/** Asks no program where no host is reached over SSH. Throws Fault('config') where none can serve those that are. */
export const programsFor = async (
  { hosts = [], powershell: named = null }: Wanted,
  around: Machine,
): Promise<Programs> => {
  const others = named ?? (around.platform === 'win32' ? 'powershell' : 'pwsh')
  const names = hosts.filter(({ via }) => via === 'ssh').map(({ name }) => name)
  if (names.length === 0) return { ssh: others, others }
  const why = `for ${names.join(', ')} (via: ssh)`
  const ssh = named === null ? await found(why, around) : await checked(named, why, around)
  return { ssh, others }
}

export const programsHere = (wanted: Wanted, clock: Clock): Promise<Programs> =>
  programsFor(wanted, { platform: process.platform, env: process.env, clock })

const found = async (why: string, around: Machine): Promise<string> => {
  const seen: string[] = []
  for (const program of placesOf(around)) {
    const told = await ask(program, around)
    if (fits(told)) return program
    seen.push(`${program} ${wordsOf(told)}`)
  }
  throw new Fault(
    'config',
    `no PowerShell was found ${why}: ${seen.join('; ')}. To go on, ${INSTALL}, or name its program as \`powershell:\` in the configuration`,
  )
}

const checked = async (named: string, why: string, around: Machine): Promise<string> => {
  const told = await ask(named, around)
  if (fits(told)) return named
  throw new Fault(
    'config',
    `\`powershell: ${named}\` cannot be used ${why}: it ${wordsOf(told)}. To go on, ${INSTALL}, and name its program or leave \`powershell:\` away`,
  )
}

/**
 * On the path first, then where the MSI package, the .NET tool and the MSI package of a preview install (Microsoft,
 * "Installing PowerShell on Windows").
 */
const placesOf = ({ platform, env }: Machine): string[] => {
  if (platform !== 'win32') return ['pwsh']
  const under = (folder: string, ...rest: readonly string[]): string[] => {
    const base = env[folder]
    return base === undefined ? [] : [join(base, ...rest, 'pwsh.exe')]
  }
  return [
    'pwsh',
    ...under('ProgramFiles', 'PowerShell', '7'),
    ...under('USERPROFILE', '.dotnet', 'tools'),
    ...under('ProgramFiles', 'PowerShell', '7-preview'),
  ]
}

type Told =
  | { readonly kind: 'absent' }
  /** It did not say what it is: the engine will tell what comes of it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'told'; readonly edition: string; readonly version: string }

/** Both editions have the two facts from 5.1 on (Microsoft, about_PowerShell_Editions). */
const QUESTION = "$PSVersionTable.PSEdition + ' ' + $PSVersionTable.PSVersion"

const ask = async (program: string, { env, clock }: Machine): Promise<Told> => {
  const ran = await run({
    program,
    args: ['-NoProfile', '-NonInteractive', '-Command', QUESTION],
    env: { ...env, ...ENGINE_ENV },
    timeoutMs: ASK_MS,
    most: MOST,
    clock,
  })
  if (ran.kind === 'not-started') return { kind: 'absent' }
  const said = ran.kind === 'ended' ? /^(Core|Desktop) (\d+\.\d+\S*)\s*$/m.exec(ran.stdout) : null
  const [, edition, version] = said ?? []
  return edition === undefined || version === undefined
    ? { kind: 'unknown' }
    : { kind: 'told', edition, version }
}

const fits = (told: Told): boolean => {
  if (told.kind !== 'told') return told.kind === 'unknown'
  const [major = 0, minor = 0] = told.version.split('.').map((part) => parseInt(part, 10))
  return told.edition === 'Core' && (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]))
}

const wordsOf = (told: Told): string => {
  if (told.kind !== 'told') return 'is not there, or cannot be started'
  return told.edition === 'Desktop'
    ? `is Windows PowerShell ${told.version}, which has no remoting over SSH`
    : `is PowerShell ${told.version}, which is too old`
}
