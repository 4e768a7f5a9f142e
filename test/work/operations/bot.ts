/** The bot's workers over a store and a simulated fleet, with a chat that only takes notes. */
import type { PlanCommand } from '../../../src/core/command'
import { policyOfLists } from '../../../src/core/policy/policy'
import type { Notice } from '../../../src/core/notice'
import type { Address, Chat, Clock } from '../../../src/core/ports'
import type { Request } from '../../../src/core/request'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from '../../../src/host/simulated/fleet'
import { readFleetFile } from '../../../src/host/simulated/schema'
import { fixedPolicy } from '../../../src/policy-source'
import type { Db } from '../../../src/store/database'
import { findRequest, requestsIn } from '../../../src/store/requests'
import { ask } from '../../../src/work/ask'
import { decide } from '../../../src/work/decide'
import type { Parts } from '../../../src/work/parts'
import { refreshHost } from '../../../src/work/reading'

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
  }
}

const nothing = (): undefined => undefined

const FLEET = readFleetFile(fleetFile('default'))
export const fleetOf = (clock: Clock): SimulatedFleet =>
  openSimulatedFleet({ file: FLEET, stateFile: null, clock, latency: 'none' })

export const botOver = (db: Db, fleet: SimulatedFleet, clock: Clock): Parts => ({
  db,
  clock,
  chat: recordingChat(),
  hosts: new Map(fleet.hosts.map((host) => [host.name, host])),
  policy: fixedPolicy(policyOfLists({ ask: [REQUESTER], approve: [APPROVER], admin: [ADMIN] })),
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
  wake: { intake: nothing, run: nothing, deliver: nothing },
})

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

/** Asks as one person; resolves with the pending request. Throws what the bot answers instead. */
export const asked = async (parts: Parts, command: PlanCommand): Promise<Request> => {
  for (const host of parts.hosts.values()) await refreshHost(parts, host)
  const caller = { account: REQUESTER, name: 'Requester', channel: CHANNEL, back: CHANNEL }
  const consequence = await ask(parts, command, caller)
  const answer = await parts.db.transaction().execute(consequence)
  if (answer) throw new Error(`the bot answered: ${JSON.stringify(answer)}`)
  const request = (await requestsIn(parts.db, ['pending'])).at(-1)
  if (!request) throw new Error('no request was raised')
  return request
}

/** Decides as the approver (or the requester, to cancel). */
export const decided = async (
  parts: Parts,
  id: string,
  verdict: 'approve' | 'cancel' = 'approve',
): Promise<Request> => {
  const by = verdict === 'approve' ? APPROVER : REQUESTER
  const answer = await parts.db
    .transaction()
    .execute(decide(parts, { verdict, requestId: id, by, reason: undefined }))
  if (answer?.tone === 'bad') throw new Error(`the bot answered: ${JSON.stringify(answer)}`)
  return stored(parts.db, id)
}

export const stored = async (db: Db, id: string): Promise<Request> => {
  const request = await findRequest(db, id)
  if (!request) throw new Error(`no request ${id}`)
  return request
}
