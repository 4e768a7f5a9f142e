/** A move to another host: one request, one approval and one undo over both hosts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { parse } from '../../src/core/grammar/parse'
import type { Notice } from '../../src/core/notice/notice'
import { hostPlansOf, stepsOf } from '../../src/core/plan/plan'
import type { Clock } from '../../src/core/ports/clock'
import type { Request } from '../../src/core/request/request'
import { openSimulatedFleet, type SimulatedFleet } from '../../src/host/simulated/fleet'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { pause, resume } from '../../src/store/fleet'
import { lockHosts } from '../../src/store/journal'
import { findLease } from '../../src/store/leases'
import { duePosts } from '../../src/store/outbox'
import { findRequest, requestsIn } from '../../src/store/requests'
import { placeKey, subscribe } from '../../src/store/subscriptions'
import { decide } from '../../src/work/commands/decide'
import type { Context } from '../../src/work/context/context'
import { refreshHost } from '../../src/work/readings/reading'
import { respond } from '../../src/work/commands/respond'
import { runRequest } from '../../src/work/operation/run'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../core/policy/team'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { fleetOfTwoA40s } from '../fakes/two-a40s'
import { botOver, CHANNEL } from './operations/bot'

const HOUR = 3_600_000
const RULES = [{ name: 'all', ask: ['research'], approve: { by: ['platform'] }, force: true }]
const MOVE = 'move any A40 from train-01 to vdi-06 --shutdown'

const twoA40s = (folder: string, time: Clock): SimulatedFleet =>
  openSimulatedFleet({ file: fleetOfTwoA40s(folder), stateFile: null, clock: time, latency: 'none' })

let dir: string
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context

const open = async (): Promise<void> => {
  dir = makeTempDir()
  store = await openStore(dir)
  clock = fakeClock()
  fleet = twoA40s(dir, clock)
  context = { ...botOver(store.db, fleet, clock), policy: fixedPolicy(aPolicy({ rules: RULES })) }
  for (const host of context.hosts.values()) await refreshHost(context, host)
}
const close = async (): Promise<void> => {
  await store.close()
  removeTempDir(dir)
}

const says = async (text: string, account = slack(MAYA)): Promise<Notice | null> => {
  const command = parse(text)
  if (!command.ok) throw new Error(JSON.stringify(command.refusals))
  const effect = await respond(context, command.value, {
    ...{ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL },
  })
  return store.db.transaction().execute(effect)
}
const textOf = (notice: Notice | null): string => JSON.stringify(notice)
const newest = async (): Promise<Request> =>
  (
    await requestsIn(store.db, [
      'pending',
      'approved',
      'running',
      'succeeded',
      'rolled-back',
      'needs-attention',
      'void',
      'resolved',
    ])
  ).at(-1)!
const stored = async (id: string): Promise<Request> => (await findRequest(store.db, id))!

const approved = async (): Promise<Request> => {
  const request = await newest()
  await store.db
    .transaction()
    .execute(
      decide(context, { verdict: 'approve', requestId: request.id, by: slack(JONAS), reason: undefined }),
    )
  return stored(request.id)
}
const carriedOut = async (request: Request): Promise<Request> => {
  await runRequest(context, request, new AbortController().signal)
  return stored(request.id)
}
const asks = async (text: string): Promise<Request> => {
  const answer = await says(text)
  if (answer?.tone === 'bad') throw new Error(textOf(answer))
  return newest()
}
const does = async (text: string): Promise<Request> => {
  await asks(text)
  return carriedOut(await approved())
}
/** train-01 on the first host has its A40 by a request of Maya's, for eight hours. */
const lentToTrain = async (): Promise<void> => {
  await does('release hv01/gpu2 --shutdown')
  await does('assign hv01/gpu2 to train-01 for 8h')
}
/** The same move on a fleet and a store of its own, approved and not yet begun. */
const approvedAfresh = async (): Promise<Request> => {
  await close()
  await open()
  await lentToTrain()
  await asks(MOVE)
  return approved()
}
const worldNow = () => ['hv01', 'hv02'].map((host) => fleet.world.facts(host))
const holderOf = (host: string, slot: string): string | null => {
  const facts = fleet.world.facts(host)
  const path = facts.gpus.find((gpu) => gpu.slot === slot)?.locationPath
  return facts.vms.find((vm) => path !== undefined && vm.assigned.includes(path))?.name ?? null
}
const posts = async (): Promise<string> =>
  JSON.stringify(
    (await duePosts(store.db, Number.MAX_SAFE_INTEGER, { limit: 99 })).posts.map(({ notice }) => notice),
  )

