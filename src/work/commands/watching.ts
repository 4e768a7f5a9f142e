/** `watch` and `unwatch`: what is told in this channel, or to this person in the chat that they have with the bot. */
import { refusalNotice } from '../../core/answers/refusal'
import { doneNotice } from '../../core/answers/done'
import {
  beganNotice,
  digestBeganNotice,
  digestEndedNotice,
  endedNotice,
  scopeWords,
  watchingNotice,
} from '../../core/answers/watching'
import type { Command } from '../../core/command/command'
import { accepted, refusal, refused, type Outcome } from '../../core/errors'
import { aliasOf, type HostView } from '../../core/inventory/inventory'
import { resolveAny } from '../../core/inventory/names'
import { DIGEST } from '../../core/command/values/watched'
import { nextDaily } from '../../core/time/daily'
import { ALL } from '../../core/command/values/watched'
import type { Scope } from '../../core/news/news'
import type { Notice } from '../../core/notice/notice'
import type { TimeZone } from '../../core/time/zone'
import { refuseChannelWatch } from '../../core/request/permission'
import { personOf, zoneOf } from '../../core/policy/policy'
import type { Tx } from '../../store/database'
import { digestAt, endDigest, saveDigest } from '../../store/digests'
import { hostViews } from '../../store/fleet'
import { post } from '../../store/outbox'
import { placeKey, subscribe, unsubscribe, watchedAt, type Watcher } from '../../store/subscriptions'
import { say, type Caller, type Effect } from '../context/effect'
import { makeDigest } from '../sweeps/digest'
import type { Context } from '../context/context'

type WatchCommand = Extract<Command, { kind: 'watch' }>
type UnwatchCommand = Extract<Command, { kind: 'unwatch' }>

/** Who reads what is posted where this was said. A direct message in Slack is answered in the one with the bot. */
const watcherAt = ({ account, channel }: Pick<Caller, 'account' | 'channel'>): Watcher => {
  if (channel.chat === 'slack') {
    const own = channel.channel.startsWith('D')
    const to = { kind: 'channel', chat: 'slack', channel: own ? userOf(account) : channel.channel } as const
    return { key: placeKey(to), to, reader: own ? { of: 'person', account } : { of: 'channel' } }
  }
  const { serviceUrl, conversation } = channel
  const [place = conversation] = conversation.split(';')
  const to = { kind: 'channel', chat: 'teams', serviceUrl, conversation: place } as const
  const shared = conversation.startsWith('19:')
  return { key: placeKey(to), to, reader: shared ? { of: 'channel' } : { of: 'person', account } }
}

/** `slack:T1/U1` is `U1`: a post to it opens the chat that the person has with the bot. */
const userOf = (account: string): string => account.slice(account.indexOf('/') + 1)

export const watch = async (context: Context, command: WatchCommand, caller: Caller): Promise<Effect> => {
  const watcher = watcherAt(caller)
  const here = watcher.reader.of
  if (command.what === undefined)
    return async (tx) =>
      watchingNotice(here, {
        watched: await watchedAt(tx, watcher.key),
        digest: await digestAt(tx, watcher.key),
      })
  if (command.what === DIGEST && command.at === undefined) return (tx) => makeDigest(context, tx)
  const no = refusalHere(context, watcher, caller) ?? refusalOf(command)
  if (no) return no
  if (command.at !== undefined) return daily(context, { ...command, at: command.at }, { watcher, caller })
  const scope = scopeOf(command.what, await hostViews(context.db, [...context.hosts.keys()]))
  if (!scope.ok) return say(refusalNotice(scope.refusals))
  return async (tx) => {
    const at = context.clock.now()
    const subscription = { ...watcher, scope: scope.value, by: caller.account, at }
    if (!(await subscribe(tx, subscription)))
      return doneNotice(`${scopeWords(scope.value)} is watched here already.`)
    return told(tx, watcher, { caller, at, notice: beganNotice(here, scope.value, caller.account) })
  }
}

