/** Whose orders a host takes: the same of every implementation. */
import { expect, test } from '@jest/globals'
import { HIGHEST_FENCE, PROTOCOL, type Fence } from '../../src/core/fence'
import { expectationOf, type Step } from '../../src/core/plan/step'
import type { Host, StepResult } from '../../src/core/ports/host'
import { A_BOT, aFence, ANOTHER_BOT, ofNobody } from '../fakes/fence'

interface Obeying {
  readonly host: Host
  /** Ten minutes pass without an order. */
  readonly rest: () => Promise<void>
}

const codeOf = (result: StepResult) => (result.kind === 'refused' ? result.code : result.kind)

/** `under` is opened afresh for each test; `steps` can be done there in their order. */
export const tryFences = (under: () => Obeying, steps: () => readonly Step[]): void => {
  /** The n-th of the steps, by an order of this claim. */
  const order = async (n: number, fence: Fence) => {
    const step = steps()[n]!
    return codeOf(await under().host.run({ step, expects: expectationOf(step), fence }))
  }
  const seen = async () => (await under().host.inventory()).module

  test('a fence lower than the highest seen is refused, an equal one of the same claim is not', async () => {
    expect(await order(0, aFence(7))).toBe('done')

    expect(await order(1, aFence(6))).toBe('StaleFence')
    expect(await order(1, aFence(7))).toBe('done')
  })

  test('an equal fence of another claim is refused, also of the same bot', async () => {
    expect(await order(0, aFence(7))).toBe('done')

    expect(await order(1, { ...aFence(7), claim: aFence(8).claim })).toBe('StaleFence')
  })

  test('an order of another bot is refused, however high its number, and leaves no trace', async () => {
    expect(await order(0, aFence(7))).toBe('done')

    expect(await order(1, aFence(HIGHEST_FENCE, ANOTHER_BOT))).toBe('OtherBot')
    expect(await order(1, aFence(7, ANOTHER_BOT))).toBe('OtherBot')
    expect(await order(1, aFence(7))).toBe('done')
  })

  test('it tells whose orders it takes, and by what claim', async () => {
    expect(await seen()).toEqual({ protocol: PROTOCOL, fence: ofNobody(0) })

    await order(0, aFence(7))

    expect(await seen()).toEqual({ protocol: PROTOCOL, fence: aFence(7) })
  })

  test('an order of a bot before protocol 2 passes by its number, until the host knows a bot', async () => {
    expect(await order(0, ofNobody(3))).toBe('done')
    expect(await seen()).toMatchObject({ fence: ofNobody(3) })
    expect(await order(1, ofNobody(3))).toBe('done')

    expect(await order(2, aFence(3))).toBe('StaleFence')
    expect(await order(2, aFence(4))).toBe('done')

    expect(await order(3, ofNobody(5))).toBe('OldBot')
  })

  test('it is adopted from the bot that it obeys, in ten minutes after the last order, and obeys the other one then', async () => {
    const { host } = under()
    const mine = aFence(8, ANOTHER_BOT)
    await order(0, aFence(7))
    expect(codeOf(await host.adopt({ from: A_BOT, fence: mine }))).toBe('RecentOrder')
    await under().rest()

    expect(codeOf(await host.adopt({ from: ANOTHER_BOT, fence: mine }))).toBe('OtherBot')
    expect(codeOf(await host.adopt({ from: A_BOT, fence: aFence(7, ANOTHER_BOT) }))).toBe('StaleFence')
    expect(codeOf(await host.adopt({ from: A_BOT, fence: mine }))).toBe('done')

    expect(await seen()).toMatchObject({ fence: mine })
    expect(await order(1, aFence(9))).toBe('OtherBot')
    expect(await order(1, mine)).toBe('done')
  })

  test('it is not adopted while it obeys nobody in particular', async () => {
    await order(0, ofNobody(7))
    await under().rest()

    expect(codeOf(await under().host.adopt({ from: A_BOT, fence: aFence(8, ANOTHER_BOT) }))).toBe('OtherBot')
  })
}