describe('a move to a VM of another host', () => {
  beforeEach(open)
  afterEach(close)

  it('is one request about both GPUs, both VMs and what it costs', async () => {
    await lentToTrain()
    const request = await asks(MOVE)

    expect(
      hostPlansOf(request.plan).map(({ host, gpu, from, to }) => [host, gpu.alias, from?.name, to?.name]),
    ).toEqual([
      ['hv02', 'hv02/gpu1', undefined, 'vdi-06'],
      ['hv01', 'hv01/gpu2', 'train-01', undefined],
    ])
    const card = await posts()
    expect(card).toContain('Move from hv01/gpu2 in train-01 to hv02/gpu1 in vdi-06')
    expect(card).toContain('train-01 loses hv01/gpu2.')
    expect(card).toContain('Nothing of what runs in train-01 comes along')
    expect(card).toContain('# On hv02\\n1  ')
    expect(card).toContain('# On hv01\\n')
  })

  it('asked for by an administrator leaves the lease with its holder, over there and with its end', async () => {
    await lentToTrain()
    const before = await findLease(store.db, 'R-2')
    const all = [{ ...RULES[0], ask: ['research', 'oncall'] }]
    context = { ...context, policy: fixedPolicy(aPolicy({ rules: all })) }

    await says(MOVE, slack(PRIYA))
    const { id } = await approved()
    await says(`agree ${id}`)
    const request = await carriedOut(await stored(id))

    expect(request).toMatchObject({ state: 'succeeded', asked: { person: 'priya' } })
    expect(await findLease(store.db, request.id)).toMatchObject({
      ...{ holder: slack(MAYA), endsAt: before?.endsAt, vm: { name: 'vdi-06' } },
    })
  })

  it('gives the VM over there its GPU, gives the first one back, and the lease goes along with its end', async () => {
    await lentToTrain()
    const before = await findLease(store.db, 'R-2')
    await clock.sleep(HOUR)
    const request = await does(MOVE)

    expect(request.state).toBe('succeeded')
    expect([holderOf('hv02', 'gpu1'), holderOf('hv01', 'gpu2')]).toEqual(['vdi-06', null])
    expect(
      fleet.world.facts('hv01').vms.find(({ name }) => name === 'train-01')?.settings.automaticStopAction,
    ).not.toBe('TurnOff')
    expect(await findLease(store.db, 'R-2')).toMatchObject({ state: 'ended', how: { kind: 'moved' } })
    expect(await findLease(store.db, request.id)).toMatchObject({
      ...{ state: 'held', gpu: { alias: 'hv02/gpu1' }, vm: { name: 'vdi-06' } },
      ...{ endsAt: before?.endsAt, capsFrom: before?.capsFrom },
    })
    expect(await store.db.selectFrom('locks').selectAll().execute()).toEqual([])
  })

  it("is the bot's own doing on both hosts: neither is told to have changed", async () => {
    await lentToTrain()
    await does(MOVE)
    for (const host of context.hosts.values()) await refreshHost(context, host)

    expect(await store.db.selectFrom('drift').selectAll().execute()).toEqual([])
    expect(textOf(await says('reconcile'))).toContain('Nothing to reconcile')
  })

  it('can be given back from where it is now, and moved again', async () => {
    await lentToTrain()
    await does(MOVE)
    expect((await does('move any A40 from vdi-06 to train-01 --shutdown')).state).toBe('succeeded')

    expect([holderOf('hv02', 'gpu1'), holderOf('hv01', 'gpu2')]).toEqual([null, 'train-01'])
    expect((await does('release train-01 --shutdown')).state).toBe('succeeded')
  })

  it('is found in the history of both hosts, and told to those who watch either', async () => {
    await lentToTrain()
    const watcher = { kind: 'channel', chat: 'slack', channel: 'C9' } as const
    await store.db.transaction().execute((tx) =>
      subscribe(tx, {
        key: placeKey(watcher),
        to: watcher,
        reader: { of: 'channel' },
        scope: 'hv01',
        by: slack(JONAS),
        at: 0,
      }),
    )
    await does(MOVE)

    for (const name of ['hv01/gpu2', 'hv02/gpu1', 'train-01', 'vdi-06'])
      expect(textOf(await says(`history ${name}`))).toContain(
        'move from hv01/gpu2 in train-01 to hv02/gpu1 in vdi-06',
      )
    expect(await posts()).toContain('in place of hv01/gpu2')
  })

  it('undoes everything on both hosts, whichever step up to the start of the new VM is refused', async () => {
    await lentToTrain()
    const before = worldNow()
    await asks(MOVE)
    const [kept, last] = stepsOf((await newest()).plan).slice(-2)
    expect([kept, last]).toMatchObject([
      { kind: 'startVm', vm: { name: 'vdi-06' } },
      { kind: 'startVm', vm: { name: 'train-01' } },
    ])
    const count = stepsOf((await newest()).plan).length - 1
    for (let n = 0; n < count; n++) {
      const request = await approvedAfresh()
      const steps = stepsOf(request.plan)
      let at = -1
      const stop = fleet.world.onStep(({ when, host, step }) => {
        if (when !== 'before') return
        at += 1
        if (at === n)
          fleet.world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 })
      })
      const ended = await carriedOut(request)
      stop()

      expect([n, steps[n]?.kind, ended.state]).toEqual([n, steps[n]?.kind, 'rolled-back'])
      expect(worldNow()).toEqual(before)
      expect(await findLease(store.db, 'R-2')).toMatchObject({ state: 'held' })
      expect(await store.db.selectFrom('locks').selectAll().execute()).toEqual([])
    }
  })

  it('takes nothing from the first VM unless the one over there is seen to have its GPU', async () => {
    await lentToTrain()
    const before = worldNow()
    await asks(MOVE)
    const request = await approved()
    const ordered: string[] = []
    fleet.world.onStep(({ when, host, step }) => {
      if (when === 'before') ordered.push(`${host} ${step.kind}`)
      if (when === 'after' && step.kind === 'attachDevice' && ordered.length < 99) {
        ordered.length = 99
        fleet.world.act(host, { kind: 'detachDevice', gpu: step.gpu, vm: step.vm })
      }
    })
    const ended = await carriedOut(request)

    expect(ended).toMatchObject({ state: 'rolled-back', why: expect.stringContaining('before hv01/gpu2') })
    expect(ordered).not.toContain('hv01 detachDevice')
    expect(worldNow()).toEqual(before)
  })

  it('gets done when the process is killed before or after any step, with no step twice', async () => {
    await lentToTrain()
    await does(MOVE)
    const done = worldNow()
    const count = stepsOf((await newest()).plan).length
    for (const when of ['before', 'after'])
      for (let n = 0; n < count; n++) {
        const request = await approvedAfresh()
        let at = -1
        let effects = 0
        fleet.world.onStep((event) => {
          if (event.when === 'after') effects += 1
          if (event.when === 'before') at += 1
          if (event.when !== when || at !== n) return
          at += 1_000
          throw new Error('killed')
        })
        await expect(carriedOut(request)).rejects.toThrow('killed')
        await carriedOut(await stored(request.id))

        expect([when, n, (await stored(request.id)).state, effects]).toEqual([when, n, 'succeeded', count])
        expect(worldNow()).toEqual(done)
      }
  })

  it('asks for a person where the first host stays away, and is undone on both once it is back', async () => {
    await lentToTrain()
    const before = worldNow()
    await asks(MOVE)
    const request = await approved()
    const end = fleet.world.onStep(({ when, host, step }) => {
      if (when === 'before' && host === 'hv01' && step.kind === 'detachDevice')
        fleet.world.setReachable('hv01', false)
    })
    const stuck = await carriedOut(request)
    end()
    if (stuck.state !== 'needs-attention') throw new Error(stuck.state)
    expect(stuck.now).toEqual([
      'hv02/gpu1 is assigned to vdi-06',
      'vdi-06 is Off',
      'not known: hv01 does not answer',
    ])
    expect(stuck.repair).toContain('# On hv02')
    for (const deed of ['read', 'retry', 'resolve'])
      expect(textOf(await says(`${deed} ${stuck.id}`, slack(PRIYA)))).toContain('hv01 does not answer')

    fleet.world.setReachable('hv01', true)
    expect(textOf(await says(`resolve ${stuck.id}`, slack(PRIYA)))).toContain(
      'neither as planned nor as before',
    )
    expect(textOf(await says(`retry ${stuck.id}`, slack(PRIYA)))).toContain('is tried again on both hosts')
    expect(await carriedOut(await stored(stuck.id))).toMatchObject({ state: 'rolled-back' })
    expect(worldNow()).toEqual(before)
  })

  it('leaves the VM over there running with its GPU where the first one does not start again', async () => {
    await lentToTrain()
    await asks(MOVE)
    const request = await approved()
    fleet.world.onStep(({ when, host, step }) => {
      if (when === 'before' && host === 'hv01' && step.kind === 'startVm')
        fleet.world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 })
    })
    const stuck = await carriedOut(request)

    expect(stuck).toMatchObject({
      state: 'needs-attention',
      repair: expect.arrayContaining(['# On hv01', expect.stringMatching(/^ *Start-VM /)]),
    })
    expect(fleet.world.facts('hv02').vms.find(({ name }) => name === 'vdi-06')?.state).toBe('Running')
    expect([holderOf('hv02', 'gpu1'), holderOf('hv01', 'gpu2')]).toEqual(['vdi-06', null])
  })

  it('is void when a fact of either host changed', async () => {
    await lentToTrain()
    for (const [host, vm, state] of [
      ['hv01', 'train-01', 'Off'],
      ['hv02', 'vdi-06', 'Running'],
    ] as const) {
      await asks(MOVE)
      const request = await approved()
      fleet.world.setVmState(host, vm, state)
      const ended = await carriedOut(request)

      expect(ended).toMatchObject({ state: 'void', changes: [expect.stringContaining(vm)] })
    }
  })

  it('waits while either host is paused or at work, and takes no lock meanwhile', async () => {
    await lentToTrain()
    await asks(MOVE)
    const request = await approved()
    for (const host of ['hv01', 'hv02']) {
      await store.db
        .transaction()
        .execute((tx) => pause(tx, { scope: host, account: slack(JONAS), at: 0, now: false }))
      expect((await carriedOut(request)).state).toBe('approved')
      await store.db.transaction().execute((tx) => resume(tx, host))
      await store.db.transaction().execute((tx) => lockHosts(tx, [host], 'R-99'))
      expect((await carriedOut(request)).state).toBe('approved')
      expect(
        (await store.db.selectFrom('locks').select('request_id').execute()).map((row) => row.request_id),
      ).toEqual(['R-99'])
      await store.db.deleteFrom('locks').execute()
    }

    expect((await carriedOut(request)).state).toBe('succeeded')
  })

  it('is shown with both GPUs, both VMs and both hosts while it is open', async () => {
    await lentToTrain()
    await asks(MOVE)

    for (const name of ['hv01/gpu2', 'hv02/gpu1', 'train-01', 'vdi-06', 'hv01', 'hv02'])
      expect(textOf(await says(`show ${name}`))).toContain(
        'move from hv01/gpu2 in train-01 to hv02/gpu1 (NVIDIA A40) in vdi-06',
      )
    expect(textOf(await says('list')).match(/R-3/g)).toHaveLength(2)
  })

  it('comes before other requests for any of what it is about', async () => {
    await lentToTrain()
    const { id } = await asks(MOVE)

    for (const text of ['release hv01/gpu2', 'assign hv02/gpu1 to vdi-06', 'assign hv01/gpu0 to train-01'])
      expect(textOf(await says(text))).toContain(`request ${id} comes first`)
  })
})

