/** A team on both chats, as its file says, and wishes of theirs. */
import type { Outcome } from '../../../src/core/errors'
import type { Wish } from '../../../src/core/policy/judge'
import { policyFrom, type ChatTenants, type Policy } from '../../../src/core/policy/policy'
import { policyFile } from '../../../src/core/policy/schema'

export const CHATS = { slackTeam: 'T1', teamsTenant: '11111111-1111-1111-1111-111111111111' }
export const MAYA = { slack: 'U0MAYA', teams: 'aaaaaaaa-0000-0000-0000-000000000001' }
export const JONAS = { slack: 'U0JONAS' }
export const PRIYA = { slack: 'U0PRIYA', teams: 'aaaaaaaa-0000-0000-0000-000000000003' }
export const NEVER = { teams: 'aaaaaaaa-0000-0000-0000-000000000009' }

export const slack = (person: { slack: string }): string => `slack:${CHATS.slackTeam}/${person.slack}`
export const teams = (person: { teams: string }): string => `teams:${CHATS.teamsTenant}/${person.teams}`

export const TEAM = {
  people: { maya: MAYA, jonas: JONAS, priya: PRIYA },
  roles: { research: ['maya'], platform: ['jonas', 'priya'], oncall: ['priya'] },
  classes: { training: ['*A100*', '*H100*'] },
  administer: ['oncall'],
  breakGlass: ['oncall'],
  rules: [
    { name: 'own', commands: ['release'], own: true, ask: ['research'], approve: 'automatic' },
    { name: 'production', vms: ['prod-*'], ask: ['research'], approve: { by: ['platform'], count: 2 } },
    { name: 'training', classes: ['training'], ask: ['research'], approve: { by: ['platform'] } },
  ],
}

const valued = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.refusals.map(({ reason }) => reason).join('\n'))
  return outcome.value
}

export const aPolicy = (changes: object = {}, chats: ChatTenants = CHATS): Policy =>
  valued(policyFrom(policyFile.parse({ ...TEAM, ...changes }), chats))

export const aWish = (changes: Partial<Wish> = {}): Wish => ({
  command: 'assign',
  mode: 'dda',
  host: 'hv01',
  gpu: 'hv01/gpu0',
  model: 'NVIDIA A100-PCIE-40GB',
  vms: [{ id: 'id-of-train-01', name: 'train-01' }],
  own: false,
  lentMs: null,
  force: false,
  powerOff: false,
  unsupportedPartitioning: false,
  ...changes,
})
