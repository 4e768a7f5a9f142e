import { describe, expect, test } from '@jest/globals'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { assignment, run, runAll } from '../../contract/host-contract'
import { opened } from './opened'

describe('an injected fault', () => {
  const disabling = () => {
    const on = opened('default', 'hv01')
    return { ...on, step: { kind: 'disableDevice', gpu: on.gpu('gpu0') } as const }
  }
  const problemCode = ({ world }: ReturnType<typeof disabling>) => world.facts('hv01').gpus[0]?.problemCode

  test('that refuses answers with its code and message, and nothing changes', async () => {
    const on = disabling()
    on.world.inject({
      host: 'hv01',
      step: 'disableDevice',
      times: 1,
      kind: 'refuse',
      code: 'Busy',
      message: 'in use',
    })

    const first = await run(on.host, on.step)

    expect(first).toEqual({ kind: 'refused', code: 'Busy', message: 'in use' })
    expect(problemCode(on)).toBe(0)
    expect(await run(on.host, on.step)).toEqual({ kind: 'done' })
  })

  test('that loses the line before leaves the step undone, one that loses it after leaves it done', async () => {
    const before = disabling()
    const after = disabling()
    before.world.inject({ host: 'hv01', step: 'any', times: 1, kind: 'lost-before' })
    after.world.inject({ host: 'hv01', step: 'any', times: 1, kind: 'lost-after' })

    expect((await run(before.host, before.step)).kind).toBe('unknown')
    expect((await run(after.host, after.step)).kind).toBe('unknown')

    expect(problemCode(before)).toBe(0)
    expect(problemCode(after)).toBe(22)
  })

  test('waits for its own host and step, and for as many times as told', async () => {
    const on = disabling()
    on.world.inject({ host: 'hv02', step: 'any', times: 1, kind: 'refuse' })
    on.world.inject({ host: 'hv01', step: 'startVm', times: 2, kind: 'refuse' })

    expect(await run(on.host, on.step)).toEqual({ kind: 'done' })
    await run(on.host, { kind: 'startVm', vm: on.vm('train-01') })

    expect(on.world.faults().map(({ host, times }) => [host, times])).toEqual([
      ['hv02', 1],
      ['hv01', 1],
    ])
    on.world.clearFaults()
    expect(on.world.faults()).toEqual([])
  })

  test('of the inventory makes one read fail, and a fault of any step does not', async () => {
    const { host, world } = opened('default', 'hv01')
    world.inject({ host: 'hv01', step: 'any', times: 1, kind: 'refuse' })
    await expect(host.inventory()).resolves.toMatchObject({ name: 'hv01' })
    world.inject({ host: 'hv01', step: 'inventory', times: 1, kind: 'lost-before' })

    await expect(host.inventory()).rejects.toMatchObject({ code: 'host-unreachable' })
    await expect(host.inventory()).resolves.toMatchObject({ name: 'hv01' })
  })
})

describe('a reboot', () => {
  test('starts what ran, leaves what was off, and keeps dismounted devices and the fence', async () => {
    const { host, world, gpu, vm } = opened('default', 'hv01')
    const steps = assignment(world.facts('hv01'), 'gpu0', 'train-01').slice(0, 3)
    for (const step of steps) await run(host, step, 5)
    const before = world.facts('hv01')

    world.reboot('hv01')

    expect(world.facts('hv01')).toEqual(before)
    expect(world.facts('hv01').dismounted).toEqual([gpu('gpu0').locationPath])
    expect(await run(host, { kind: 'startVm', vm: vm('train-01') }, 4)).toMatchObject({ code: 'StaleFence' })
  })

  test('loses the answer to a step that is under way', async () => {
    const { host, world, gpu } = opened('default', 'hv01')
    world.onStep(({ when }) => {
      if (when === 'before') world.reboot('hv01')
    })

    const result = await run(host, { kind: 'disableDevice', gpu: gpu('gpu0') })

    expect(result.kind).toBe('unknown')
    expect(world.facts('hv01').gpus[0]?.problemCode).toBe(0)
  })
})

