/** Bot and module are upgraded apart: each with the other of an older protocol. */
import { describe, expect, it } from '@jest/globals'
import { PROTOCOL } from '../../../src/core/fence'
import { expectationOf, undoOf, type Step } from '../../../src/core/plan/step'
import type { Host } from '../../../src/core/ports/host'
import { A_BOT, aFence, ANOTHER_BOT, ofNobody } from '../../fakes/fence'
import { ofHyperV } from '../../fakes/facts'
import { withEngine } from '../../host/powershell/pwsh'
import { assignment, codeOf } from '../host-contract'
import { openFleet } from '../over-powershell'
import { useMachine } from './machine'

withEngine('modules and bots of two protocols', (found) => {
  const machine = useMachine(found, { flavour: '2025' })
  const there = () => {
    const opened = openFleet('hv01')
    const facts = opened.world.facts('hv01')
    return { ...opened, facts, steps: assignment(facts, 'gpu0', 'train-01') }
  }
  const order = async (host: Host, step: Step, fence = aFence(1)) =>
    codeOf(await host.run({ step, expects: expectationOf(step), fence }))
  const orders = async (host: Host, steps: readonly Step[], fence = aFence(1)) => {
    const codes: string[] = []
    for (const step of steps) codes.push(await order(host, step, fence))
    return new Set(codes)
  }

  describe('a module of protocol 1', () => {
    it('is read, and says nothing of whose orders it takes', async () => {
      const opened = there()

      const told = await machine.host(opened, { as: 'older', module: 'older' }).inventory()

      expect(ofHyperV(told)).toEqual({ ...machine.known(opened.facts), name: told.name })
      expect(told.module).toEqual({ protocol: 1, fence: null })
    })

    it('is read whole each time, and tells what changed', async () => {
      const opened = there()
      const host = machine.host(opened, { as: 'older', module: 'older' })
      const states = async () => (await host.inventory()).vms.map(({ state }) => state)
      const before = await states()
      opened.world.setVmState('hv01', 'train-01', 'Running')

      expect(await states()).not.toEqual(before)
      expect(await states()).toEqual(opened.world.facts('hv01').vms.map(({ state }) => state))
    })

    it('takes no order of this bot, and none changes anything', async () => {
      const { world, facts, steps, ...opened } = there()
      const host = machine.host({ world, ...opened }, { as: 'older', module: 'older' })

      expect(await orders(host, [...steps, ...steps.map(undoOf)])).toEqual(new Set(['OldModule']))
      expect(world.facts('hv01')).toEqual(facts)
    })

    it('says in the refusal what makes it the bot’s own', async () => {
      const opened = there()
      const host = machine.host(opened, { as: 'older', module: 'older' })
      const [step] = opened.steps

      const result = await host.run({ step: step!, expects: {}, fence: aFence(1) })

      expect(result).toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/run Register-GpuChatOps\.ps1 again/),
      })
    })

    it('takes the orders of a bot of its time, and reads the fence of a newer module', async () => {
      const opened = there()
      const newer = machine.host(opened)
      const [first, second, third] = opened.steps
      expect(await order(newer, first!, aFence(8))).toBe('done')
      const older = machine.host(opened, { as: 'older', module: 'older', stays: true })

      expect(await order(older, second!, ofNobody(7))).toBe('StaleFence')
      expect(await order(older, second!, ofNobody(9))).toBe('done')

      expect((await newer.inventory()).module).toEqual({
        protocol: PROTOCOL,
        fence: { number: 9, bot: A_BOT, claim: null },
      })
      expect(await order(newer, third!, aFence(9))).toBe('StaleFence')
      expect(await order(newer, third!, aFence(10, ANOTHER_BOT))).toBe('OtherBot')
      expect(await order(newer, third!, aFence(10))).toBe('done')
    })
  })

  describe('a bot before protocol 2', () => {
    it('is obeyed by a newer module, from the first order to the last undo', async () => {
      const { world, facts, steps, ...opened } = there()
      const host = machine.host({ world, ...opened })
      const undos = steps.map(undoOf).reverse()

      expect(await orders(host, [...steps, ...undos], ofNobody(3))).toEqual(new Set(['done']))
      expect(world.facts('hv01')).toEqual(facts)
    })

    it('is not obeyed any more once a newer one was', async () => {
      const opened = there()
      const host = machine.host(opened)
      const [first, second] = opened.steps
      expect(await order(host, first!, aFence(3))).toBe('done')

      expect(await order(host, second!, ofNobody(4))).toBe('OldBot')
    })
  })
})
