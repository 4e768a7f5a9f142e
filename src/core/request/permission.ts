/** Who may give which command, decide which request, and whether what a request rests on still holds. */
import { specOf, type CommandKind } from '../command/command'
import { refusal, type Refusal } from '../errors'
import { isQuorum, standOf, type Need } from '../policy/approval'
import { holderOf, type Request, type RequestIn } from './request'
import { judge, type Wish } from '../policy/judge'
import { isSamePerson, personOf, rolesAmong, rolesOf, type Policy } from '../policy/policy'
import { needWords, roleWords } from '../text/roles'

/** What a person may do at all; which requests, the rules of the policy say. */
export type Capability = 'ask' | 'approve' | 'administer' | 'break-glass' | 'watch'

export const capabilitiesOf = (policy: Policy, person: string | null): Capability[] => {
  const has = (roles: readonly string[]): boolean => rolesAmong(policy, person, roles).length > 0
  const can: { readonly [C in Capability]: boolean } = {
    ask: policy.rules.some((rule) => has(rule.ask)),
    approve: policy.rules.some(({ approve }) => approve !== 'automatic' && has(approve.by)),
    administer: has(policy.administer),
    'break-glass': has(policy.breakGlass),
    watch: has(policy.watch),
  }
  return (['ask', 'approve', 'administer', 'break-glass', 'watch'] as const).filter((each) => can[each])
}

export const may = (policy: Policy, account: string, kind: CommandKind): boolean => {
  const person = personOf(policy, account)
  const need = specOf(kind).needs
  return person !== null && (need === 'anyone listed' || capabilitiesOf(policy, person).includes(need))
}

/** Null when the account may give this command. */
export const refuseCommand = (policy: Policy, account: string, kind: CommandKind): Refusal | null => {
  if (may(policy, account, kind)) return null
  if (personOf(policy, account) === null)
    return refusal(
      'not-allowed',
      'you are on no list of the policy',
      'Ask an administrator of this bot to add your user id; `whoami` shows it.',
    )
  return refusal(
    'not-allowed',
    `the policy does not let you ${kind}`,
    WHO_MAY[specOf(kind).needs] ?? SEE_WHOAMI,
  )
}

const SEE_WHOAMI = 'See `whoami` for what you may do.'
const WHO_MAY: { readonly [C in string]?: string } = {
  administer: 'Ask an administrator of this bot; `whoami` shows what you may do.',
  approve: 'Ask an approver; `whoami` shows what you may do.',
}

/** Null when the account may say what a channel watches; anyone listed may watch for themselves. */
export const refuseChannelWatch = (policy: Policy, account: string): Refusal | null =>
  capabilitiesOf(policy, personOf(policy, account)).includes('watch')
    ? null
    : refusal(
        'not-allowed',
        'the policy does not let you say what a channel watches',
        'Say it in a chat with me, and you alone are told.',
      )

/** Null when the person may go on without approval. Waives the approval alone: rules, checks and locks stay. */
export const refuseBreakGlass = (
  policy: Policy,
  person: string | null,
  reason: string | undefined,
): Refusal | null => {
  if (rolesAmong(policy, person, policy.breakGlass).length === 0)
    return refusal(
      'not-allowed',
      'the policy does not let you break the glass',
      'Leave `--break-glass` out: approvers are asked then.',
    )
  return reason === undefined
    ? refusal('not-allowed', 'breaking the glass needs a reason', 'Add `because ...` with the reason.')
    : null
}

export interface Verdict {
  readonly by: string
  readonly verdict: 'approve' | 'deny' | 'cancel'
}

/** Null when this account may decide this request so. Nobody approves their own request, whatever their roles. */
export const refuseDecision = (policy: Policy, request: Request, decision: Verdict): Refusal | null => {
  const person = personOf(policy, decision.by)
  if (decision.verdict === 'cancel') return refuseCancel(policy, request, decision.by)
  if (!capabilitiesOf(policy, person).includes('approve'))
    return refusal(
      'not-allowed',
      `the policy does not let you ${decision.verdict} requests`,
      'Ask one of the approvers.',
    )
  if (decision.verdict === 'approve' && isOwn(policy, request, decision.by))
    return refusal('not-allowed', 'nobody may approve their own request', 'Another approver must do it.')
  if (decision.verdict === 'approve' && isForOwn(policy, request, decision.by))
    return refusal(
      'not-allowed',
      'nobody may approve what they would hold themselves',
      'Another approver must do it.',
    )
  const wanted = request.needs.flatMap(({ by }) => by)
  if (rolesAmong(policy, person, wanted).length === 0)
    return refusal(
      'not-allowed',
      `${request.id} is decided by ${roleWords([...new Set(wanted)])}, and you are not among them`,
      `\`why ${request.id}\` says which rule that is.`,
    )
  if (decision.verdict === 'approve' && request.approvals.some((each) => each.person === person))
    return refusal(
      'not-allowed',
      `you have approved ${request.id} already, and each person counts once`,
      `It waits for others: \`why ${request.id}\`.`,
    )
  return null
}

