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
import { say, type Caller, type Consequence } from '../context/consequence'
import { decide } from './decide'
import { askHolders } from '../changes/lease/ask-holders'
import { forgetGpu } from './forget'
import { extend } from '../changes/lease/extend'
import { done } from '../changes/lease/give-back'
import { onLease } from '../changes/lease/meant'
import { postpone } from '../changes/lease/others'
import { check, list, requests, show, whoami } from './look'
import type { Parts } from '../context/parts'
import { pastOf } from './past'
import { queue } from '../changes/queue/join'
import { leave } from '../changes/queue/leave'
import { take } from './take'
import { acceptHost, reconcile } from './reconcile'
import { reloadPolicy } from './reload'
import { readAgain } from './read-again'
import { retry } from './retry'
import { readNvidiaSmi } from '../readings/smi'
import { unwatch, watch } from './watching'
import { why } from './why'
import { pauseScope, resumeScope } from './pause'
import { resolveRequest } from './resolve'

type Said<K extends CommandKind> = Extract<Command, { kind: K }>
type Run<K extends CommandKind> = (
  parts: Parts,
  said: Said<K>,
  caller: Caller,
) => Promise<Consequence> | Consequence

const decided = (parts: Parts, said: Said<'approve' | 'deny' | 'cancel'>, caller: Caller): Consequence =>
  decide(parts, {
    verdict: said.kind,
    requestId: said.requestId,
    by: caller.account,
    reason: said.reason,
    forMs: 'forMs' in said ? said.forMs : undefined,
  })

const answered = (
  parts: Parts,
  { kind, requestId, reason }: Said<'agree' | 'object'>,
  caller: Caller,
): Consequence => answerTo(parts, { requestId, answer: kind === 'agree' ? 'yes' : 'no', reason }, caller)

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
  postpone: (parts, { requestId }, caller) => postpone(parts, requestId, caller),
  ask: askHolders,
  extend: (parts, said, caller) =>
    onLease(parts, said, caller, (leaseId) => extend(parts, { leaseId, byMs: said.byMs }, caller)),
  done: (parts, said, caller) =>
    onLease(parts, said, caller, (leaseId) =>
      done(parts, { leaseId, consents: consentsOf(said), reason: said.reason }, caller),
    ),
  again: (parts, { requestId }, caller) => askAgain(parts, requestId, caller),
  retry: (parts, { requestId }, caller) => retry(parts, requestId, caller),
  comment: (parts, { requestId, reason }, caller) => comment(parts, { requestId, text: reason }, caller),
  queue,
  take: (parts, said, caller) => take(parts, { ...said, consents: said, reason: said.reason }, caller),
  leave,
  watch,
  unwatch,
  reconcile: (parts, { host }) => reconcile(parts, host),
  accept: (parts, { gpu }, caller) => acceptHost(parts, gpu, caller),
  forget: (parts, { gpu }, caller) => forgetGpu(parts, gpu, caller),
  adopt: adoptHost,
  pause: pauseScope,
  resume: (parts, { scope }, caller) => resumeScope(parts, scope, caller),
  read: (parts, { requestId }, caller) => readAgain(parts, requestId, caller),
  resolve: (parts, { requestId, asFound }, caller) =>
    requestId.startsWith('S-')
      ? settle(requestId, parts, caller)
      : resolveRequest(parts, { id: requestId, asFound }, caller),
  reload: (parts, _said, caller) => reloadPolicy(parts, caller),
  smi: (parts, { name }, caller) => readNvidiaSmi(parts, name, caller),
  list: async (parts, said, caller) => say(await list(parts, said, caller)),
  show: async (parts, { name }, caller) => say(await show(parts, name, caller)),
  check: async (parts, said) => say(await check(parts, said)),
  requests: async (parts, said) => say(await requests(parts, said)),
  history: async (parts, said) => say(await pastOf(parts, said)),
  why: async (parts, { what }, caller) => say(await why(parts, what, caller)),
  help: (parts, { topic }, caller) =>
    say(helpNotice(topic, (kind) => may(parts.policy.inForce(), caller.account, kind))),
  whoami: (parts, _said, caller) => say(whoami(parts, caller)),
}

export const respond = async (parts: Parts, command: Command, caller: Caller): Promise<Consequence> => {
  const run = RUNS[command.kind] as Run<CommandKind>
  return run(parts, command, caller)
}
