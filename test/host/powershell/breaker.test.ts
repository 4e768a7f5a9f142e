import { describe, expect, it } from '@jest/globals'
import { Fault } from '../../../src/core/errors'
import { hostName } from '../../../src/core/inventory/inventory'
import type { Host } from '../../../src/core/ports/host'
import { withBreaker } from '../../../src/host/powershell/breaker'
import { aHost, aVmId } from '../../fakes/facts'
import { aFence } from '../../fakes/fence'

const scene = () => {
  let now = 0
  let up = false
  let asked = 0
  const host: Host = {
    name: hostName.parse('hv01'),
    inventory: () => {
      asked += 1
      return up ? Promise.resolve(aHost()) : Promise.reject(new Fault('host-unreachable', 'the line is dead'))
    },
    run: () => {
      asked += 1
      return Promise.resolve({ kind: 'unknown', why: 'the line is dead' })
    },
    adopt: () => Promise.resolve({ kind: 'unknown', why: 'the line is dead' }),
    forget: () => undefined,
    smi: () => {
      asked += 1
      return Promise.resolve({ kind: 'not-run', why: 'the line is dead' })
    },
  }
  const guarded = withBreaker(host, { now: () => now, sleep: () => Promise.resolve() })
  return {
    guarded,
    asked: () => asked,
    mend: () => (up = true),
    pass: (ms: number) => (now += ms),
    fail: async (times: number) => {
      for (let n = 0; n < times; n++) await guarded.inventory().catch(() => undefined)
    },
  }
}

it('knows nothing of guests whose host is not asked, or asks none', async () => {
  const { guarded, fail } = scene()
  const nothing = { processes: null, people: null }

  expect(await guarded.use?.(aVmId(1))).toMatchObject({ smi: { kind: 'not-run' }, ...nothing })
  await fail(3)
  expect(await guarded.use?.(aVmId(1))).toMatchObject({
    smi: { why: expect.stringContaining('is asked again in') },
    ...nothing,
  })
})

describe('a host that failed three times in a row', () => {
  it('is not asked again for a while, and says for how long and why', async () => {
    const { guarded, asked, fail } = scene()
    await fail(3)

    await expect(guarded.inventory()).rejects.toThrow(
      'hv01 failed 3 times in a row and is asked again in 15 s: the line is dead',
    )
    expect(await guarded.smi({ kind: 'guest', vm: aVmId(1) })).toMatchObject({
      kind: 'not-run',
      why: expect.stringContaining('asked again in 15 s') as unknown,
    })
    expect(asked()).toBe(3)
  })

  it('still gets its steps: what became of them is read, not assumed', async () => {
    const { guarded, asked, fail } = scene()
    await fail(3)

    const step = { kind: 'startVm', vm: { id: aVmId(1), name: 'train-01' } } as const
    await guarded.run({ step, expects: {}, fence: aFence(1) })

    expect(asked()).toBe(4)
  })

  it('is asked again later, and with one answer all is well', async () => {
    const { guarded, asked, fail, mend, pass } = scene()
    await fail(3)
    mend()
    pass(15_000)

    await expect(guarded.inventory()).resolves.toMatchObject({ name: 'hv01' })
    await expect(guarded.inventory()).resolves.toMatchObject({ name: 'hv01' })
    expect(asked()).toBe(5)
  })

  it('is left alone longer each time, never longer than two minutes', async () => {
    const { guarded, fail, pass, mend } = scene()
    await fail(3)
    for (let tries = 0; tries < 6; tries++) {
      pass(120_000)
      await fail(1)
    }
    mend()
    pass(119_999)
    await expect(guarded.inventory()).rejects.toThrow(/asked again in 1 s/)
    pass(1)

    await expect(guarded.inventory()).resolves.toBeDefined()
  })
})

it('a host that failed twice is asked at once', async () => {
  const { guarded, fail, mend } = scene()
  await fail(2)
  mend()

  await expect(guarded.inventory()).resolves.toBeDefined()
})