/** A time is of a digest, and a zone of a time. */
const refusalOf = ({ what, at, zone }: WatchCommand): Effect | null =>
  (at === undefined) === (what !== DIGEST) && (zone === undefined || at !== undefined)
    ? null
    : say(
        refusalNotice([
          refusal(
            'syntax',
            'a time belongs to a digest, and what changes is told when it does',
            'Write `watch digest at 09:00`, or leave the time out.',
          ),
        ]),
      )

/** At that time of the zone that is named, of the person's own, or of the policy's. */
const daily =
  (
    context: Context,
    command: WatchCommand & { readonly at: string },
    { watcher, caller }: { readonly watcher: Watcher; readonly caller: Caller },
  ): Effect =>
  async (tx) => {
    const at = context.clock.now()
    const { at: time, zone = zoneHere(context, watcher) } = command
    const digest = { time, zone, nextAt: nextDaily(time, zone, at) }
    await saveDigest(tx, { ...watcher, ...digest })
    const notice = digestBeganNotice(watcher.reader.of, digest, caller.account)
    return told(tx, watcher, { caller, at, notice })
  }

const zoneHere = ({ policy }: Context, { reader }: Watcher): TimeZone =>
  reader.of === 'person'
    ? zoneOf(policy.inForce(), personOf(policy.inForce(), reader.account) ?? reader.account)
    : policy.inForce().timeZone

export const unwatch = (context: Context, { what }: UnwatchCommand, caller: Caller): Effect => {
  const watcher = watcherAt(caller)
  const no = refusalHere(context, watcher, caller)
  if (no) return no
  return async (tx) => {
    if (what === DIGEST) {
      if (!(await endDigest(tx, watcher.key))) return doneNotice('There is no daily digest here.')
      const notice = digestEndedNotice(watcher.reader.of, caller.account)
      return told(tx, watcher, { caller, at: context.clock.now(), notice })
    }
    const watched = (await watchedAt(tx, watcher.key)).map(({ scope }) => scope)
    // What was watched may be gone from the fleet: it is looked for among what is watched here, not among what there is.
    const ended = watched.filter((scope) => what === ALL || scope.toLowerCase() === what.toLowerCase())
    if (ended.length === 0)
      return doneNotice(`${scopeWords(what)} is not watched here. \`watch\` shows what is.`)
    for (const scope of ended) await unsubscribe(tx, watcher.key, scope)
    const notice = endedNotice(watcher.reader.of, ended.map(scopeWords).join(', '), caller.account)
    return told(tx, watcher, { caller, at: context.clock.now(), notice })
  }
}

/** A channel is told of what begins or ends there; a person is answered. */
const told = async (
  tx: Tx,
  { reader, to }: Watcher,
  { caller, at, notice }: { readonly caller: Caller; readonly at: number; readonly notice: Notice },
): Promise<Notice | null> => {
  if (reader.of === 'person') return notice
  await post(tx, to, notice, { at, otherwise: caller.back })
  return null
}

const refusalHere = (context: Context, { reader }: Watcher, caller: Caller): Effect | null => {
  const no = reader.of === 'channel' ? refuseChannelWatch(context.policy.inForce(), caller.account) : null
  return no && say(refusalNotice([no]))
}

/** As it is spelled in the fleet. */
const scopeOf = (what: string, views: readonly HostView[]): Outcome<Scope> => {
  if (what === ALL) return accepted(ALL)
  const found = resolveAny(what, views)
  if (!found.ok) return found
  const subject = found.value
  switch (subject.kind) {
    case 'gpu':
      return accepted(aliasOf(subject.facts, subject.gpu))
    case 'host':
      return accepted(subject.view.name)
    case 'vm':
      return refused(
        refusal(
          'syntax',
          `${subject.vm.name} is a VM; hosts and GPUs are watched`,
          `Write \`watch ${subject.view.name}\`.`,
        ),
      )
  }
}
