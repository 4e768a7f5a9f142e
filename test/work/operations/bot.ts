/** The bot's workers over a store and a simulated fleet, with a chat that only takes notes. */
import type { PlanCommand } from '../../../src/core/command/command'
import { parse } from '../../../src/core/grammar/parse'
import { policyOfLists } from '../../../src/core/policy/policy'
import type { Notice } from '../../../src/core/notice/notice'
import type { Address } from '../../../src/core/ports/address'
import type { Chat } from '../../../src/core/ports/chat'
import type { Clock } from '../../../src/core/ports/clock'
import type { Request } from '../../../src/core/request/request'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from '../../../src/host/simulated/fleet'
import { readFleetFile } from '../../../src/host/simulated/schema'
import { fixedPolicy } from '../../../src/policy-source'
import { openStore, type Db, type Store } from '../../../src/store/database'
import { findRequest, requestsIn } from '../../../src/store/requests'
import { ask } from '../../../src/work/commands/ask'
import { openAwaited } from '../../../src/work/context/awaited'
import type { Caller } from '../../../src/work/context/effect'
import { decide } from '../../../src/work/commands/decide'
import type { Context } from '../../../src/work/context/context'
import { refreshHost } from '../../../src/work/readings/reading'
import { respond } from '../../../src/work/commands/respond'
import { fakeClock } from '../../fakes/clock'
import { makeTempDir, removeTempDir } from '../../fakes/temp'

export const HOST = 'hv01'
export const REQUESTER = 'slack:T1/U1'
export const APPROVER = 'slack:T1/U2'
export const ADMIN = 'slack:T1/U3'
export const CHANNEL: Address = { kind: 'channel', chat: 'slack', channel: 'C1' }

export interface RecordingChat extends Chat {
  readonly sent: { readonly to: Address; readonly notice: Notice }[]
}
export const recordingChat = (): RecordingChat => {
  const sent: RecordingChat['sent'] = []
  return {
    sent,
    send: (to, notice, ref) => {
      sent.push({ to, notice })
      return Promise.resolve({ kind: 'sent', ref: ref ?? `m${sent.length}` })
    },
    identify: () => Promise.resolve({ kind: 'member', name: 'Somebody' }),
    linkTo: () => Promise.resolve(null),
  }
}

const nothing = (): undefined => undefined

const FLEET = readFleetFile(fleetFile('default'))
export const fleetOf = (clock: Clock): SimulatedFleet =>
  openSimulatedFleet({ file: FLEET, stateFile: null, clock, latency: 'none' })

export const botOver = (db: Db, fleet: SimulatedFleet, clock: Clock): Context => ({
  db,
  clock,
  chat: recordingChat(),
  hosts: new Map(fleet.hosts.map((host) => [host.name, host])),
  policy: fixedPolicy(policyOfLists({ ask: [REQUESTER], approve: [APPROVER], admin: [ADMIN] })),
  awaited: openAwaited(clock),
  limits: {
    requestExpiresMs: 30 * 60_000,
    pollMs: 30_000,
    hostPatienceMs: 60_000,
    guestPatienceMs: 60_000,
    tickMs: 5_000,
  },
  requestsChannels: [],
  changesChannel: null,
  log: { info: nothing, warn: nothing, error: nothing },
  rush: () => 0,
  wake: { intake: nothing, run: nothing, deliver: nothing, hosts: nothing },
})

export interface OpenBot {
  readonly store: Store
  readonly clock: Clock
  readonly fleet: SimulatedFleet
  readonly context: Context
  readonly close: () => Promise<void>
}

/** A store and a fleet of its own, to be closed after the test. */
export const openBot = async (): Promise<OpenBot> => {
  const dir = makeTempDir()
  const store = await openStore(dir)
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  const close = async (): Promise<void> => {
    await store.close()
    removeTempDir(dir)
  }
  return { store, clock, fleet, context: botOver(store.db, fleet, clock), close }
}

export const readHosts = async (context: Context): Promise<void> => {
  for (const host of context.hosts.values()) await refreshHost(context, host)
}

/** The chats have taken all posts; they stay due, to be read. */
export const everythingArrives = async ({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<void> => {
  await db.updateTable('outbox').set({ heard_at: clock.now() }).where('heard_at', 'is', null).execute()
}

/** Types it, and gives what is answered at once. Throws for what is no command. */
export const typed = async (context: Context, text: string, caller: Caller): Promise<Notice | null> => {
  const command = parse(text)
  if (!command.ok) throw new Error(JSON.stringify(command.refusals))
  return context.db.transaction().execute(await respond(context, command.value, caller))
}

const NO_CONSENT = { shutdown: false, powerOff: false, noStart: false, dryRun: false, script: false }
type Consents = Partial<typeof NO_CONSENT>
const withConsents = (consents: Consents) => ({ ...NO_CONSENT, ...consents })
export const assign = (gpu: string, vm: string, consents: Consents = {}): PlanCommand => ({
  kind: 'assign',
  gpu,
  vm,
  ...withConsents(consents),
})
export const move = (gpu: string, vm: string, consents: Consents = {}): PlanCommand => ({
  kind: 'move',
  gpu,
  vm,
  ...withConsents(consents),
})
export const release = (name: string, consents: Consents = {}): PlanCommand => ({
  kind: 'release',
  name,
  ...withConsents(consents),
})

const { dryRun, script } = NO_CONSENT
export const share = (gpu: string, vm: string, consents: Consents & { vram?: number } = {}): PlanCommand => ({
  kind: 'assign',
  gpu,
  vm,
  mode: 'partition',
  ...NO_CONSENT,
  ...consents,
})
export const split = (gpu: string, count: number): PlanCommand => ({
  kind: 'partition',
  gpu,
  count,
  dryRun,
  script,
})
export const resize = (vm: string, vram: number, consents: Consents = {}): PlanCommand => ({
  kind: 'resize',
  vm,
  vram,
  ...withConsents(consents),
})

export const widen = (vm: string, mmio: number | 'more', consents: Consents = {}): PlanCommand => ({
  kind: 'resize',
  vm,
  mmio,
  ...withConsents(consents),
})

/** Asks as one person; resolves with the pending request. Throws what the bot answers instead. */
export const asked = async (context: Context, command: PlanCommand): Promise<Request> => {
  await readHosts(context)
  const caller = { account: REQUESTER, name: 'Requester', channel: CHANNEL, back: CHANNEL }
  const effect = await ask(context, command, caller)
  const answer = await context.db.transaction().execute(effect)
  if (answer) throw new Error(`the bot answered: ${JSON.stringify(answer)}`)
  const request = (await requestsIn(context.db, ['pending'])).at(-1)
  if (!request) throw new Error('no request was raised')
  return request
}

/** Decides as the approver (or the requester, to cancel). */
export const decided = async (
  context: Context,
  id: string,
  verdict: 'approve' | 'cancel' = 'approve',
): Promise<Request> => {
  const by = verdict === 'approve' ? APPROVER : REQUESTER
  const answer = await context.db
    .transaction()
    .execute(decide(context, { verdict, requestId: id, by, reason: undefined }))
  if (answer?.tone === 'bad') throw new Error(`the bot answered: ${JSON.stringify(answer)}`)
  return stored(context.db, id)
}

export const stored = async (db: Db, id: string): Promise<Request> => {
  const request = await findRequest(db, id)
  if (!request) throw new Error(`no request ${id}`)
  return request
}
