/** The whole bot over a simulated fleet, people who type to it, and everything that it posts, by place. */
import { parse } from '../../../src/core/grammar/parse'
import type { Notice } from '../../../src/core/notice/notice'
import { refuseCommand } from '../../../src/core/request/permission'
import type { Address } from '../../../src/core/ports/address'
import type { Clock } from '../../../src/core/ports/clock'
import type { Host } from '../../../src/core/ports/host'
import { openStore, type Store } from '../../../src/store/database'
import { duePosts } from '../../../src/store/outbox'
import { markShown } from '../../../src/store/shown'
import { placeKey } from '../../../src/store/subscriptions'
import type { Context } from '../../../src/work/context/context'
import { respond } from '../../../src/work/commands/respond'
import { runRequest } from '../../../src/work/operation/run'
import { refreshHost } from '../../../src/work/readings/reading'
import { fakeClock } from '../../fakes/clock'
import {
  ADMIN,
  APPROVER,
  asked,
  assign,
  botOver,
  decided,
  fleetOf,
  REQUESTER,
  stored,
} from '../operations/bot'

export { ADMIN, APPROVER, REQUESTER }

export const slackChannel = (channel: string): Address => ({ kind: 'channel', chat: 'slack', channel })
/** Where requests are asked for, and their cards are. */
export const ASKED_IN = slackChannel('C1')
export const DIRECT = slackChannel('D9')
export const inTeams = (conversation: string): Address => ({
  kind: 'channel',
  chat: 'teams',
  serviceUrl: 'https://smba.trafficmanager.net/emea/',
  conversation,
})

/** Of the fleet, one host never answers. */
const NEVER_THERE = 'hv03'

/** What was posted, and what it says now. */
interface Posted {
  readonly place: string
  readonly notice: Notice
  readonly ref: string
  readonly under: string | null
}

export interface Scene {
  readonly context: Context
  readonly clock: Clock
  /** Hosts that do not answer. */
  readonly dark: Set<string>
  /** Types a command; resolves with what they are answered, in words. */
  says(account: string, text: string, where?: Address): Promise<string>
  /** Time passes; then each host is read. */
  passes(seconds: number): Promise<void>
  /** Carries a request out to its end, from asking on. */
  assigns(gpu: string, vm: string): Promise<string>
  asks(gpu: string, vm: string): Promise<string>
  /** Lets everything that is due leave, and resolves with all that was posted, edits at their posts. */
  posted(): Promise<readonly Posted[]>
  /** The summaries of what a place was told beside cards, oldest first. */
  told(where: Address | string): Promise<string[]>
  /** The process ends, and another begins on the same data. */
  restarts(): Promise<void>
  end(): Promise<void>
}

export const wordsOf = ({ summary, parts }: Notice): string => `${summary}\n${JSON.stringify(parts)}`

export const startScene = async (
  dir: string,
  changes: (context: Context) => Partial<Context> = () => ({}),
): Promise<Scene> => {
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  const dark = new Set<string>()
  const shaded = (host: Host): Host => ({
    name: host.name,
    run: (order) => host.run(order),
    adopt: (adoption) => host.adopt(adoption),
    forget: (gpu) => host.forget(gpu),
    smi: (target) => host.smi(target),
    inventory: () => (dark.has(host.name) ? Promise.reject(new Error('no route')) : host.inventory()),
  })
  let store: Store
  let context: Context
  const open = async (): Promise<void> => {
    store = await openStore(dir)
    const bot = botOver(store.db, fleet, clock)
    const hosts = new Map(
      [...bot.hosts].filter(([name]) => name !== NEVER_THERE).map(([name, host]) => [name, shaded(host)]),
    )
    const shadedBot = { ...bot, hosts }
    context = { ...shadedBot, ...changes(shadedBot) }
  }
  await open()
  const readAll = async (): Promise<void> => {
    for (const host of context.hosts.values()) await refreshHost(context, host)
  }
  await readAll()
  const messages: Posted[] = []
  let sent = 0
  const deliver = async (): Promise<void> => {
    for (;;) {
      const { posts } = await duePosts(store.db, clock.now(), { limit: 100 })
      if (posts.length === 0) return
      for (const post of posts) {
        const ref = post.ref ?? `m${++sent}`
        const now = { place: placeKey(post.to), notice: post.notice, ref, under: post.under }
        const at = messages.findIndex((each) => each.ref === ref)
        if (at === -1) messages.push(now)
        else messages[at] = { ...now, under: messages[at]?.under ?? null }
        await markShown(store.db, [{ post, ref, at: clock.now() }])
      }
    }
  }
  const asks = async (gpu: string, vm: string): Promise<string> =>
    (await asked(context, assign(gpu, vm, { shutdown: true }))).id
  const scene: Scene = {
    get context() {
      return context
    },
    clock,
    dark,
    says: async (account, text, where = ASKED_IN) => {
      const command = parse(text)
      if (!command.ok) return command.refusals.map(({ reason }) => reason).join('; ')
      const refused = refuseCommand(context.policy.inForce(), account, command.value.kind)
      if (refused) return refused.reason
      const caller = { account, name: 'Somebody', channel: where, back: where }
      const effect = await respond(context, command.value, caller)
      const notice = await store.db.transaction().execute(effect)
      return notice ? wordsOf(notice) : ''
    },
    passes: async (seconds) => {
      await clock.sleep(seconds * 1_000)
      await readAll()
    },
    asks,
    assigns: async (gpu, vm) => {
      const id = await asks(gpu, vm)
      await decided(context, id)
      await runRequest(context, await stored(store.db, id), new AbortController().signal)
      return id
    },
    posted: async () => {
      await deliver()
      return messages
    },
    told: async (where) => {
      const key = typeof where === 'string' ? where : placeKey(where)
      return (await scene.posted()).filter(({ place }) => place === key).map(({ notice }) => notice.summary)
    },
    restarts: async () => {
      await store.close()
      await open()
    },
    end: () => store.close(),
  }
  return scene
}
