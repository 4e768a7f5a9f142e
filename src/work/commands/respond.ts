/** One command of one person, already allowed by the policy, to what it leads to. */
import type { Command, CommandKind } from '../../core/command/command'
import { helpNotice } from '../../core/grammar/help'
import { consentsOf } from '../../core/change/change'
import { may } from '../../core/request/permission'
import { settle } from './settle'
import { adoptHost } from './adopt'
import { askAgain } from './again'
import { ask, release } from './ask'
import { comment } from './comment'
import { answerTo } from '../changes/request/consent'
import { say, type Caller, type Effect } from '../context/effect'
import { decide } from './decide'
import { askHolders } from '../changes/lease/ask-holders'
import { forgetGpu } from './forget'
import { extend } from '../changes/lease/extend'
import { done } from '../changes/lease/give-back'
import { onLease } from '../changes/lease/meant'
import { postpone } from '../changes/lease/others'
import { check, list, requests, show, whoami } from './list'
import type { Context } from '../context/context'
import { historyOf } from './history'
import { queue } from '../changes/queue/join'
import { leave } from '../changes/queue/leave'
import { take } from './take'
import { acceptHost, reconcile } from './reconcile'
import { reloadPolicy } from './reload'
import { readAgain } from './read-again'
import { retry } from './retry'
import { readNvidiaSmi } from '../readings/smi'
import { unwatch, watch } from './watching'
import { why } from './explain'
import { pauseScope, resumeScope } from './pause'
import { resolveRequest } from './resolve'

type Said<K extends CommandKind> = Extract<Command, { kind: K }>
type Run<K extends CommandKind> = (
  context: Context,
  said: Said<K>,
  caller: Caller,
) => Promise<Effect> | Effect

const decided = (context: Context, said: Said<'approve' | 'deny' | 'cancel'>, caller: Caller): Effect =>
  decide(context, {
    verdict: said.kind,
    requestId: said.requestId,
    by: caller.account,
    reason: said.reason,
    forMs: 'forMs' in said ? said.forMs : undefined,
  })

const answered = (
  context: Context,
  { kind, requestId, reason }: Said<'agree' | 'object'>,
  caller: Caller,
): Effect => answerTo(context, { requestId, answer: kind === 'agree' ? 'yes' : 'no', reason }, caller)

/** What each command does. */
const RUNS: { readonly [K in CommandKind]: Run<K> } = {
  assign: ask,
  move: ask,
  partition: ask,
  resize: ask,
  release,
  approve: decided,
  deny: decided,
  cancel: decided,
  agree: answered,
  object: answered,
  postpone: (context, { requestId }, caller) => postpone(context, requestId, caller),
  ask: askHolders,
  extend: (context, said, caller) =>
    onLease(context, said, caller, (leaseId) => extend(context, { leaseId, byMs: said.byMs }, caller)),
  done: (context, said, caller) =>
    onLease(context, said, caller, (leaseId) =>
      done(context, { leaseId, consents: consentsOf(said), reason: said.reason }, caller),
    ),
  again: (context, { requestId }, caller) => askAgain(context, requestId, caller),
  retry: (context, { requestId }, caller) => retry(context, requestId, caller),
  comment: (context, { requestId, reason }, caller) => comment(context, { requestId, text: reason }, caller),
  queue,
  take: (context, said, caller) => take(context, { ...said, consents: said, reason: said.reason }, caller),
  leave,
  watch,
  unwatch,
  reconcile: (context, { host }) => reconcile(context, host),
  accept: (context, { gpu }, caller) => acceptHost(context, gpu, caller),
  forget: (context, { gpu }, caller) => forgetGpu(context, gpu, caller),
  adopt: adoptHost,
  pause: pauseScope,
  resume: (context, { scope }, caller) => resumeScope(context, scope, caller),
  read: (context, { requestId }, caller) => readAgain(context, requestId, caller),
  resolve: (context, { requestId, asFound }, caller) =>
    requestId.startsWith('S-')
      ? settle(requestId, context, caller)
      : resolveRequest(context, { id: requestId, asFound }, caller),
  reload: (context, _said, caller) => reloadPolicy(context, caller),
  smi: (context, { name }, caller) => readNvidiaSmi(context, name, caller),
  list: async (context, said, caller) => say(await list(context, said, caller)),
  show: async (context, { name }, caller) => say(await show(context, name, caller)),
  check: async (context, said) => say(await check(context, said)),
  requests: async (context, said) => say(await requests(context, said)),
  history: async (context, said) => say(await historyOf(context, said)),
  why: async (context, { what }, caller) => say(await why(context, what, caller)),
  help: (context, { topic }, caller) =>
    say(helpNotice(topic, (kind) => may(context.policy.inForce(), caller.account, kind))),
  whoami: (context, _said, caller) => say(whoami(context, caller)),
}

export const respond = async (context: Context, command: Command, caller: Caller): Promise<Effect> => {
  const run = RUNS[command.kind] as Run<CommandKind>
  return run(context, command, caller)
}
