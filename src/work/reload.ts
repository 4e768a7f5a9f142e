/** `reload`: the policy read again from its file, for all that comes from now on, and hosts that were added to it. */
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { post } from '../store/outbox'
import { say, type Caller, type Consequence } from './consequence'
import type { HostChanges, Parts } from './parts'

export const reloadPolicy = async (parts: Parts, caller: Caller): Promise<Consequence> => {
  const before = parts.policy.inForce().revision
  const read = await parts.policy.reload()
  if (!read.ok) {
    parts.log.warn({ by: caller.account, errors: read.refusals.length }, 'the policy stays as it was')
    return say(refusalNotice(read.refusals))
  }
  const after = read.value.revision
  const hosts = hostWords(takeHosts(parts))
  parts.log.info({ by: caller.account, before, after, hosts }, 'configuration read again')
  const policy =
    after === before
      ? 'The policy is as it was.'
      : `The policy was read again: revision ${before} became ${after}. What was planned under the old one and has not begun must be asked for again.`
  const text = [policy, ...hosts].join(' ')
  if (after === before && hosts.length === 0) return say(doneNotice(text))
  return async (tx) => {
    await post(tx, caller.channel, doneNotice(text, caller.account), {
      at: parts.clock.now(),
      otherwise: caller.back,
    })
    return null
  }
}

/** Hosts that were added, and those that did not answer, are asked at once. */
export const takeHosts = ({ takeHosts: take, wake }: Pick<Parts, 'takeHosts' | 'wake'>): HostChanges => {
  const changes = take?.() ?? { added: [], others: [] }
  wake.hosts()
  return changes
}

const hostWords = ({ added, others }: HostChanges): string[] => [
  ...(added.length === 0 ? [] : [`Added, and being read: ${added.join(', ')}.`]),
  ...(others.length === 0
    ? []
    : [`What the file says of ${others.join(', ')} has changed: that takes a restart of the bot.`]),
]
