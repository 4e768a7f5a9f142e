/** What others change on a host is told once; what the bot changes there is not, whatever becomes of its steps. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PlanCommand } from '../../src/core/command/command'
import { parse } from '../../src/core/grammar/parse'
import type { Notice } from '../../src/core/notice/notice'
import type { Step } from '../../src/core/plan/step'
import type { Address } from '../../src/core/ports/address'
import { gpuRefOf } from '../../src/core/planner/checks/input'
import type { World } from '../../src/host/simulated/fleet'
import type { Rebuilding } from '../../src/host/simulated/rebuild'
import { locationPath } from '../../src/core/inventory/inventory'
import type { Request } from '../../src/core/request/request'
import { openStore, type Store } from '../../src/store/database'
import { driftHistory } from '../../src/store/drift'
import { hostViews } from '../../src/store/fleet'
import { duePosts } from '../../src/store/outbox'
import { markShown } from '../../src/store/shown'
import { resolveRequest } from '../../src/work/commands/resolve'
import type { Context } from '../../src/work/context/context'
import { heldBy } from '../../src/work/snapshot/holding'
import { historyOf } from '../../src/work/commands/history'
import { acceptHost, reconcile } from '../../src/work/commands/reconcile'
import { runRequest } from '../../src/work/operation/run'
import { refreshHost } from '../../src/work/readings/reading'
import { saysOf, textOf } from '../core/answers/reading'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { changeSentence } from '../../src/core/drift/words'
import {
  ADMIN,
  asked,
  assign,
  botOver,
  CHANNEL,
  decided,
  fleetOf,
  release,
  REQUESTER,
  share,
  split,
  stored,
} from './operations/bot'

const FIRST: Address = { kind: 'channel', chat: 'slack', channel: 'C1' }
const SECOND: Address = { kind: 'channel', chat: 'slack', channel: 'C2' }

let dir: string
let store: Store
let context: Context
let world: World
const boot = async (): Promise<void> => {
  store = await openStore(dir)
  context = { ...context, db: store.db }
}
beforeEach(async () => {
  dir = makeTempDir()
  store = await openStore(dir)
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  world = fleet.world
  context = { ...botOver(store.db, fleet, clock), requestsChannels: [FIRST, SECOND] }
  await poll()
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const poll = async (): Promise<void> => {
  for (const host of context.hosts.values()) await refreshHost(context, host)
}
/** What was told since this was asked last, by channel. */
const posted = async (): Promise<string[]> => {
  const { posts } = await duePosts(store.db, Infinity, { limit: 100 })
  await markShown(
    store.db,
    posts.map((post) => ({ post, ref: 'm', at: 0 })),
  )
  return posts
    .filter(({ requestId, notice }) => requestId === null && notice.summary.includes('outside this bot'))
    .map(({ to, notice }) => `${to.chat === 'slack' ? to.channel : ''}: ${textOf(notice)}`)
}
const recorded = async (): Promise<string[]> =>
  (await driftHistory(store.db, { limit: 100, about: null }))
    .map(({ change }) => changeSentence(change))
    .toReversed()

const byHand = (host: string, slot: string, vmName: string | null, ...kinds: Step['kind'][]): void => {
  const facts = world.facts(host)
  const gpu = facts.gpus.find((each) => each.slot === slot)!
  const vm = facts.vms.find((each) => each.name === vmName)
  for (const kind of kinds)
    world.act(host, {
      kind,
      gpu: gpuRefOf(facts, gpu),
      ...(vm && { vm: { id: vm.id, name: vm.name } }),
      force: false,
    } as Step)
}
const takeFromHost = (host: string, slot: string) =>
  byHand(host, slot, null, 'disableDevice', 'dismountDevice')

const carriedOut = async (command: PlanCommand): Promise<Request> => {
  const { id } = await asked(context, command)
  await runRequest(context, await decided(context, id), new AbortController().signal)
  return stored(store.db, id)
}

const FORGOTTEN =
  'hv01/gpu0 is dismounted and attached to nothing, so nobody can use it (it was with its host)'

