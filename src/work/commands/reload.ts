/** `reload`: the policy read again from its file, for all that comes from now on, and hosts that were added to it. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { unmatchedIn } from '../../core/policy/unmatched'
import { hostViews } from '../../store/fleet'
import { post } from '../../store/outbox'
import { say, type Caller, type Effect } from '../context/effect'
import type { HostChanges, Context } from '../context/context'
import { rejudgeAll } from '../changes/request/rejudge'

export const reloadPolicy = async (context: Context, caller: Caller): Promise<Effect> => {
  const before = context.policy.inForce().revision
  const read = await context.policy.reload()
  if (!read.ok) {
    context.log.warn({ by: caller.account, errors: read.refusals.length }, 'the policy stays as it was')
    return say(refusalNotice(read.refusals))
  }
  const after = read.value.revision
  const hosts = hostWords(takeHosts(context))
  context.log.info({ by: caller.account, before, after, hosts }, 'configuration read again')
  if (after === before && hosts.length === 0) return say(doneNotice(SAME))
  return async (tx) => {
    const voided = after === before ? [] : await rejudgeAll(context, tx)
    const policy = after === before ? SAME : readAgain({ before, after }, voided)
    const views = await hostViews(tx, [...context.hosts.keys()])
    const text = [policy, ...hosts, ...unmatchedWords(unmatchedIn(context.policy.inForce(), views))].join(' ')
    await post(tx, caller.channel, doneNotice(text, caller.account), {
      at: context.clock.now(),
      otherwise: caller.back,
    })
    return null
  }
}

const unmatchedWords = (unmatched: readonly string[]): string[] => {
  if (unmatched.length === 0) return []
  const others = unmatched.length - MOST_NAMED
  const more = others > 0 ? ` And ${others} more: \`watch digest\` names them.` : ''
  return [`Look at this: ${unmatched.slice(0, MOST_NAMED).join('; ')}.${more}`]
}

const SAME = 'The policy is as it was.'
const MOST_NAMED = 10

const readAgain = (revision: { before: string; after: string }, voided: readonly string[]): string => {
  const head = `The policy was read again: revision ${revision.before} became ${revision.after}.`
  if (voided.length === 0) return `${head} It judges all that has not begun as before.`
  const more = voided.length - MOST_NAMED
  const names = `${voided.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `${head} It judges ${names} otherwise: void, and to be asked for again. What else has not begun stays as it is.`
}

/** Hosts that were added, and those that did not answer, are asked at once. */
export const takeHosts = ({ takeHosts: take, wake }: Pick<Context, 'takeHosts' | 'wake'>): HostChanges => {
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
