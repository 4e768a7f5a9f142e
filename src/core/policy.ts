/** Who may ask, who may approve. The smallest policy: lists of accounts; whoever is on no list is refused. */
import { createHash } from 'node:crypto'
import type { CommandKind } from './command'
import { refusal, type Refusal } from './errors'
import type { Request } from './request'

export interface Policy {
  readonly ask: ReadonlySet<string>
  readonly approve: ReadonlySet<string>
  readonly admin: ReadonlySet<string>
}
export type Role = 'ask' | 'approve' | 'admin'

/** Changes with every change of the policy; part of each plan's digest, so that a new policy voids old approvals. */
export const revisionOf = (policy: Policy): string => {
  const lists = [policy.ask, policy.approve, policy.admin].map((list) => [...list].sort())
  return createHash('sha256').update(JSON.stringify(lists)).digest('hex').slice(0, 12)
}

const NEEDS: { readonly [K in CommandKind]: Role | 'anyone listed' } = {
  list: 'anyone listed',
  show: 'anyone listed',
  check: 'anyone listed',
  smi: 'anyone listed',
  requests: 'anyone listed',
  history: 'anyone listed',
  help: 'anyone listed',
  whoami: 'anyone listed',
  assign: 'ask',
  move: 'ask',
  release: 'ask',
  partition: 'ask',
  resize: 'ask',
  cancel: 'anyone listed',
  approve: 'approve',
  deny: 'approve',
  pause: 'admin',
  resume: 'admin',
  resolve: 'admin',
}

export const rolesOf = (policy: Policy, account: string): Role[] =>
  (['ask', 'approve', 'admin'] as const).filter((role) => policy[role].has(account))

export const may = (policy: Policy, account: string, kind: CommandKind): boolean => {
  const roles = rolesOf(policy, account)
  const need = NEEDS[kind]
  return need === 'anyone listed' ? roles.length > 0 : roles.includes(need)
}

/** Null when the account may give this command. */
export const refuseCommand = (policy: Policy, account: string, kind: CommandKind): Refusal | null => {
  if (may(policy, account, kind)) return null
  if (rolesOf(policy, account).length === 0)
    return refusal(
      'not-allowed',
      'you are on no list of the policy',
      'Ask an administrator of this bot to add your user id; `whoami` shows it.',
    )
  return refusal('not-allowed', `the policy does not let you ${kind}`, 'See `whoami` for what you may do.')
}

/** Null when this account may decide this request so. Nobody approves their own request, whatever their roles. */
export const refuseDecision = (
  policy: Policy,
  request: Request,
  decision: { readonly by: string; readonly verdict: 'approve' | 'deny' | 'cancel' },
): Refusal | null => {
  const own = request.asked.by === decision.by
  if (decision.verdict === 'cancel') {
    if (own || policy.admin.has(decision.by)) return null
    return refusal(
      'not-allowed',
      'only the person who asked, or an administrator, may cancel this',
      'To stop it as an approver, press Deny.',
    )
  }
  if (!policy.approve.has(decision.by))
    return refusal(
      'not-allowed',
      `the policy does not let you ${decision.verdict} requests`,
      'Ask one of the approvers.',
    )
  if (own && decision.verdict === 'approve')
    return refusal('not-allowed', 'nobody may approve their own request', 'Another approver must do it.')
  return null
}