/** What the end of a lease began is not the holder's to stop: it would be an extension without a cap. */
const refuseCancel = (policy: Policy, request: Request, by: string): Refusal | null =>
  (request.ends?.why !== 'expired' && isOwn(policy, request, by)) ||
  rolesAmong(policy, personOf(policy, by), policy.administer).length > 0
    ? null
    : refusal(
        'not-allowed',
        'only the person who asked, or an administrator, may cancel this',
        'To stop it as an approver, press Deny.',
      )

/** Null when the account may have the VM of this request started, which its plan starts anyway. */
export const refuseRetry = (policy: Policy, request: Request, by: string): Refusal | null =>
  isOwn(policy, request, by) || rolesAmong(policy, personOf(policy, by), policy.administer).length > 0
    ? null
    : refusal(
        'not-allowed',
        'only the person who asked, or an administrator, may do this',
        `Ask them to say \`retry ${request.id}\`.`,
      )

/** Null when the account may have the undo of a request tried again. */
export const refuseUndo = (policy: Policy, by: string): Refusal | null =>
  capabilitiesOf(policy, personOf(policy, by)).includes('administer')
    ? null
    : refusal(
        'not-allowed',
        'only an administrator may have an undo tried again',
        'The card has called them already.',
      )

/** Asked for by the same person, on whichever chat, by what the policy says now or said then. */
const isOwn = (policy: Policy, { asked }: Request, account: string): boolean => {
  const person = personOf(policy, account)
  return (
    asked.by === account ||
    (person !== null && (person === asked.person || person === personOf(policy, asked.by)))
  )
}

/** The lease that it makes would be theirs, whoever asked for it. */
const isForOwn = (policy: Policy, request: Request, by: string): boolean => {
  const { account, person } = holderOf(request)
  return isSamePerson(policy, account, by) || personOf(policy, by) === person
}

/** Why what an approved request rests on does not hold any more, one sentence each; none when it does. */
export const lapseReasons = (policy: Policy, request: RequestIn<'approved'>, wish: Wish): string[] => {
  const { authority, asked } = request
  // Whoever approved the lease approved its end; nobody's roles are asked for again.
  if (authority.kind === 'lease-end') return []
  const judgement = judge(policy, rolesOf(policy, personOf(policy, asked.by)), wish)
  if (!judgement.ok) return judgement.refusals.map(({ reason }) => `Not allowed any more: ${reason}.`)
  switch (authority.kind) {
    case 'automatic':
      return judgement.value.kind === 'automatic'
        ? []
        : ['It was approved by a rule, and now the policy wants approvers.']
    case 'break-glass':
      return refuseBreakGlass(policy, personOf(policy, authority.by), authority.reason)
        ? ['The one who broke the glass may not do so any more.']
        : []
    case 'quorum':
      return judgement.value.kind === 'quorum' ? missing(policy, request, judgement.value.needs) : []
  }
}

/** The approvals counted again, with the roles that people have now. */
const missing = (policy: Policy, request: Request, needs: readonly Need[]): string[] => {
  const approvals = request.approvals.flatMap((approval) => {
    const person = personOf(policy, approval.by)
    if (person === null || isOwn(policy, request, approval.by) || isForOwn(policy, request, approval.by))
      return []
    return [
      {
        ...approval,
        person,
        roles: rolesAmong(
          policy,
          person,
          needs.flatMap(({ by }) => by),
        ),
      },
    ]
  })
  if (isQuorum({ needs, approvals })) return []
  return standOf({ needs, approvals })
    .filter(({ need, given }) => given.length < need.count)
    .map(
      ({ need, given }) =>
        `The rule ${need.rule} wants ${needWords(need)}; of the approvals, ${given.length} ${given.length === 1 ? 'counts' : 'count'} now.`,
    )
}
