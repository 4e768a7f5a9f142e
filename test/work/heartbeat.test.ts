import { describe, expect, it } from '@jest/globals'
import type { Clock } from '../../src/core/ports/clock'
import { withHeartbeat } from '../../src/work/context/heartbeat'
import { fakeClock } from '../fakes/clock'

const nothing = (): undefined => undefined

const bench = () => {
  const errors: object[] = []
  const clock: Clock = fakeClock()
  return {
    errors,
    context: { clock, log: { info: nothing, warn: nothing, error: (what: object) => errors.push(what) } },
  }
}

const gate = () => {
  let open: () => void = nothing
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe('while work takes its time', () => {
  it('a tick comes again and again until the work is done', async () => {
    const { context } = bench()
    const third = gate()
    let ticks = 0

    const result = await withHeartbeat(
      context,
      { everyMs: 5_000 },
      () => {
        ticks += 1
        if (ticks === 3) third.open()
        return Promise.resolve()
      },
      () => third.opened.then(() => 'done'),
    )

    expect(result).toBe('done')
    expect(ticks).toBe(3)
  })

  it('no more ticks come than were asked for', async () => {
    const { context } = bench()
    const start = context.clock.now()
    let ticks = 0

    await withHeartbeat(
      context,
      { everyMs: 2_000, times: 1 },
      () => {
        ticks += 1
        return Promise.resolve()
      },
      async () => {
        while (context.clock.now() < start + 10_000) await context.clock.sleep(1_000)
      },
    )

    expect(ticks).toBe(1)
  })

  it('a tick that fails is logged, and the work goes on to its result', async () => {
    const { context, errors } = bench()
    const failed = gate()

    const result = await withHeartbeat(
      context,
      { everyMs: 5_000 },
      () => {
        failed.open()
        return Promise.reject(new Error('the disk is full'))
      },
      () => failed.opened.then(() => 'done'),
    )

    expect(result).toBe('done')
    expect(errors).toEqual([{ error: 'the disk is full' }])
  })

  it('work that fails ends the ticking and throws what it threw', async () => {
    const { context } = bench()

    const failing = withHeartbeat(
      context,
      { everyMs: 5_000 },
      () => Promise.resolve(),
      () => Promise.reject(new Error('no host')),
    )

    await expect(failing).rejects.toThrow('no host')
  })
})
