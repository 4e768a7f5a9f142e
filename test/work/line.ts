/** A bot, and people who type and press; what they read, and time that passes. */
import { parse } from '../../src/core/grammar/parse'
import { accepted } from '../../src/core/errors'
import type { HostFacts } from '../../src/core/inventory/inventory'
import type { Notice, Press } from '../../src/core/notice/notice'
import type { Policy } from '../../src/core/policy/policy'
import type { Address } from '../../src/core/ports/address'
import type { Clock } from '../../src/core/ports/clock'
import type { Request } from '../../src/core/request/request'
import type { World } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Db } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { findWaiter } from '../../src/store/queue'
import { requestsIn } from '../../src/store/requests'
import type { Caller } from '../../src/work/context/effect'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { answerOffer } from '../../src/work/commands/take'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { respond } from '../../src/work/commands/respond'
import { runRequest } from '../../src/work/operation/run'
import { refreshHost } from '../../src/work/readings/reading'
import { expire } from '../../src/work/loops/watch'
import { textOf } from '../core/answers/reading'
import { aPolicy, JONAS, MAYA, PRIYA, slack, teams } from '../core/policy/team'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { botOver, everythingArrives, CHANNEL, fleetOf } from './operations/bot'

export const [maya, jonas, priya] = [slack(MAYA), slack(JONAS), slack(PRIYA)] as const
export const mayaInTeams = teams(MAYA)

/** Maya is of vision, Priya of speech; Jonas approves; Priya administers too. */
export const LINE = {
  people: { maya: { ...MAYA, team: 'vision' }, jonas: JONAS, priya: { ...PRIYA, team: 'speech' } },
  roles: { vision: ['maya'], speech: ['priya'], platform: ['jonas'], oncall: ['priya'] },
  classes: { big: ['*A100*'] },
  administer: ['oncall'],
  breakGlass: [],
  rules: [
    { name: 'give-back', commands: ['release'], ask: ['vision', 'speech'], approve: 'automatic' },
    { name: 'all', ask: ['vision', 'speech'], approve: { by: ['platform'] } },
  ],
}
export const linePolicy = (changes: object = {}): Policy => aPolicy({ ...LINE, ...changes })

/** Where only this person reads. */
const dmOf = (account: string): Address => ({ kind: 'channel', chat: 'slack', channel: `D ${account}` })
const callerOf = (account: string): Caller => ({
  ...{ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL, privately: dmOf(account) },
})

export interface Line {
  readonly context: Context
  readonly db: Db
  readonly world: World
  readonly clock: Clock
  /** What they are answered; '' for nothing. */
  says(account: string, text: string): Promise<string>
  /** Presses the button with this label on the newest message that this person has in private. */
  presses(account: string, label: string): Promise<string>
  /** The same on the card of a request. */
  pressesCard(account: string, requestId: string, label: string): Promise<string>
  /** As everybody reads it now. */
  cardOf(requestId: string): Promise<string>
  /** Everything that was posted, wherever, oldest first. */
  posted(): Promise<string[]>
  /** What a person reads in private, oldest first, as it is now. */
  told(account: string): Promise<string[]>
  /** Reads the hosts, lets requests expire, tends the queue, and carries out whatever is approved. */
  goesOn(): Promise<void>
  /** The chats take at once what was posted before. */
  passes(ms: number): Promise<void>
  /** As `show` would have it: `assign hv01/gpu0 pending`. */
  requests(): Promise<string[]>
  /** The request that was asked for last. */
  newest(): Promise<Request>
  /** Of an entry. */
  stateOf(id: string): Promise<string | undefined>
  policyBecomes(policy: Policy): void
  /** What `reload` reads. */
  fileSays(policy: Policy): void
  /** What the host says of itself from now on. */
  hostSays(change: (facts: HostFacts) => HostFacts): void
  /** The process ends and another one opens the same store. */
  restarts(): Promise<void>
  end(): Promise<void>
}

const STATES = ['pending', 'approved', 'running', 'succeeded', 'denied', 'cancelled', 'expired'] as const

