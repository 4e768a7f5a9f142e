/** One command of one person, already allowed by the policy, to what it leads to. */
import type { Command } from '../../core/command/command'
import { helpNotice } from '../../core/grammar/help'
import type { Consents } from '../../core/planner/checks/input'
import { may } from '../../core/request/permission'
import { settle } from './settle'
import { adoptHost } from './adopt'
import { askAgain } from './again'
import { ask } from './ask'
import { comment } from './comment'
import { answerTo } from '../changes/request/consent'
import { say, type Caller, type Consequence } from '../context/consequence'
import { decide } from './decide'
import { askHolders } from '../changes/lease/ask-holders'
import { forgetGpu } from './forget'
import { extend } from '../changes/lease/extend'
import { done } from '../changes/lease/give-back'
import { onLease, ownToRelease } from '../changes/lease/meant'
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

export const respond = async (parts: Parts, command: Command, caller: Caller): Promise<Consequence> => {
  switch (command.kind) {
    case 'assign':
    case 'move':
    case 'partition':
    case 'resize':
      return ask(parts, command, caller)
    case 'release':
      return release(parts, command, caller)
    case 'approve':
    case 'deny':
    case 'cancel':
      return decide(parts, {
        verdict: command.kind,
        requestId: command.requestId,
        by: caller.account,
        reason: command.reason,
        forMs: 'forMs' in command ? command.forMs : undefined,
      })
    case 'agree':
    case 'object':
      return answerTo(
        parts,
        {
          requestId: command.requestId,
          answer: command.kind === 'agree' ? 'yes' : 'no',
          reason: command.reason,
        },
        caller,
      )
    case 'postpone':
      return postpone(parts, command.requestId, caller)
    case 'ask':
      return askHolders(parts, command, caller)
    case 'extend':
      return onLease(parts, command, caller, (leaseId) =>
        extend(parts, { leaseId, byMs: command.byMs }, caller),
      )
    case 'done':
      return onLease(parts, command, caller, (leaseId) =>
        done(parts, { leaseId, consents: consentsOf(command), reason: command.reason }, caller),
      )
    case 'again':
      return askAgain(parts, command.requestId, caller)
    case 'retry':
      return retry(parts, command.requestId, caller)
    case 'comment':
      return comment(parts, { requestId: command.requestId, text: command.reason }, caller)
    case 'queue':
      return queue(parts, command, caller)
    case 'take':
      return take(parts, { ...command, consents: command, reason: command.reason }, caller)
    case 'leave':
      return leave(parts, command, caller)
    case 'watch':
      return watch(parts, command, caller)
    case 'unwatch':
      return unwatch(parts, command, caller)
    case 'reconcile':
      return reconcile(parts, command.host)
    case 'accept':
      return acceptHost(parts, command.gpu, caller)
    case 'forget':
      return forgetGpu(parts, command.gpu, caller)
    case 'adopt':
      return adoptHost(parts, command, caller)
    case 'pause':
      return pauseScope(parts, command, caller)
    case 'resume':
      return resumeScope(parts, command.scope, caller)
    case 'read':
      return readAgain(parts, command.requestId, caller)
    case 'resolve':
      return command.requestId.startsWith('S-')
        ? settle(command.requestId, parts, caller)
        : resolveRequest(parts, { id: command.requestId, asFound: command.asFound }, caller)
    case 'reload':
      return reloadPolicy(parts, caller)
    case 'smi':
      return readNvidiaSmi(parts, command.name, caller)
    case 'list':
      return say(await list(parts, command, caller))
    case 'show':
      return say(await show(parts, command.name, caller))
    case 'check':
      return say(await check(parts, command))
    case 'requests':
      return say(await requests(parts, command))
    case 'history':
      return say(await pastOf(parts, command))
    case 'why':
      return say(await why(parts, command.what, caller))
    case 'help':
      return say(helpNotice(command.topic, (kind) => may(parts.policy.inForce(), caller.account, kind)))
    case 'whoami':
      return say(whoami(parts, caller))
  }
}

/** What is the caller's own is given back, as by `done`. */
const release = async (
  parts: Parts,
  command: Extract<Command, { kind: 'release' }>,
  caller: Caller,
): Promise<Consequence> => {
  const own = command.dryRun || command.script ? null : await ownToRelease(parts, command, caller)
  return own
    ? done(parts, { leaseId: own.id, consents: consentsOf(command), reason: command.reason }, caller)
    : ask(parts, command, caller)
}

const consentsOf = ({ shutdown, powerOff, noStart }: Consents): Consents => ({ shutdown, powerOff, noStart })