describe('a change that somebody else makes on a host', () => {
  it('is told once in each channel of requests, and is in the history', async () => {
    takeFromHost('hv01', 'gpu0')

    await poll()
    await poll()

    const post = `hv01 was changed outside this bot\n${FORGOTTEN}\n[Return hv01/gpu0 to its host] [What can be done]`
    expect(await posted()).toEqual([`C1: ${post}`, `C2: ${post}`])
    expect(await recorded()).toEqual([FORGOTTEN])
  })

  it('is told in the channel of changes where there is none of requests', async () => {
    context = { ...context, requestsChannels: [], changesChannel: SECOND }
    takeFromHost('hv01', 'gpu0')

    await poll()

    expect(await posted()).toEqual([expect.stringContaining('C2: hv01 was changed')])
  })

  it('is told once over a restart, also when it was made while nobody looked', async () => {
    takeFromHost('hv01', 'gpu0')
    await store.close()
    await boot()
    await poll()
    const first = await posted()
    await store.close()
    await boot()
    await poll()

    expect(first).toHaveLength(2)
    expect(await posted()).toEqual([])
  })

  it('is not told of a host that does not answer, but once it does', async () => {
    takeFromHost('hv01', 'gpu0')
    world.setReachable('hv01', false)
    await poll()
    const silent = await posted()
    world.setReachable('hv01', true)
    await poll()

    expect(silent).toEqual([])
    expect(await posted()).toHaveLength(2)
  })

  it('is not repeated endlessly when it comes and goes, and the last word is how it is', async () => {
    const facts = () => world.facts('hv01').gpus.find((gpu) => gpu.slot === 'gpu0')!.problemCode
    let posts = 0
    for (let n = 0; n < 61; n++) {
      byHand('hv01', 'gpu0', null, n % 2 === 0 ? 'disableDevice' : 'enableDevice')
      await context.clock.sleep(30_000)
      await poll()
      posts += (await posted()).length / 2
    }
    expect(facts()).toBe(22)
    expect(posts).toBe(6)

    await context.clock.sleep(60 * 60_000)
    await poll()

    expect((await recorded()).at(-1)).toBe('hv01/gpu0 is disabled on its host (it was with its host)')
  })
})

describe('what an administrator does to the host itself', () => {
  const id = (name: string) => world.facts('hv01').vms.find((vm) => vm.name === name)!.id

  it.each<{ what: string; acts: () => Rebuilding[]; says: string[] }>([
    {
      what: 'a card that is pulled and put back',
      acts: () => [
        { kind: 'pull card', slot: 'gpu0' },
        { kind: 'put card', slot: 'gpu0' },
      ],
      says: [
        'hv01/gpu0 is gone: the host shows no such device (it was with its host)',
        'hv01/gpu0 is new on the host',
      ],
    },
    {
      what: 'a card in another slot',
      acts: () => [{ kind: 'move card', slot: 'gpu0', to: locationPath.parse('PCIROOT(99)#PCI(0300)') }],
      says: [expect.stringMatching(/^hv01\/gpu0 sits elsewhere: .* → PCIROOT\(99\)#PCI\(0300\)$/) as never],
    },
    {
      what: 'a new driver',
      acts: () => [{ kind: 'install driver', slot: 'gpu0', version: '99.0.0.1' }],
      says: [expect.stringMatching(/^hv01\/gpu0 has another driver on the host: .* → 99\.0\.0\.1$/) as never],
    },
    {
      what: 'a VM that is renamed, deleted and imported again',
      acts: () => [
        { kind: 'rename VM', id: id('train-01'), name: 'train-1b' },
        { kind: 'delete VM', id: id('train-01') },
        { kind: 'import VM', id: id('train-01') },
      ],
      says: ['The VM train-01 is called train-1b now', 'The VM train-1b is gone', 'The VM train-1b is new'],
    },
  ])('is told step by step: $what', async ({ acts, says }) => {
    for (const act of acts()) {
      world.rebuild('hv01', act)
      await poll()
    }

    expect(await recorded()).toEqual(says)
  })

  it('is told when it takes a GPU along, and what is left of it can be returned', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    world.rebuild('hv01', { kind: 'delete VM', id: id('train-01') })

    await poll()

    expect(await recorded()).toEqual([
      FORGOTTEN.replace('with its host', 'assigned to train-01'),
      'The VM train-01 is gone',
    ])
    expect((await posted())[0]).toContain('[Return hv01/gpu0 to its host]')
  })
})

describe('the history', () => {
  const past = async (name?: string): Promise<string> =>
    textOf(await historyOf(context, { kind: 'history', name, page: 1 }))

  it('has what requests did and what others did as one row of events, newest first', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    await context.clock.sleep(60_000)
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice')
    await poll()

    const lines = (await past('hv01/gpu0')).split('\n')

    expect(lines[1]).toMatch(/: outside the bot hv01\/gpu0 is dismounted .* \(it was assigned to train-01\)$/)
    expect(lines[2]).toMatch(/: R-1 done: assign hv01\/gpu0 to train-01$/)
    expect(lines.at(-1)).toMatch(/: R-1 asked to assign hv01\/gpu0 to train-01 by @slack:T1\/U1$/)
  })

  it('is that of one GPU, VM, host or person when it is named, in any case', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice')
    takeFromHost('hv01', 'gpu1')
    await poll()

    for (const name of ['hv01/gpu0', 'TRAIN-01', 'Hv01'])
      expect(await past(name)).toContain('outside the bot hv01/gpu0')
    expect(await past('hv01/gpu1')).not.toMatch(/gpu0/)
    for (const name of ['U2', '@slack:T1/U2', '<@U2|jonas>']) {
      expect(await past(name)).toMatch(/R-1 approved to assign hv01\/gpu0 to train-01 by @slack:T1\/U2/)
      expect(await past(name)).not.toContain('asked to')
    }
    expect(await past('hv02')).toMatch(/Nothing is recorded of hv02/)
  })

  it('says so when nothing has happened yet', async () => {
    expect(await past()).toContain('Nothing has happened yet.')
  })

  it('comes in pages', async () => {
    for (let n = 0; n < 5; n++) {
      await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
      await carriedOut(release('hv01/gpu0'))
    }

    expect(await past('hv01/gpu0')).toMatch(/Page 1 of 3\n\[Next\]/)
  })
})

