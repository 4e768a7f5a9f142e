/** Random histories of what the bot does and what others do: each change of others is told once, none of the bot's. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { PlanCommand } from '../../src/core/command/command'
import { changesBetween, changeKey } from '../../src/core/drift/change'
import { snapshotOfHost } from '../../src/core/drift/snapshot'
import { QUIET_MS } from '../../src/core/drift/flapping'
import { gpuRefOf } from '../../src/core/planner/checks/input'
import type { Step } from '../../src/core/plan/step'
import type { World } from '../../src/host/simulated/fleet'
import { openStore } from '../../src/store/database'
import { driftHistory, keptStanding } from '../../src/store/drift'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { refreshHost } from '../../src/work/readings/reading'
import { fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { asked, assign, botOver, decided, fleetOf, HOST, move, release } from './operations/bot'

const GPUS = ['gpu0', 'gpu1', 'gpu2'] as const
const VMS = ['train-01', 'train-02'] as const
const KINDS = [
  'disableDevice',
  'enableDevice',
  'dismountDevice',
  'mountDevice',
  'attachDevice',
  'detachDevice',
] as const

const gpu = fc.constantFrom(...GPUS)
const vm = fc.constantFrom(...VMS)
const deed = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ by: fc.constant('others'), kind: fc.constantFrom(...KINDS), gpu, vm }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      by: fc.constant('bot'),
      ask: fc.constantFrom('assign', 'move', 'release'),
      gpu,
      vm,
      /** The n-th step is refused, so that those before it are undone. */
      fails: fc.option(fc.constantFrom('dismountDevice', 'attachDevice', 'mountDevice'), { nil: null }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('time'), restart: fc.boolean() }) },
)
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

/** As an administrator at the host; what Hyper-V refuses has not happened. */
const others = (world: World, { kind, gpu: slot, vm: name }: Extract<Deed, { kind: unknown }>): void => {
  const facts = world.facts(HOST)
  const found = facts.vms.find((each) => each.name === name)!
  const step = {
    kind,
    gpu: gpuRefOf(
      facts,
      facts.gpus.find((each) => each.slot === slot)!,
    ),
    vm: { id: found.id, name },
    force: true,
  } as Step
  if (kind === 'attachDevice' || kind === 'detachDevice') world.setVmState(HOST, name, 'Off')
  if (kind === 'attachDevice') world.setVmSettings(HOST, name, { automaticStopAction: 'TurnOff' })
  world.attempt(HOST, step)
}

const commandOf = ({ ask, gpu: slot, vm: name }: Extract<Deed, { ask: unknown }>): PlanCommand => {
  const consents = { powerOff: true, noStart: true }
  const alias = `${HOST}/${slot}`
  if (ask === 'assign') return assign(alias, name, consents)
  return ask === 'move' ? move(alias, name, consents) : release(alias, consents)
}

const hostOf = (context: Context) => [...context.hosts.values()].find(({ name }) => name === HOST)!

/** Whatever becomes of it: refused, done or undone; the host is read at each of its steps. */
const bot = async (context: Context, world: World, each: Extract<Deed, { ask: unknown }>): Promise<void> => {
  const request = await asked(context, commandOf(each)).catch(() => null)
  if (!request) return
  if (each.fails) world.inject({ host: HOST, step: each.fails, kind: 'refuse', times: 1 })
  const polls: Promise<unknown>[] = []
  const stop = world.onStep(() => polls.push(refreshHost(context, hostOf(context))))
  await runRequest(context, await decided(context, request.id), new AbortController().signal)
  stop()
  await Promise.all(polls)
  world.clearFaults()
}

it.each([1, 2, 3, 4])(
  'each change of others is told once, in its order, and none of the bot: %i',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 14 }), async (deeds) => {
        const dir = makeTempDir()
        const clock = fakeClock()
        const fleet = fleetOf(clock)
        const { world } = fleet
        let store = await openStore(dir)
        let context = botOver(store.db, fleet, clock)
        const read = () => refreshHost(context, hostOf(context))
        const standing = () => snapshotOfHost(world.facts(HOST), {})
        const expected: string[] = []
        await read()
        for (const each of deeds) {
          const before = standing()
          if ('restart' in each) {
            if (each.restart) {
              await store.close()
              store = await openStore(dir)
              context = botOver(store.db, fleet, clock)
            }
          } else if ('ask' in each) await bot(context, world, each)
          else {
            others(world, each)
            expected.push(...changesBetween(before, standing()).map(changeKey))
          }
          await clock.sleep(QUIET_MS)
          await read()
          await read()
        }
        const told = (await driftHistory(store.db, { limit: 1_000, about: null })).map(({ change }) =>
          changeKey(change),
        )
        const kept = await keptStanding(store.db, HOST)
        await store.close()
        removeTempDir(dir)
        expect(told.toReversed()).toEqual(expected)
        expect(changesBetween(kept!.standing, snapshotOfHost(world.facts(HOST), kept!.standing))).toEqual([])
      }),
      { numRuns: 10, seed },
    )
  },
)