export const startLine = async (
  policy: Policy = linePolicy(),
  limits: Partial<Context['limits']> = {},
  /** Where cards are shown, and administrators told. */
  requestsChannels: readonly Address[] = [],
): Promise<Line> => {
  const dir = makeTempDir()
  let store = await openStore(dir)
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  let inForce = policy
  let written = policy
  let change = (facts: HostFacts): HostFacts => facts
  const hosts = new Map(
    fleet.hosts.map((host) => [
      host.name,
      {
        ...{
          name: host.name,
          run: host.run.bind(host),
          adopt: host.adopt.bind(host),
          forget: host.forget.bind(host),
          smi: host.smi.bind(host),
        },
        inventory: async () => change(await host.inventory()),
      },
    ]),
  )
  const partsOver = (): Context => {
    const bot = botOver(store.db, fleet, clock)
    return {
      ...{ ...bot, hosts, requestsChannels, limits: { ...bot.limits, ...limits } },
      policy: {
        ...fixedPolicy(policy),
        inForce: () => inForce,
        reload: () => {
          inForce = written
          return Promise.resolve(accepted(written))
        },
      },
    }
  }
  let context = partsOver()
  const posts = async () => (await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 1_000 })).posts
  const inPrivate = async (account: string): Promise<Notice[]> =>
    (await posts())
      .filter(({ to }) => JSON.stringify(to) === JSON.stringify(dmOf(account)))
      .map(({ notice }) => notice)
  const cardOf = async (requestId: string): Promise<Notice> => {
    const card = (await posts()).find((each) => each.requestId === requestId)
    if (!card) throw new Error(`there is no card of ${requestId}`)
    return card.notice
  }
  const answered = async (effect: ReturnType<typeof respond>): Promise<string> => {
    const settled = await effect
    const notice = await store.db.transaction().execute((tx) => settled(tx))
    return notice ? textOf(notice) : ''
  }
  const readHosts = async () => {
    for (const host of context.hosts.values()) await refreshHost(context, host)
  }
  await readHosts()
  return {
    get context() {
      return context
    },
    get db() {
      return store.db
    },
    world: fleet.world,
    clock,
    says: (account, text) => {
      const read = parse(text)
      if (!read.ok) throw new Error(read.refusals.map(({ reason }) => reason).join('\n'))
      return answered(respond(context, read.value, callerOf(account)))
    },
    presses: async (account, label) => {
      const press = (await inPrivate(account)).flatMap((notice) => pressesIn(notice, label)).at(-1)
      if (press?.kind === 'offer') return answered(answerOffer(context, press, callerOf(account)))
      if (press?.kind === 'decide')
        return answered(Promise.resolve(decide(context, { ...press, by: account, reason: undefined })))
      throw new Error(`there is no button ${label}`)
    },
    pressesCard: async (account, requestId, label) => {
      const press = pressesIn(await cardOf(requestId), label).at(-1)
      if (press?.kind !== 'decide') throw new Error(`there is no button ${label}`)
      return answered(Promise.resolve(decide(context, { ...press, by: account, reason: undefined })))
    },
    cardOf: async (requestId) => textOf(await cardOf(requestId)),
    posted: async () => (await posts()).map(({ notice }) => textOf(notice)),
    told: async (account) => (await inPrivate(account)).map(textOf),
    goesOn: async () => {
      await readHosts()
      await expire(context)
      await sweepQueue(context)
      for (const request of await requestsIn(store.db, ['approved', 'running']))
        await runRequest(context, request, new AbortController().signal)
    },
    passes: async (ms) => {
      await everythingArrives(context)
      await clock.sleep(ms)
    },
    requests: async () =>
      (await requestsIn(store.db, STATES)).map(
        ({ plan: { action, gpu }, state }) => `${action} ${gpu.alias} ${state}`,
      ),
    newest: async () => (await requestsIn(store.db, [...STATES, 'void'])).at(-1)!,
    stateOf: async (id) => (await findWaiter(store.db, id))?.entry.state,
    policyBecomes: (next) => {
      inForce = next
    },
    fileSays: (next) => {
      written = next
    },
    hostSays: (next) => {
      change = next
    },
    restarts: async () => {
      await store.close()
      store = await openStore(dir)
      context = partsOver()
      await readHosts()
    },
    end: async () => {
      await store.close()
      removeTempDir(dir)
    },
  }
}

const pressesIn = ({ parts }: Notice, label: string): Press[] =>
  parts.flatMap((part) =>
    part.kind === 'buttons' ? part.buttons.flatMap((each) => (each.label === label ? [each.press] : [])) : [],
  )