describe('what the bot does itself', () => {
  it.each<{ what: string; commands: PlanCommand[] }>([
    { what: 'an assignment', commands: [assign('hv01/gpu0', 'train-01')] },
    {
      what: 'an assignment and its release',
      commands: [assign('hv01/gpu0', 'train-01'), release('hv01/gpu0', { shutdown: true })],
    },
    {
      what: 'a split and a share',
      commands: [
        release('vdi-05', { shutdown: true }),
        split('hv02/gpu0', 2),
        share('hv02/gpu0', 'vdi-01', { shutdown: true }),
      ],
    },
  ])('is told as nobody else: $what', async ({ commands }) => {
    for (const command of commands) {
      expect((await carriedOut(command)).state).toBe('succeeded')
      await poll()
    }

    expect(await recorded()).toEqual([])
  })

  it('is not told while it is under way, nor when it was undone', async () => {
    const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
    world.inject({ host: 'hv01', step: 'attachDevice', kind: 'refuse', times: 1 })
    const polls: Promise<void>[] = []
    world.onStep(() => polls.push(poll()))

    await runRequest(context, await decided(context, id), new AbortController().signal)
    await Promise.all(polls)
    await poll()

    expect((await stored(store.db, id)).state).toBe('rolled-back')
    expect(polls.length).toBeGreaterThan(4)
    expect(await recorded()).toEqual([])
  })

  it('hides no change that somebody else makes to the same GPU afterwards', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice', 'mountDevice', 'enableDevice')

    await poll()

    expect(await recorded()).toEqual(['hv01/gpu0 is with its host (it was assigned to train-01)'])
  })

  it('hides no change of another GPU meanwhile, and no change for which it could not begin', async () => {
    const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
    const stop = world.onStep(({ when, step }) => {
      if (when !== 'before' || step.kind !== 'disableDevice') return
      stop()
      takeFromHost('hv01', 'gpu0')
      takeFromHost('hv01', 'gpu1')
    })

    await runRequest(context, await decided(context, id), new AbortController().signal)
    await poll()

    expect((await stored(store.db, id)).state).toBe('rolled-back')
    expect(await recorded()).toEqual([FORGOTTEN, FORGOTTEN.replace('gpu0', 'gpu1')])
  })

  it('is not told of a GPU that needs attention, nor its repair, once that is resolved', async () => {
    const { id, plan } = await asked(context, assign('hv01/gpu0', 'train-01', { noStart: true }))
    for (const step of ['attachDevice', 'mountDevice'] as const)
      world.inject({ host: 'hv01', step, kind: 'refuse', times: 1 })
    await runRequest(context, await decided(context, id), new AbortController().signal)
    await poll()
    expect((await stored(store.db, id)).state).toBe('needs-attention')
    for (const step of plan.steps.filter(({ kind }) => kind === 'setVm' || kind === 'attachDevice'))
      world.act('hv01', step)
    await poll()

    const caller = { account: ADMIN, name: 'Admin', channel: CHANNEL, back: CHANNEL }
    await store.db.transaction().execute(await resolveRequest(context, { id, asFound: false }, caller))
    await poll()

    expect((await stored(store.db, id)).state).toBe('succeeded')
    expect(await recorded()).toEqual([])
  })

  it('is not taken for a change by a reading that began before it ended', async () => {
    const { id } = await asked(context, assign('hv01/gpu0', 'train-01'))
    const host = context.hosts.get(world.facts('hv01').name)!
    let began = (): void => undefined
    let goOn = (): void => undefined
    const beginning = new Promise<void>((resolve) => (began = resolve))
    const going = new Promise<void>((resolve) => (goOn = resolve))
    const slow = {
      ...host,
      inventory: async () => {
        const facts = await host.inventory()
        began()
        await going
        return facts
      },
    }
    const late = refreshHost(context, slow)
    await beginning
    await runRequest(context, await decided(context, id), new AbortController().signal)
    goOn()
    await late
    const [view] = await hostViews(store.db, [host.name])
    expect(view?.facts?.vms.flatMap(({ assigned }) => assigned)).toHaveLength(2)
    await poll()

    expect(await recorded()).toEqual([])
  })
})

