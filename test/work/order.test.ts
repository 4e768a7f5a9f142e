/** The order of a plan: nothing is stopped for nothing, no start is undone, and plans of before end as they are. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PlanCommand } from '../../src/core/command/command'
import { stepsOf } from '../../src/core/plan/plan'
import type { Step } from '../../src/core/plan/step'
import type { Host } from '../../src/core/ports/host'
import type { Request } from '../../src/core/request/request'
import type { SimulatedFleet } from '../../src/host/simulated/fleet'
import { type Store } from '../../src/store/database'
import { findLease } from '../../src/store/leases'
import type { Context } from '../../src/work/context/context'
import { resolveRequest } from '../../src/work/commands/resolve'
import { retry } from '../../src/work/commands/retry'
import { runRequest } from '../../src/work/operation/run'
import { voidOldPlans } from '../../src/work/changes/request/voided'
import {
  ADMIN,
  APPROVER,
  CHANNEL,
  HOST,
  REQUESTER,
  asked,
  assign,
  decided,
  move,
  release,
  stored,
  openBot,
  type OpenBot,
} from './operations/bot'

const [GPU0, OFF, RUNS, ALSO_RUNS] = ['hv01/gpu0', 'train-01', 'train-02', 'render-01']
const shutdown = { shutdown: true }

let bot: OpenBot
let store: Store
let fleet: SimulatedFleet
let context: Context

beforeEach(async () => {
  bot = await openBot()
  ;({ store, fleet, context } = bot)
})
afterEach(() => bot.close())

const carriedOut = async (request: Request): Promise<Request> => {
  await runRequest(context, request, new AbortController().signal)
  return stored(store.db, request.id)
}
const does = async (command: PlanCommand): Promise<Request> => {
  const { id } = await asked(context, command)
  return carriedOut(await decided(context, id))
}
const refuses = (kind: Step['kind'], times: number): void =>
  fleet.world.inject({ host: HOST, step: kind, kind: 'refuse', code: 'InjectedByTest', times })
const powerOf = (name: string) => fleet.world.facts(HOST).vms.find((vm) => vm.name === name)?.state
const idOf = (name: string) => fleet.world.facts(HOST).vms.find((vm) => vm.name === name)?.id as string
const holderOf = (slot: string): string | null => {
  const { gpus, vms } = fleet.world.facts(HOST)
  const path = gpus.find((gpu) => gpu.slot === slot)?.locationPath
  return vms.find(({ assigned }) => path !== undefined && assigned.includes(path))?.name ?? null
}
const takenSteps = (): string[] => {
  const taken: string[] = []
  fleet.world.onStep(({ when, step }) => {
    if (when === 'before') taken.push('vm' in step ? `${step.kind} ${step.vm.name}` : step.kind)
  })
  return taken
}
const callerOf = (account: string) => ({ account, name: 'Somebody', channel: CHANNEL, back: CHANNEL })
const retried = async (id: string, account = REQUESTER) =>
  JSON.stringify(await store.db.transaction().execute(await retry(context, id, callerOf(account))))

describe('a plan', () => {
  it('takes the GPU from its host before it stops a VM', async () => {
    const { plan } = await asked(context, assign(GPU0, RUNS, shutdown))

    expect(stepsOf(plan).map(({ kind }) => kind)).toEqual([
      'disableDevice',
      'dismountDevice',
      'stopVm',
      'setVm',
      'attachDevice',
      'startVm',
    ])
  })

  it('starts the VM that gets the GPU before the one that gave it', async () => {
    await does(assign(GPU0, RUNS, shutdown))
    const { plan } = await asked(context, move(GPU0, ALSO_RUNS, shutdown))

    const started = stepsOf(plan).flatMap((step) => (step.kind === 'startVm' ? step.vm.name : []))
    expect(started).toEqual([ALSO_RUNS, RUNS])
  })

  it('whose dismount is refused stops no VM', async () => {
    const taken = takenSteps()
    refuses('dismountDevice', 1)

    expect((await does(assign(GPU0, RUNS, shutdown))).state).toBe('rolled-back')
    expect(taken).toEqual(['disableDevice', 'dismountDevice', 'enableDevice'])
  })

  it('whose shutdown is refused gives the GPU back to its host and touches no VM', async () => {
    const taken = takenSteps()
    const before = fleet.world.facts(HOST)
    refuses('stopVm', 1)

    expect((await does(assign(GPU0, RUNS, shutdown))).state).toBe('rolled-back')
    expect(taken).toEqual([
      'disableDevice',
      'dismountDevice',
      `stopVm ${RUNS}`,
      'mountDevice',
      'enableDevice',
    ])
    expect(fleet.world.facts(HOST)).toEqual(before)
  })

  it('whose mount is refused in that undo asks for a person, the VM untouched', async () => {
    const taken = takenSteps()
    refuses('stopVm', 1)
    refuses('mountDevice', 1)

    const ended = await does(assign(GPU0, RUNS, shutdown))

    expect(ended).toMatchObject({
      state: 'needs-attention',
      now: ['hv01/gpu0 is dismounted and attached to nothing', `${RUNS} is Running`],
    })
    expect(taken.filter((step) => step.includes(RUNS))).toEqual([`stopVm ${RUNS}`])
  })

  it('is undone where the host looks otherwise before the first VM is started', async () => {
    const taken = takenSteps()
    const stop = fleet.world.onStep(({ when, step }) => {
      if (when !== 'after' || step.kind !== 'attachDevice') return
      fleet.world.act(HOST, { kind: 'detachDevice', gpu: step.gpu, vm: step.vm })
    })

    const ended = await does(assign(GPU0, RUNS, shutdown))
    stop()

    expect(ended).toMatchObject({ state: 'rolled-back', why: expect.stringContaining('as planned') })
    expect(powerOf(RUNS)).toBe('Running')
    expect(taken.filter((step) => step.startsWith('startVm'))).toEqual([`startVm ${RUNS}`])
  })

  it('stops nothing where the host looks otherwise after the last start', async () => {
    const taken = takenSteps()
    fleet.world.onStep(({ when, step }) => {
      if (when === 'after' && step.kind === 'startVm') fleet.world.setVmState(HOST, RUNS, 'Paused')
    })

    const ended = await does(assign(GPU0, RUNS, shutdown))

    expect(ended).toMatchObject({ state: 'needs-attention', why: expect.stringContaining('as planned') })
    expect(taken.at(-1)).toBe(`startVm ${RUNS}`)
    expect(holderOf('gpu0')).toBe(RUNS)
  })

  it('goes on where somebody has started its VM already', async () => {
    fleet.world.onStep(({ when, step }) => {
      if (when === 'after' && step.kind === 'attachDevice') fleet.world.setVmState(HOST, RUNS, 'Running')
    })

    expect((await does(assign(GPU0, RUNS, shutdown))).state).toBe('succeeded')
  })
})

describe('a device that Windows switches only at a restart', () => {
  const device = (to: { disable?: 'needs-restart' | 'stuck'; enable?: 'needs-restart' }): void =>
    fleet.world.rebuild(HOST, { kind: 'change GPU', slot: 'gpu0', to })

  it('is enabled again at once, and no VM is touched', async () => {
    const taken = takenSteps()
    device({ disable: 'needs-restart' })

    expect(await does(assign(GPU0, RUNS, shutdown))).toMatchObject({
      state: 'rolled-back',
      why: expect.stringContaining('RestartNeeded'),
    })
    expect(taken).toEqual(['disableDevice'])
  })

  it('needs a person where that cannot be taken back, and is done by none of the steps', async () => {
    device({ disable: 'stuck' })

    const ended = await does(assign(GPU0, RUNS, shutdown))

    expect(ended).toMatchObject({
      state: 'needs-attention',
      why: expect.stringContaining('RestartPending'),
      now: ['hv01/gpu0 is waiting for a restart of its host', `${RUNS} is Running`],
    })
    const answer = await store.db
      .transaction()
      .execute(await resolveRequest(context, { id: ended.id, asFound: false }, callerOf(ADMIN)))
    expect(JSON.stringify(answer)).toContain('is still waiting for a restart of its host')
  })

  it('is not as before when that restart has switched it off, until somebody enables it', async () => {
    device({ disable: 'stuck' })
    const { id } = await does(assign(GPU0, RUNS, shutdown))
    fleet.world.reboot(HOST)

    expect(await retried(id, ADMIN)).toContain('hv01/gpu0 is disabled on the host')
    expect((await carriedOut(await stored(store.db, id))).state).toBe('needs-attention')

    const { instanceId, locationPath } = fleet.world.facts(HOST).gpus[0]!
    fleet.world.act(HOST, { kind: 'enableDevice', gpu: { alias: GPU0, instanceId, locationPath } })
    expect(await retried(id, ADMIN)).toContain('its undo is tried again')
    expect((await carriedOut(await stored(store.db, id))).state).toBe('rolled-back')
  })

  it('is not as before either where the host restarts while the undo comes to its end', async () => {
    device({ disable: 'stuck' })
    let readings = Number.NEGATIVE_INFINITY
    fleet.world.onStep(({ when }) => {
      if (when === 'after') readings = 0
    })
    const hosts = [...context.hosts].map(([name, host]): [typeof name, Host] => {
      const inventory: Host['inventory'] = () => {
        readings += 1
        // The first one says what became of the step.
        if (readings === 2) fleet.world.reboot(HOST)
        return host.inventory()
      }
      return [name, { ...host, inventory }]
    })
    context = { ...context, hosts: new Map(hosts) }

    expect(await does(assign(GPU0, RUNS, shutdown))).toMatchObject({
      state: 'needs-attention',
      now: ['hv01/gpu0 is disabled on the host', `${RUNS} is Running`],
      repair: expect.arrayContaining([expect.stringContaining('Enable-PnpDevice')]),
    })
  })

  it('needs a person where the enable that undoes a plan would wait for it', async () => {
    device({ enable: 'needs-restart' })
    refuses('stopVm', 1)

    expect(await does(assign(GPU0, RUNS, shutdown))).toMatchObject({
      state: 'needs-attention',
      now: ['hv01/gpu0 is waiting for a restart of its host', `${RUNS} is Running`],
    })
  })
})

describe('a guest of which is known that it cannot be shut down', () => {
  const changes = (shutdownService: 'off' | 'absent'): void =>
    fleet.world.rebuild(HOST, { kind: 'change VM', id: idOf(RUNS), to: { shutdownService } })

  it('is refused when it is asked for', async () => {
    changes('off')

    await expect(asked(context, assign(GPU0, RUNS, shutdown))).rejects.toThrow('cannot be shut down')
    expect((await asked(context, assign(GPU0, RUNS, { powerOff: true }))).state).toBe('pending')
  })

  it('voids what was approved before, with nothing touched', async () => {
    const { id } = await asked(context, assign(GPU0, RUNS, shutdown))
    const approved = await decided(context, id)
    changes('absent')
    const taken = takenSteps()

    expect(await carriedOut(approved)).toMatchObject({
      state: 'void',
      changes: [expect.stringContaining('has no shutdown service')],
    })
    expect(taken).toEqual([])
  })
})

describe('a VM that gave its GPU away and does not start', () => {
  const stuck = async (): Promise<Request> => {
    await does(assign(GPU0, RUNS, shutdown))
    const { id } = await asked(context, release(GPU0, shutdown))
    refuses('startVm', 3)
    return carriedOut(await decided(context, id))
  }

  it('is tried three times, and then the request says what is left to do', async () => {
    const ended = await stuck()

    expect(ended).toMatchObject({
      state: 'needs-attention',
      why: expect.stringContaining('InjectedByTest'),
      repair: expect.arrayContaining([expect.stringMatching(/^ *Start-VM /)]),
    })
    expect([holderOf('gpu0'), powerOf(RUNS)]).toEqual([null, 'Off'])
  })

  it('is started by `retry`, and the request is done', async () => {
    const { id } = await stuck()

    expect(await retried(id)).toContain('goes on')
    expect((await carriedOut(await stored(store.db, id))).state).toBe('succeeded')
    expect(powerOf(RUNS)).toBe('Running')
  })

  it('may be refused again, and nothing is undone then either', async () => {
    const { id } = await stuck()
    refuses('startVm', 3)

    await retried(id)
    const again = await carriedOut(await stored(store.db, id))

    expect(again.state).toBe('needs-attention')
    expect(holderOf('gpu0')).toBeNull()
    expect(await retried(id)).toContain('goes on')
  })

  it('is started for whoever asked and for administrators alone', async () => {
    const { id } = await stuck()

    expect(await retried(id, APPROVER)).toContain('only the person who asked')
    expect(await retried(id, ADMIN)).toContain('goes on')
  })

  it('can be started by hand, and `resolve` then settles the request as done', async () => {
    const { id } = await stuck()
    fleet.world.setVmState(HOST, RUNS, 'Running')

    await store.db
      .transaction()
      .execute(await resolveRequest(context, { id, asFound: false }, callerOf(ADMIN)))

    expect(await stored(store.db, id)).toMatchObject({
      state: 'succeeded',
      repaired: { by: ADMIN, found: 'The host was found as planned.' },
    })
  })

  it('keeps nobody from what a move gave to the other VM', async () => {
    await does(assign(GPU0, RUNS, shutdown))
    const { id } = await asked(context, move(GPU0, OFF, shutdown))
    const approved = await decided(context, id)
    fleet.world.onStep(({ when, step }) => {
      if (when === 'before' && step.kind === 'startVm' && step.vm.name === RUNS) refuses('startVm', 1)
    })
    const ended = await carriedOut(approved)
    expect([ended.state, holderOf('gpu0'), powerOf(OFF)]).toEqual(['needs-attention', OFF, 'Running'])

    await store.db
      .transaction()
      .execute(await resolveRequest(context, { id, asFound: false }, callerOf(ADMIN)))

    expect(await findLease(store.db, id)).toMatchObject({ state: 'held', vm: { name: OFF } })
  })
})

describe('`retry`', () => {
  it('says so where nothing is left to try, and where there is no such request', async () => {
    const { id } = await does(assign(GPU0, OFF))

    expect(await retried(id)).toContain('R-1 needs no attention (it is: done)')
    expect(await retried('R-99')).toContain('there is no request R-99')
  })
})

describe('a plan of before the order was so', () => {
  /** As an older bot stored it: stops first, and no word of an order. */
  const inOldOrder = async (request: Request): Promise<Request> => {
    const { order, ...plan } = request.plan
    const rank = ({ kind }: Step) => (kind === 'stopVm' ? 0 : kind === 'startVm' ? 2 : 1)
    const steps = plan.steps.toSorted((a, b) => rank(a) - rank(b))
    const body = JSON.stringify({ ...request, plan: { ...plan, steps } })
    await store.db.updateTable('requests').set({ body }).where('id', '=', request.id).execute()
    return stored(store.db, request.id)
  }

  it('is not begun any more', async () => {
    const { id } = await asked(context, assign(GPU0, RUNS, shutdown))
    const before = fleet.world.facts(HOST)

    const ended = await carriedOut(await inOldOrder(await decided(context, id)))

    expect(ended).toMatchObject({
      state: 'void',
      changes: expect.arrayContaining([expect.stringContaining('order')]),
    })
    expect(fleet.world.facts(HOST)).toEqual(before)
  })

  it('is void before anybody approves it for nothing', async () => {
    const { id } = await inOldOrder(await asked(context, assign(GPU0, RUNS, shutdown)))

    await voidOldPlans(context)

    expect((await stored(store.db, id)).state).toBe('void')
  })

  const begun = async (): Promise<Request> => {
    const { id } = await asked(context, assign(GPU0, RUNS, shutdown))
    const approved = await decided(context, id)
    const body = { ...approved, state: 'running', startedAt: 0, fence: 0 }
    await store.db
      .updateTable('requests')
      .set({ body: JSON.stringify(body), state: 'running' })
      .where('id', '=', id)
      .execute()
    return inOldOrder(await stored(store.db, id))
  }

  it('comes to its end as it is written, where it has begun', async () => {
    const taken = takenSteps()

    expect((await carriedOut(await begun())).state).toBe('succeeded')
    expect(taken[0]).toBe(`stopVm ${RUNS}`)
  })

  it('is undone as it is written, its starts too', async () => {
    const before = fleet.world.facts(HOST)
    refuses('startVm', 1)

    expect((await carriedOut(await begun())).state).toBe('rolled-back')
    expect(fleet.world.facts(HOST)).toEqual(before)
  })
})
