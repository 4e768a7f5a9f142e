/** The one helper that puts every operation through everything that can happen to it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { HostFacts, VmFacts } from '../../../src/core/inventory/inventory'
import { gpuByPath, placeOf } from '../../../src/core/inventory/inventory'
import { sharersOf } from '../../../src/core/inventory/partitions'
import {
  isPastReturn,
  isStartOfGiver,
  looksDone,
  replay,
  type JournalEntry,
} from '../../../src/core/operation/progress'
import { removeTempDir } from '../../fakes/temp'
import * as hands from './hands'
import { prepare, type OperationUnderTest, type Prepared } from './prepare'
import { tryAgain } from './repair'
import { run, type Hand, type Mend, type Ran } from './run'
import { tallied } from './tally'

type Ended = Extract<JournalEntry, { kind: 'ended' }>
const endings = (ran: Ran, direction: 'do' | 'undo'): Ended[] =>
  ran.entries.filter((each) => each.kind === 'ended').filter((each) => each.direction === direction)

const powerless = (facts: HostFacts) => ({
  ...facts,
  // A guest gives signs of life while its VM runs.
  vms: facts.vms.map(({ state: _, heartbeat: __, shutdownService: ___, ...vm }) => vm),
})
const vmNamed = (facts: HostFacts, name: string): VmFacts | undefined =>
  facts.vms.find((vm) => vm.name === name)

export const exercise = (operation: OperationUnderTest): void => {
  describe(operation.name, () => {
    let prepared: Prepared
    let done: HostFacts
    /** Orders of a run that nothing disturbs. */
    let forward: number[]
    /** Those of them whose refusal undoes all before; behind them only VMs that gave a GPU away are started. */
    let undone: number[]
    let starts: number[]
    /** Orders of the undo when the last of those is refused. */
    let backward: number[]

    /** One run of its own for each hand; what fails says which. */
    const each = async (
      cases: readonly [string, Hand][],
      check: (ran: Ran, index: number) => void,
      mend?: Mend,
    ) => {
      for (const [index, [name, hand]] of cases.entries()) {
        try {
          check(tallied(await run(prepared, hand, mend)), index)
        } catch (error) {
          throw new Error(`${operation.name}, ${name}: ${(error as Error).message}`, { cause: error })
        }
      }
    }

    beforeAll(async () => {
      prepared = await prepare(operation)
      done = (await run(prepared, hands.nothing)).facts
      forward = prepared.plan.steps.map((_, n) => n)
      starts = forward.filter((n) => isStartOfGiver(prepared.plan, n))
      undone = forward.filter((n) => !starts.includes(n))
      backward = undone.slice(0, -1).map((n) => undone.length + n)
    })
    afterAll(() => removeTempDir(prepared.dir))

    const last = () => undone.length - 1
    const undoing = (hand: Hand): Hand => hands.both(hands.refuse(last()), hand)

    const isDone = (ran: Ran): void => {
      expect(ran.request.state).toBe('succeeded')
      expect(ran.facts).toEqual(done)
      expect(ran.locks).toBe(0)
    }
    const isRestored = (ran: Ran): void => {
      expect(ran.request.state).toBe('rolled-back')
      expect(ran.facts).toEqual(prepared.before)
      expect(ran.locks).toBe(0)
    }
    const isRepairedToBefore = (ran: Ran): void => {
      expect([ran.request.state, ran.repaired?.request.state]).toEqual(['needs-attention', 'rolled-back'])
      expect(ran.locks).toBe(0)
      expect(ran.repaired && powerless(ran.repaired.facts)).toEqual(powerless(prepared.before))
    }
    const isRepairedAsPlanned = (ran: Ran): void => {
      expect([ran.request.state, ran.repaired?.request.state]).toEqual(['needs-attention', 'succeeded'])
      expect(ran.locks).toBe(0)
      expect(ran.repaired?.facts).toEqual(done)
      expect(endings(ran, 'undo')).toEqual([])
    }
    /** Once a VM was started nothing is undone; before, everything is. */
    const isRepairedEitherWay = (ran: Ran): void => {
      if (isPastReturn(prepared.plan, replay(prepared.plan, ran.entries))) isRepairedAsPlanned(ran)
      else isRepairedToBefore(ran)
    }
    const endsWell = (ran: Ran): void => {
      if (ran.request.state === 'needs-attention') {
        isRepairedEitherWay(ran)
        return
      }
      expect(['succeeded', 'rolled-back']).toContain(ran.request.state)
      expect(powerless(ran.facts)).toEqual(
        powerless(ran.request.state === 'succeeded' ? done : prepared.before),
      )
      expect(ran.locks).toBe(0)
    }

    it('succeeds', async () => {
      await each([['undisturbed', hands.nothing]], (ran) => {
        const { plan, before, pristine } = prepared
        const gpu = gpuByPath(ran.facts, plan.gpu.locationPath as never)
        const holder = operation.ends.holder && vmNamed(ran.facts, operation.ends.holder)
        isDone(ran)
        expect(looksDone(plan, ran.facts)).toBe(true)
        expect(gpu && placeOf(ran.facts, gpu)).toEqual(
          holder ? { kind: 'assigned', vm: holder.id } : { kind: 'host-enabled' },
        )
        expect(gpu && sharersOf(ran.facts, gpu).map((vm) => vm.name)).toEqual(operation.ends.sharers ?? [])
        if (holder) {
          expect(holder.settings).toMatchObject({
            automaticStopAction: 'TurnOff',
            guestControlledCacheTypes: true,
            automaticCheckpoints: false,
          })
          expect(ran.baselines.get(holder.id)?.original).toEqual(vmNamed(pristine, holder.name)?.settings)
        }
        for (const [vm, state] of Object.entries(operation.ends.power))
          expect([vm, vmNamed(ran.facts, vm)?.state]).toEqual([vm, state])
        for (const name of operation.restored) {
          const vm = vmNamed(ran.facts, name)
          expect(vm?.settings).toEqual(vmNamed(pristine, name)?.settings)
          expect(ran.baselines.has(vm?.id ?? '')).toBe(false)
        }
        for (const vm of before.vms.filter(({ id }) => id !== plan.from?.id && id !== plan.to?.id))
          expect(ran.facts.vms).toContainEqual(vm)
      })
    })

    it('fails at each step, and all is as before', async () => {
      await each(
        undone.map((n) => [`refused at step ${n}`, hands.refuse(n)]),
        (ran, n) => {
          const refused = endings(ran, 'do').filter(({ result }) => result === 'refused')
          expect(refused.map((entry) => entry.n)).toEqual([n])
          expect(refused[0]?.detail).toMatch(/^InjectedByTest/)
          expect(endings(ran, 'undo').map((entry) => entry.n)).toEqual(forward.slice(0, n).toReversed())
          isRestored(ran)
        },
      )
    })

    it('tries to start a VM that gave its GPU away three times, and undoes nothing for it', async () => {
      await each(
        starts.map((n) => [`start ${n} refused once`, hands.refuse(n)]),
        (ran, index) => {
          const results = endings(ran, 'do').filter((entry) => entry.n === starts[index])
          expect(results.map(({ result }) => result)).toEqual(['not-done', 'done'])
          isDone(ran)
        },
      )
      await each(
        starts.map((n) => [`start ${n} refused for good`, hands.refuseForGood(n)]),
        isRepairedAsPlanned,
      )
    })

    it('gets such a start done at its next try, whatever happens then', async () => {
      const second = (n: number): [string, Hand][] => [
        ...hands.kills([n + 1]),
        [`no effect at order ${n + 1}`, hands.lose(n + 1, 'lost-before')],
        [`no answer at order ${n + 1}`, hands.lose(n + 1, 'lost-after')],
        [`refused at order ${n + 1} too`, hands.refuse(n + 1)],
        ...hands
          .kills([n + 2])
          // A third try that was never done is the last one.
          .slice(1)
          .map(([name, hand]): [string, Hand] => [
            `refused at order ${n + 1} too, ${name}`,
            hands.both(hands.refuse(n + 1), hand),
          ]),
        ...hands.atEach([n + 1], (powers) => powers.reboot()),
        ...hands.atEach([n + 1], (powers) =>
          powers.administer((world) => {
            for (const vm of [prepared.plan.from, prepared.plan.to])
              if (vm) hands.startIfItCan(world, prepared.host, vm.id)
          }),
        ),
      ]
      for (const n of starts)
        await each(
          second(n).map(([name, hand]) => [
            `start ${n} refused once, ${name}`,
            hands.both(hands.refuse(n), hand),
          ]),
          isDone,
        )
    })

    it('is killed at each boundary and, started again, gets done', async () => {
      await each([['stopped before the first step', hands.stopAtFirst], ...hands.kills(forward)], (ran) => {
        expect(ran.lives).toBe(2)
        isDone(ran)
      })
    })

    it('is killed at each boundary of the undo and, started again, is as before', async () => {
      await each(
        hands.kills(backward).map(([name, hand]) => [name, undoing(hand)]),
        (ran) => {
          expect(ran.lives).toBe(2)
          isRestored(ran)
        },
      )
    })

    it('gets done when the answer of a step is lost, and repeats a step that had not happened', async () => {
      await each(
        forward.map((n) => [`no effect at step ${n}`, hands.lose(n, 'lost-before')]),
        (ran, n) => {
          const results = endings(ran, 'do').filter((entry) => entry.n === n)
          expect(results.map(({ result }) => result)).toEqual(['not-done', 'done'])
          isDone(ran)
        },
      )
      await each(
        forward.map((n) => [`no answer at step ${n}`, hands.lose(n, 'lost-after')]),
        (ran, n) => {
          const results = endings(ran, 'do').filter((entry) => entry.n === n)
          expect(results.map(({ result }) => result)).toEqual(['done'])
          isDone(ran)
        },
      )
    })

    it('is as before when the answer of an undo is lost, and repeats an undo that had not happened', async () => {
      await each(
        backward.map((n) => [`no effect at order ${n}`, undoing(hands.lose(n, 'lost-before'))]),
        (ran, index) => {
          const results = endings(ran, 'undo').filter((entry) => entry.n === last() - 1 - index)
          expect(results.map(({ result }) => result)).toEqual(['not-done', 'done'])
          isRestored(ran)
        },
      )
      await each(
        backward.map((n) => [`no answer at order ${n}`, undoing(hands.lose(n, 'lost-after'))]),
        isRestored,
      )
    })

    it('gives a step up that never has a clear outcome, and all is as before', async () => {
      await each(
        forward.map((n) => [`step ${n} lost for good`, hands.loseForGood(n)]),
        (ran, n) => {
          const results = endings(ran, 'do').filter((entry) => entry.n === n)
          expect(results.map(({ result }) => result)).toEqual(['not-done', 'not-done', 'refused'])
          if (starts.includes(n)) isRepairedAsPlanned(ran)
          else isRestored(ran)
        },
      )
    })

    it('asks for a person when the host refuses an undo, and the listed commands repair it', async () => {
      await each(
        backward.map((n) => [`undo refused at order ${n}`, undoing(hands.refuse(n))]),
        (ran, index) => {
          const refused = endings(ran, 'undo').filter(({ result }) => result === 'refused')
          expect(refused.map((entry) => entry.n)).toContain(last() - 1 - index)
          isRepairedToBefore(ran)
          expect(ran.repaired?.facts).toEqual(prepared.before)
        },
      )
    })

    it('is as before once an undo that was refused is tried again, or one before which the host stayed away', async () => {
      const refused = backward.map((n): [string, Hand] => [
        `undo refused at order ${n}`,
        undoing(hands.refuse(n)),
      ])
      const away = hands.atEach(
        undone.filter((n) => prepared.plan.steps[n]?.kind !== 'startVm'),
        (powers) => powers.cutOff(),
      )
      await each(
        [...refused, ...away],
        (ran) => {
          expect(ran.request.state).toBe('needs-attention')
          expect(ran.repaired?.request.state).toBe('rolled-back')
          expect(ran.repaired?.facts).toEqual(prepared.before)
        },
        tryAgain,
      )
    })

    it('ends well when the host reboots at each boundary', async () => {
      await each(
        hands.atEach(forward, (powers) => powers.reboot()),
        isDone,
      )
      await each(
        hands.atEach(backward, (powers) => powers.reboot()).map(([name, hand]) => [name, undoing(hand)]),
        isRestored,
      )
    })

    it('ends well when an administrator starts a VM at each boundary', async () => {
      const vms = [prepared.plan.from, prepared.plan.to].flatMap((vm) => vm ?? [])
      for (const vm of vms) {
        const start = (powers: Parameters<Hand>[1]) =>
          powers.administer((world) => hands.startIfItCan(world, prepared.host, vm.id))
        await each(hands.atEach(forward, start), endsWell)
        await each(
          hands.atEach(backward, start).map(([name, hand]) => [name, undoing(hand)]),
          endsWell,
        )
      }
    })

    it('asks for a person when the host stays away, and does nothing more when it comes back', async () => {
      await each(
        hands.atEach(forward, (powers) => powers.cutOff()),
        (ran) => {
          expect(ran.lives).toBe(1)
          expect(replay(prepared.plan, ran.entries).open).not.toBeNull()
          isRepairedEitherWay(ran)
        },
      )
    })
  })
}