describe('what is found to reconcile', () => {
  const caller = { account: ADMIN, name: 'Admin', channel: CHANNEL, back: CHANNEL }
  const found = async (host?: string) =>
    (await store.db.transaction().execute(await reconcile(context, host)))!
  /** Says what the button says, as the requester; resolves with the request, approved and carried out. */
  const pressed = async (notice: Notice, label: string): Promise<Request> => {
    const command = parse(saysOf(notice)[label] ?? '')
    if (!command.ok) throw new Error(command.refusals.map(({ reason }) => reason).join())
    return carriedOut(command.value as PlanCommand)
  }

  it('is nothing where the host has what the records say', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))

    expect(textOf(await found('hv01'))).toContain('The host has what the records of the bot say')
  })

  it('is a GPU attached to nothing, which the button of the post asks to have returned, with approval', async () => {
    takeFromHost('hv01', 'gpu0')
    await poll()
    const { posts } = await duePosts(store.db, Infinity, { limit: 10 })
    const post = posts.find(({ notice }) => notice.summary.includes('outside this bot'))!.notice

    expect(textOf(await found('hv01'))).toContain(
      'hv01/gpu0 is dismounted and attached to nothing. Nobody can use it.\n[Return to its host]',
    )
    expect(Object.keys(saysOf(post))).toEqual(['Return hv01/gpu0 to its host', 'What can be done'])
    const request = await pressed(post, 'Return hv01/gpu0 to its host')

    expect([request.state, request.plan.steps.map(({ kind }) => kind)]).toEqual([
      'succeeded',
      ['mountDevice', 'enableDevice'],
    ])
    await poll()
    expect(await recorded()).toEqual([FORGOTTEN])
    expect(textOf(await found('hv01'))).not.toContain('gpu0')
  })

  it('is an assignment that the records contradict, which is restored by a request', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice', 'mountDevice', 'enableDevice')

    const notice = await found('hv01')

    expect(textOf(notice)).toContain('hv01/gpu0 is with the host, but by R-1 it belongs to train-01.')
    expect((await pressed(notice, 'Give it back to train-01')).state).toBe('succeeded')
    expect(textOf(await found('hv01'))).not.toContain('hv01/gpu0')
  })

  it('is held by nobody any more, once the host shows it gone from its VM', async () => {
    const held = () => heldBy(store.db, context.policy.inForce(), REQUESTER)
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    expect([...(await held())]).toEqual(['hv01/gpu0'])
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice', 'mountDevice', 'enableDevice')

    await poll()

    expect([...(await held())]).toEqual([])
  })

  it('is accepted by an administrator, and then the records follow', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    byHand('hv01', 'gpu0', 'train-01', 'detachDevice', 'mountDevice', 'enableDevice')
    await poll()
    const accept = async () => store.db.transaction().execute(await acceptHost(context, 'hv01/gpu0', caller))

    expect(await accept()).toBeNull()

    expect(textOf(await found('hv01'))).not.toContain('hv01/gpu0')
    expect(textOf((await accept())!)).toContain('say of hv01/gpu0 what its host says')
  })

  it('is what a VM was given by hand after its lease had ended', async () => {
    await carriedOut(assign('hv01/gpu0', 'train-01', { noStart: true }))
    await carriedOut(release('hv01/gpu0'))
    world.setVmSettings('hv01', 'train-01', { automaticStopAction: 'TurnOff' })
    byHand('hv01', 'gpu0', 'train-01', 'disableDevice', 'dismountDevice', 'attachDevice')

    expect(textOf(await found('hv01'))).toContain(
      'hv01/gpu0 is assigned to train-01, but its lease R-1 has ended.',
    )
  })

  it('is nothing that is known of a host that does not answer', async () => {
    world.setReachable('hv01', false)

    expect(textOf(await found('hv01'))).toContain('hv01 does not answer')
  })
})
