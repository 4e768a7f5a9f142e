/** Windows switches a device only at the next restart of its host: no plan is done or undone then, and nobody is given the GPU. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aliasOf, placeOf, type GpuFacts } from '../../src/core/inventory/inventory'
import { hostPlansOf, stepsOf, type HostPlan } from '../../src/core/plan/plan'
import type { Request } from '../../src/core/request/request'
import type { World } from '../../src/host/simulated/fleet'
import { approved, EVERY_PLAN } from './every-plan'
import { giveUp, goOn, leave, type Left, type Scene } from './harm/scene'
import { maya, startLine, type Line } from './line'
import { readHosts } from './operations/bot'

/** A switch that waits for a restart, from now on. */
const STICKS = { off: { disable: 'stuck' }, on: { enable: 'needs-restart' } } as const
const WORKS = { disable: 'works', enable: 'works' } as const

const gpuIn = (world: World, host: string, slot: string) => {
  const facts = world.facts(host)
  const gpu = facts.gpus.find((each) => each.slot === slot)!
  return { ...gpu, alias: aliasOf(facts, gpu) }
}
const gpuOf = ({ fleet: { world } }: Scene, { host, gpu }: HostPlan): GpuFacts =>
  world.facts(host).gpus.find(({ locationPath }) => locationPath === gpu.locationPath)!
const placeNow = (scene: Scene, on: HostPlan): string =>
  placeOf(scene.fleet.world.facts(on.host), gpuOf(scene, on)).kind
const powersOf = ({ fleet: { world } }: Scene): string[] =>
  world.hostNames().flatMap((host) => world.facts(host).vms.map(({ name, state }) => `${name} ${state}`))

interface Try {
  readonly on: HostPlan
  readonly sticks: (typeof STICKS)[keyof typeof STICKS]
  /** The order that is refused beside it; none where it is negative. */
  readonly refused: number
}
interface Ended {
  readonly pending: boolean
  readonly state: string
  /** VMs whose power is another one than before. */
  readonly touched: readonly string[]
}

const ran = async (scene: Scene, id: string, { on, sticks, refused }: Try): Promise<Ended> => {
  const { world } = scene.fleet
  const before = powersOf(scene)
  world.rebuild(on.host, { kind: 'change GPU', slot: gpuOf(scene, on).slot, to: sticks })
  let n = -1
  world.onStep(({ when, host, step }) => {
    if (when !== 'before') return
    n += 1
    if (n === refused)
      world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 })
  })
  const { state, ...request } = await scene.runs(id)
  const pending = placeNow(scene, on) === 'restart-pending'
  const touched = powersOf(scene).filter((each) => !before.includes(each))
  if (pending) {
    const waits = `${on.gpu.alias} is waiting for a restart of its host`
    expect(request).toMatchObject({ now: expect.arrayContaining([waits]) })
    expect(await scene.says('priya', `resolve ${id} --as-found`)).toContain(
      'still waiting for a restart of its host',
    )
    expect((await scene.stored(id)).state).toBe('needs-attention')
    await isSettledOnceRestarted(scene, id, on)
  }
  return { pending, state, touched }
}

/** An administrator has the rest tried again, or else brings the GPU back and says that it is well as it is. */
const isSettledOnceRestarted = async (scene: Scene, id: string, on: HostPlan): Promise<void> => {
  const { world } = scene.fleet
  world.rebuild(on.host, { kind: 'change GPU', slot: gpuOf(scene, on).slot, to: WORKS })
  world.reboot(on.host)
  await scene.says('priya', `retry ${id}`)
  const { state } = await scene.runs(id)
  if (state === 'needs-attention') {
    if (placeNow(scene, on) === 'host-disabled')
      world.act(on.host, { kind: 'enableDevice', gpu: { ...gpuOf(scene, on), alias: on.gpu.alias } })
    await scene.says('priya', `resolve ${id} --as-found`)
  }
  expect(['rolled-back', 'succeeded', 'resolved']).toContain((await scene.stored(id)).state)
  expect(['host-enabled', 'assigned']).toContain(placeNow(scene, on))
}