describe('an administrator beside the bot', () => {
  test('can do what Hyper-V permits and no more', () => {
    const { world } = opened('default', 'hv01')

    world.setVmState('hv01', 'train-02', 'Paused')

    expect(() => world.setVmState('hv01', 'train-01', 'Saved')).toThrow(
      /train-01 is Off and cannot become Saved/,
    )
    expect(() => world.setVmState('hv01', 'render-01', 'Saved')).toThrow(/has a device assigned/)
    expect(() => world.setVmSettings('hv01', 'render-01', { highMmioBytes: 1 })).toThrow(/InvalidState/)
    expect(() => world.setVmState('hv01', 'nobody', 'Off')).toThrow(/no VM nobody/)
    expect(world.facts('hv01').vms.map((vm) => vm.state)).toEqual(['Off', 'Paused', 'Running', 'Off'])
  })

  test('who acts between the order and its effect is noticed in the same instant', async () => {
    const { host, world, vm } = opened('default', 'hv01')
    world.onStep(({ when }) => {
      if (when === 'before') world.setVmState('hv01', 'train-01', 'Running')
    })

    const result = await run(host, {
      kind: 'setVm',
      vm: vm('train-01'),
      from: {},
      to: { highMmioBytes: 2 ** 35 },
    })

    expect(result).toMatchObject({ code: 'PreconditionChanged' })
  })

  test('can take a device by hand, without a fence', async () => {
    const { host, world, gpu, vm } = opened('default', 'hv01')
    world.act('hv01', { kind: 'stopVm', vm: vm('render-01'), how: 'shutdown' })

    world.act('hv01', { kind: 'detachDevice', gpu: gpu('gpu2'), vm: vm('render-01') })

    expect((await host.inventory()).dismounted).toEqual([gpu('gpu2').locationPath])
  })
})

describe('listeners', () => {
  test('hear each step before and after it takes effect, and only before when it does not', async () => {
    const { host, world, gpu } = opened('default', 'hv01')
    const heard: string[] = []
    world.onStep(({ step, when }) => {
      heard.push(`${when} ${step.kind}: ${String(world.facts('hv01').gpus[0]?.problemCode)}`)
    })
    const step = { kind: 'disableDevice', gpu: gpu('gpu0') } as const
    world.inject({ host: 'hv01', step: 'any', times: 1, kind: 'lost-before' })

    await runAll(host, [step, step])

    expect(heard).toEqual(['before disableDevice: 0', 'before disableDevice: 0', 'after disableDevice: 22'])
  })

  test('of a crash break the order off, and the host takes the next one', async () => {
    const { host, world, gpu } = opened('default', 'hv01')
    const stop = world.onStep(() => {
      throw new Error('killed')
    })
    const step = { kind: 'disableDevice', gpu: gpu('gpu0') } as const
    await expect(run(host, step)).rejects.toThrow('killed')
    stop()

    expect(await run(host, step)).toEqual({ kind: 'done' })
  })

  test('of changes hear every change until they stop', () => {
    const { world } = opened('default', 'hv03')
    let heard = 0
    const stop = world.onChange(() => (heard += 1))

    world.setReachable('hv03', true)
    stop()
    world.setReachable('hv03', false)

    expect(heard).toBe(1)
    expect(world.isReachable('hv03')).toBe(false)
  })
})

describe('latency', () => {
  const slept = async (latency: 'as-in-file' | 'none') => {
    const sleeps: number[] = []
    const clock = {
      now: () => 0,
      sleep: (ms: number) => {
        sleeps.push(ms)
        return Promise.resolve()
      },
    }
    const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency })
    const steps = assignment(fleet.world.facts('hv01'), 'gpu0', 'train-01')
    await Promise.all(steps.map((step) => run(fleet.hosts[0]!, step)))
    return sleeps
  }

  test('of each step is the one in the file, and none when none is wanted', async () => {
    expect(await slept('as-in-file')).toEqual([500, 700, 1500, 600, 3000])
    expect(await slept('none')).toEqual([])
  })
})

test('the steps of one host run one after another, in the order they came', async () => {
  const { host, world } = opened('default', 'hv01')
  const steps = assignment(world.facts('hv01'), 'gpu0', 'train-01')

  const results = await Promise.all(steps.map((step) => run(host, step)))

  expect(results).toEqual(steps.map(() => ({ kind: 'done' })))
})