describe('which GPUs a move to any of a model is about', () => {
  beforeEach(open)
  afterEach(close)

  it('is the ordinary move where both VMs are on one host', async () => {
    const request = await asks('move any A40 from render-01 to train-01 --shutdown')

    expect(request.plan).toMatchObject({
      action: 'move',
      gpu: { alias: 'hv01/gpu2' },
      from: { name: 'render-01' },
      to: { name: 'train-01' },
    })
    expect(request.plan.release).toBeUndefined()
  })

  it.each([
    ['move any A100 from render-01 to vdi-06', 'render-01 has no A100 as a whole'],
    ['move any A40 from vdi-05 to train-01', 'vdi-05 has no A40 as a whole'],
    ['move any A40 from render-01 to vdi-77', 'there is no VM `vdi-77`'],
    ['move any A40 to vdi-06', 'a move names one GPU, or any of a model and the VM that has one'],
    ['move hv01/gpu2 from render-01 to vdi-06', 'vdi-06 is on hv02, but hv01/gpu2 is in hv01'],
    ['move hv01/gpu0 from render-01 to train-01', 'render-01 does not have hv01/gpu0'],
    ['move any A40 from render-01 to vdi-06', 'render-01 is running'],
  ])('%s is refused: %s', async (text, why) => {
    expect(textOf(await says(text))).toContain(why)
  })

  it('of one GPU that names its VM, too, is that of the GPU', async () => {
    const request = await asks('move hv01/gpu2 from render-01 to train-01 --shutdown')

    expect(request.plan).toMatchObject({
      gpu: { alias: 'hv01/gpu2' },
      from: { name: 'render-01' },
      to: { name: 'train-01' },
    })
  })

  it('says who has those of the other host, and how to wait for one', async () => {
    await does('assign hv02/gpu1 to vdi-06')
    const answer = textOf(await says('move any A40 from render-01 to vdi-01 --shutdown'))

    expect(answer).toContain('no A40 of hv02 is free: hv02/gpu1')
    expect(answer).toContain('queue any A40 to vdi-01')
  })

  it('is judged by the rules of both hosts, and both have to be approved', async () => {
    context = {
      ...context,
      policy: fixedPolicy(
        aPolicy({
          rules: [
            { name: 'first', hosts: ['hv01'], ask: ['research'], approve: { by: ['platform'] } },
            { name: 'second', hosts: ['hv02'], ask: ['research'], approve: 'automatic', force: true },
          ],
        }),
      ),
    }
    expect(textOf(await says('why "move any A40 from render-01 to vdi-06 --shutdown"'))).toContain('first')
    const request = await asks('move any A40 from render-01 to vdi-06 --shutdown')

    expect(request).toMatchObject({ state: 'pending', needs: [{ rule: 'first' }] })
  })
})