describe.each(EVERY_PLAN)('$name', (plan) => {
  let left: Left & { readonly found: Request }
  beforeAll(async () => {
    left = await approved(plan)
  })
  afterAll(() => giveUp(left))

  it.each(['off', 'on'] as const)(
    'needs a person where a GPU waits for a restart to be switched %s, whichever order is refused beside it',
    async (way) => {
      const { id, plan: found } = left.found
      const steps = stepsOf(found)
      let befell = 0
      for (const on of hostPlansOf(found))
        for (let refused = -1; refused < steps.length; refused += 1) {
          const one = { on, sticks: STICKS[way], refused }
          const ended = await goOn(left, {}, (scene) => ran(scene, id, one))
          if (ended.pending) befell += 1

          expect({ refused, ...ended }).toEqual({
            ...{ refused, ...ended },
            state: ended.pending ? 'needs-attention' : expect.stringMatching(/^(succeeded|rolled-back)$/),
            touched: refused < 0 ? [] : expect.any(Array),
          })
        }
      const switches = steps.some(({ kind }) => kind === 'disableDevice' || kind === 'enableDevice')
      expect(befell > 0).toBe(switches)
    },
  )
})

describe('a GPU that waits for a restart of its host', () => {
  let line: Line
  beforeEach(async () => {
    line = await startLine()
  })
  afterEach(() => line.end())

  const waits = async (slot: string): Promise<void> => {
    line.world.rebuild('hv01', { kind: 'change GPU', slot, to: STICKS.off })
    line.world.attempt('hv01', { kind: 'disableDevice', gpu: gpuIn(line.world, 'hv01', slot) })
    await line.goesOn()
  }

  it('is not free, and is refused to whoever names it', async () => {
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu0')
    await waits('gpu0')

    expect(await line.says(maya, 'list --free')).not.toContain('hv01/gpu0')
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain(
      'Windows does that only when hv01 restarts (problem code 14)',
    )
    expect(await line.requests()).toEqual([])
  })

  it('is offered to nobody who waits for it, until the host has restarted and has it again', async () => {
    await waits('gpu0')
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('waiting')

    line.world.rebuild('hv01', { kind: 'change GPU', slot: 'gpu0', to: WORKS })
    line.world.reboot('hv01')
    line.world.act('hv01', { kind: 'enableDevice', gpu: gpuIn(line.world, 'hv01', 'gpu0') })
    await line.goesOn()
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('is taken back where it was on offer, and the place is kept', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('offered')

    await waits('gpu0')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('waiting')
    expect(await line.says(maya, 'take Q-1')).toContain('othing is offered to you yet')
  })

  it('is passed over for another one, where any of the model will do', async () => {
    await waits('gpu0')
    await line.says(maya, 'queue any A100 to train-01')
    await line.goesOn()

    expect((await line.told(maya)).at(-1)).toContain('hv01/gpu1 is on offer to you')
  })

  it('is offered to nobody who wants any of the model, where all of them wait', async () => {
    await waits('gpu0')
    await waits('gpu1')
    await line.says(maya, 'queue any A100 to train-01')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('waiting')
  })
})

it('a GPU that waits for a restart is not taken for a move to any of its model on that host', async () => {
  const left = await leave(null, {}, ({ context }) => readHosts(context))
  const ask = 'move any A40 from render-01 to vdi-01 --shutdown'
  const taken = await goOn(left, {}, (scene) => scene.asks('tomas', ask))
  const answer = await goOn(left, {}, async ({ fleet: { world }, context, says }) => {
    world.rebuild('hv02', { kind: 'change GPU', slot: 'gpu1', to: STICKS.off })
    world.attempt('hv02', { kind: 'disableDevice', gpu: gpuIn(world, 'hv02', 'gpu1') })
    await readHosts(context)
    return says('tomas', ask)
  })
  giveUp(left)

  expect(taken.plan.gpu.alias).toBe('hv02/gpu1')
  expect(answer).toContain('no A40 of hv02 is free')
})
