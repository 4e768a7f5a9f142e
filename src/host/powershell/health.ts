/** What decides whether the bot can work on a host, asked of the host itself. Nothing is changed, and nothing judged here. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { botId, claimId } from '../../core/fence'
import { messageOf } from '../../core/errors'
import type { Clock } from '../../core/ports/clock'
import type { Engine } from './engine/engine'
import type { EngineAnswer, Parameters, Target } from './engine/wire'

/** What `Get-GpuHostHealth` writes. */
const health = z.object({
  module: z.string(),
  /** Absent in the modules of protocol 1. */
  protocol: z.number().int().positive().default(1),
  /** Digests of the session files that the host was registered with; null for one that is not there. Absent likewise. */
  sessions: z.record(z.string(), z.string().nullable()).default({}),
  engine: z.string(),
  account: z.string(),
  /** Null where it is not known. */
  elevated: z.boolean().nullable(),
  clock: z.iso.datetime().transform((text) => Date.parse(text)),
  /** Commands that the module calls and the host lacks. */
  missing: z.object({
    needed: z.array(z.string()),
    partition: z.array(z.string()),
  }),
  /** Null where the host was never registered. */
  files: z
    .object({
      directory: z.string(),
      /** Null when it cannot be read. */
      fence: z.string().nullable(),
      /** Whose orders the host takes; null where it knows no bot. Absent in the modules of protocol 1. */
      bot: botId.nullable().default(null),
      claim: claimId.nullable().default(null),
      /** Names of the allow-list, as they are written there; an asterisk names all. */
      vms: z.array(z.string()),
      devices: z.array(z.string()),
    })
    .nullable(),
})
export type HostHealth = z.infer<typeof health>

/** Does the session refuse what is no function of the module? Or why nobody can tell. */
export type Restriction = boolean | { readonly unknown: string }

export type Examination =
  | {
      readonly kind: 'answered'
      readonly health: HostHealth
      /** Epoch milliseconds of the bot, around the answer. */
      readonly askedAt: number
      readonly answeredAt: number
      readonly restricted: Restriction
    }
  | { readonly kind: 'silent'; readonly code: string | null; readonly why: string }

const ASK_MS = 60_000

interface Asked {
  readonly name: string
  readonly target: Target
  readonly engine: () => Promise<Engine>
  readonly clock: Clock
}

/** Asks in a session of its own. Never throws. */
export const examine = async ({ name, target, engine, clock }: Asked): Promise<Examination> => {
  const session = { name: `${name}/health`, target }
  const ask = async (command: string, parameters: Parameters = {}): Promise<EngineAnswer> => {
    try {
      return await (await engine()).call({ session, command, parameters, timeoutMs: ASK_MS })
    } catch (error) {
      return { kind: 'lost', why: messageOf(error) }
    }
  }
  const askedAt = clock.now()
  const answer = await ask('Get-GpuHostHealth')
  const answeredAt = clock.now()
  if (answer.kind === 'lost') return { kind: 'silent', code: null, why: answer.why }
  if (answer.kind === 'error') return { kind: 'silent', code: answer.code, why: answer.message }
  const told = health.safeParse(json(answer.json))
  if (!told.success)
    return { kind: 'silent', code: null, why: 'it answered in a form that is not known: is the module ours?' }
  const restricted = target.kind === 'local' ? false : refuses(await ask('Join-Path', HARMLESS))
  return { kind: 'answered', health: told.data, askedAt, answeredAt, restricted }
}

/** Joins two words to a path, and touches nothing: every session has it but one that is restricted to our functions. */
const HARMLESS: Parameters = { Path: 'a', ChildPath: 'b' }

const refuses = (answer: EngineAnswer): Restriction => {
  if (answer.kind === 'ok') return false
  if (answer.kind === 'lost') return { unknown: answer.why }
  return answer.code === 'CommandNotFoundException' || { unknown: `${answer.code}: ${answer.message}` }
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The digest of a module's folder, its role among it, as `Get-GpuHostHealth` makes it of its own. */
export const moduleDigest = (folder: string): string =>
  digestOf(
    filesIn(folder)
      .map((name) => `${name}\n${plain(join(folder, name))}\n`)
      .join(''),
  )

/** The session files that ship, by the names that they have on a host. */
export type SessionFile = 'GpuChatOps.pssc' | 'GpuChatOps.Ssh.pssc'

/** Their digests, whatever group they let in, as `Get-GpuHostHealth` makes them of those on the host. */
export const sessionDigests = (folder: string): Record<SessionFile, string> => {
  const of = (name: SessionFile): string =>
    digestOf(plain(join(folder, name)).replaceAll(/@\{ '[^']*' = @\{/g, "@{ '' = @{"))
  return { 'GpuChatOps.pssc': of('GpuChatOps.pssc'), 'GpuChatOps.Ssh.pssc': of('GpuChatOps.Ssh.pssc') }
}

const filesIn = (folder: string): string[] =>
  ['', 'RoleCapabilities/']
    .flatMap((under) =>
      readdirSync(join(folder, under))
        .filter((name) => /\.ps[^.]*$/.test(name))
        .map((name) => `${under}${name}`),
    )
    .sort()
const plain = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r', '')
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').toUpperCase()
