/**
 * What every implementation of the `Host` port must do, whatever is behind it. The host under test is `hv01` of the
 * default fleet, for partitions `hv02`; `world` is the truth about it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type HostFacts, hostFacts } from '../../src/core/inventory/inventory'
import { type Step, expectationOf, readStep, undoOf } from '../../src/core/plan/step'
import type { Host, StepResult } from '../../src/core/ports/host'
import { exercise } from '../../src/doctor/exercise'
import { READING_CASES } from '../../src/doctor/reading-cases'
import { planToTry } from '../../src/doctor/verify-host'
import type { World } from '../../src/host/simulated/fleet'
import { ofHyperV } from '../fakes/facts'
import { aFence } from '../fakes/fence'
import { tryFences } from './fence-contract'

export interface HostUnderTest {
  readonly host: Host
  readonly world: World
  /** What this implementation can know of these facts, the truth; a real host does not tell everything. */
  readonly known: (facts: HostFacts) => HostFacts
  /** From now on the host cannot be reached. */
  readonly cutOff: () => Promise<void>
  /** Ten minutes pass without an order. */
  readonly rest: () => Promise<void>
  readonly close: () => Promise<void>
}

export const gpuRef = (facts: HostFacts, slot: string) => {
  const { instanceId, locationPath } = facts.gpus.find((gpu) => gpu.slot === slot)!
  return { alias: `${facts.name}/${slot}`, instanceId, locationPath }
}
export const vmRef = (facts: HostFacts, name: string) => {
  const { id } = facts.vms.find((vm) => vm.name === name)!
  return { id, name }
}

/** The steps of an assignment to a VM that is off, settings that the device needs included. */
export const assignment = (facts: HostFacts, slot: string, name: string): Step[] => {
  const gpu = gpuRef(facts, slot)
  const vm = vmRef(facts, name)
  const from = facts.vms.find((each) => each.id === vm.id)!.settings
  const to = {
    automaticStopAction: 'TurnOff',
    guestControlledCacheTypes: true,
    lowMmioBytes: 3 * 2 ** 30,
    highMmioBytes: 129 * 2 ** 30,
  } as const
  return [
    { kind: 'setVm', vm, from, to },
    { kind: 'disableDevice', gpu },
    { kind: 'dismountDevice', gpu, force: facts.forceDismount },
    { kind: 'attachDevice', gpu, vm },
    { kind: 'startVm', vm },
  ]
}

export const run = (host: Host, step: Step, fence = 1): Promise<StepResult> =>
  host.run({ step, expects: expectationOf(step), fence: aFence(fence) })

export const runAll = async (host: Host, steps: readonly Step[]): Promise<StepResult[]> => {
  const results: StepResult[] = []
  for (const step of steps) results.push(await run(host, step))
  return results
}

const STEPS = ['disableDevice', 'dismountDevice', 'setVm', 'attachDevice', 'startVm']
export const DONE = { kind: 'done' }
const NEVER = new AbortController().signal
export const codeOf = (result: StepResult) => (result.kind === 'refused' ? result.code : result.kind)

/** `around` sets up and clears away what the tests of one host share. */
export const describeHost = (
  name: string,
  open: (host: 'hv01' | 'hv02') => Promise<HostUnderTest>,
  around: { readonly before: () => Promise<void>; readonly after: () => Promise<void> } | null = null,
): void => {
  describe(`${name} as a host`, () => {
    let under: HostUnderTest
    let facts: HostFacts

    beforeAll(() => around?.before())
    afterAll(() => around?.after())
    beforeEach(async () => {
      under = await open('hv01')
      facts = under.world.facts('hv01')
    })
    afterEach(() => under.close())

    test('the inventory is valid and tells the truth', async () => {
      const told = hostFacts.parse(await under.host.inventory())

      expect(ofHyperV(told)).toEqual(under.known(facts))
    })

    /** Each test finds the host as it was at first, so what it told once holds for all. */
    let told: HostFacts | undefined
    const ground = async () => ({
      host: under.host,
      facts: (told ??= await under.host.inventory()),
      fence: aFence(1),
    })

    test.each(READING_CASES)('$name', async ({ run: tryIt }) => {
      expect(await tryIt(await ground())).not.toBe('')
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    // In two halves, since a host is read before and after each step and each undo.
    test.each([
      ['take a GPU from its host', { from: 0, to: 2, refused: ['PreconditionChanged'] }],
      ['give it to a VM and start that', { from: 2, to: 5, refused: ['PreconditionChanged', 'StaleFence'] }],
    ])('verify-host can %s, and leave the host as it was', async (_, { from, to, refused }) => {
      const plan = planToTry((await ground()).facts, { gpu: 'gpu0', vm: 'train-01' })
      if ('refusals' in plan) throw new Error(plan.refusals.map(({ reason }) => reason).join())
      expect(plan.steps.map(({ kind }) => kind)).toEqual(STEPS)
      const earlier = plan.steps.slice(0, from)
      const steps = plan.steps.slice(from, to)
      for (const step of earlier) expect(await run(under.host, step, 2)).toEqual(DONE)

      const now = await under.host.inventory()
      const around = {
        host: under.host,
        facts: now,
        fence: aFence(2),
        stopping: NEVER,
        hint: () => undefined,
      }
      const findings = await exercise({ ...around, plan: { ...plan, steps } })
      for (const step of earlier.map(undoOf).reverse()) expect(await run(under.host, step, 2)).toEqual(DONE)

      const reasons = findings.map(({ reason }) => reason)
      expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
      expect(reasons.filter((reason) => reason.startsWith('refused: '))).toEqual(
        refused.map((code) => expect.stringMatching(`^refused: ${code}: .*\\w`)),
      )
      // Each step reads as ready before and as done after, and so does each undo.
      const shown = reasons.filter((reason) => reason === 'it was done, and the host shows it')
      expect(shown).toHaveLength(2 * steps.length)
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    test('a step whose ground has changed is refused and changes nothing', async () => {
      const [set] = assignment(facts, 'gpu0', 'train-01')
      under.world.setVmState('hv01', 'train-01', 'Running')
      const before = under.world.facts('hv01')

      const result = await run(under.host, set!)

      expect(codeOf(result)).toBe('PreconditionChanged')
      expect(under.world.facts('hv01')).toEqual(before)
    })

    test('a device is known by instance id and location path together', async () => {
      const gpu = { ...gpuRef(facts, 'gpu0'), instanceId: gpuRef(facts, 'gpu1').instanceId }

      const result = await run(under.host, { kind: 'disableDevice', gpu })

      expect(codeOf(result)).toBe('PreconditionChanged')
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    test('a GPU that is gone is told until it is forgotten, and by its slot again once it is back', async () => {
      const slots = async () => (await under.host.inventory()).gpus.map(({ slot }) => slot)
      const { gpus } = await under.host.inventory()
      const { instanceId } = gpus.find(({ slot }) => slot === 'gpu1')!
      under.host.forget(instanceId)
      expect(await slots()).toEqual(['gpu0', 'gpu1', 'gpu2'])
      under.world.rebuild('hv01', { kind: 'pull card', slot: 'gpu1' })
      expect((await slots()).toSorted()).toEqual(['gpu0', 'gpu1', 'gpu2'])

      under.host.forget(instanceId)

      expect(await slots()).toEqual(['gpu0', 'gpu2'])
      under.world.rebuild('hv01', { kind: 'put card', slot: 'gpu1' })
      expect((await slots()).toSorted()).toEqual(['gpu0', 'gpu1', 'gpu2'])
    })

    describe('knows whose orders it takes:', () => {
      tryFences(
        () => under,
        () => assignment(facts, 'gpu0', 'train-01'),
      )
    })

    test('adding a device that is not dismounted is refused as not found', async () => {
      const step: Step = { kind: 'attachDevice', gpu: gpuRef(facts, 'gpu0'), vm: vmRef(facts, 'train-01') }

      const result = await under.host.run({ step, expects: {}, fence: aFence(1) })

      expect(codeOf(result)).toBe('ObjectNotFound')
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    test('settings that need the VM off are refused while it runs', async () => {
      const step: Step = {
        kind: 'setVm',
        vm: vmRef(facts, 'train-02'),
        from: {},
        to: { highMmioBytes: 2 ** 36 },
      }

      const result = await under.host.run({ step, expects: {}, fence: aFence(1) })

      expect(codeOf(result)).toBe('InvalidState')
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    test('a host that cannot be reached leaves the outcome of a step unknown, and has no inventory', async () => {
      const [set] = assignment(facts, 'gpu0', 'train-01')
      await under.cutOff()

      expect((await run(under.host, set!)).kind).toBe('unknown')
      await expect(under.host.inventory()).rejects.toMatchObject({ name: 'Fault', code: 'host-unreachable' })
      expect((await under.host.smi({ kind: 'host' })).kind).toBe('not-run')
      expect(under.world.facts('hv01')).toEqual(facts)
    })

    test('nvidia-smi in a VM answers with one row for its GPU', async () => {
      const answer = await under.host.smi({ kind: 'guest', vm: vmRef(facts, 'render-01').id })

      expect(answer).toMatchObject({ kind: 'ran', exitCode: 0 })
      const [head, row, ...more] = answer.kind === 'ran' ? answer.stdout.trim().split('\n') : []
      expect(head).toMatch(/^index, name, uuid, driver_version, memory\.total \[MiB\], /)
      expect(row).toMatch(/^0, NVIDIA A40, GPU-[0-9a-f-]{36}, /)
      expect(more).toEqual([])
    })

    test('nvidia-smi cannot be run in a VM that is off', async () => {
      const answer = await under.host.smi({ kind: 'guest', vm: vmRef(facts, 'train-01').id })

      expect(answer.kind).toBe('not-run')
    })

    describe('of GPU partitions', () => {
      const GIB = 2 ** 30
      const exactly = (bytes: number) => ({ min: bytes, max: bytes, optimal: bytes })
      const partitionRef = (host: HostFacts) => ({
        gpu: gpuRef(host, 'gpu0'),
        partition: {
          name: host.gpus[0]!.partition!.name,
          commands: host.partitioning === 'current' ? ('current' as const) : ('older' as const),
        },
      })

      beforeEach(async () => {
        await under.close()
        under = await open('hv02')
        facts = under.known(under.world.facts('hv02'))
      })

      /** Every step of a partition's life in a VM that is off, and clustered. */
      const life = (): Step[] => {
        const vm = vmRef(facts, 'vdi-06')
        const ref = { ...partitionRef(facts), vm }
        return [
          {
            kind: 'setVm',
            vm,
            from: { automaticStopAction: 'Save' },
            to: { automaticStopAction: 'TurnOff' },
          },
          { kind: 'setOfflineAction', vm, from: 1, to: 3 },
          { kind: 'addPartition', ...ref, vram: exactly(8 * GIB) },
          { kind: 'setPartition', ...ref, from: exactly(8 * GIB), to: exactly(6 * GIB) },
        ]
      }

      test('the inventory tells the truth', async () => {
        expect(ofHyperV(hostFacts.parse(await under.host.inventory()))).toEqual(facts)
      })

      test('each step changes the host, and reads as done once it is; undone in reverse order, all is as before', async () => {
        const before = under.world.facts('hv02')
        let now = await under.host.inventory()
        for (const step of life()) {
          expect([step.kind, readStep(step, now)]).toEqual([step.kind, 'ready'])
          expect([step.kind, await run(under.host, step)]).toEqual([step.kind, DONE])
          now = await under.host.inventory()
          expect([step.kind, readStep(step, now)]).toEqual([step.kind, 'done'])
        }

        const undone = await runAll(under.host, life().map(undoOf).reverse())

        expect(undone).toEqual(life().map(() => DONE))
        expect(under.world.facts('hv02')).toEqual(before)
      })

      test('a partition without figures of its own has those that the host decides', async () => {
        const [set] = life()
        const step: Step = {
          kind: 'addPartition',
          ...partitionRef(facts),
          vm: vmRef(facts, 'vdi-06'),
          vram: null,
        }

        expect(await runAll(under.host, [set!, step])).toEqual([DONE, DONE])

        expect(readStep(step, await under.host.inventory())).toBe('done')
      })

      test('a VM gets no second partition of a GPU, and one that has none loses none', async () => {
        const [set, , add] = life()
        await runAll(under.host, [set!, add!])

        expect(codeOf(await run(under.host, add!))).toBe('PreconditionChanged')
        expect(await run(under.host, undoOf(add!))).toEqual(DONE)
        expect(codeOf(await run(under.host, undoOf(add!)))).toBe('PreconditionChanged')
      })

      test('the count is changed while no partition is in use, and not while one is', async () => {
        const count: Step = { kind: 'setPartitionCount', ...partitionRef(facts), from: 4, to: 8 }
        expect(codeOf(await run(under.host, count))).toBe('PreconditionChanged')
        under.world.setVmState('hv02', 'vdi-05', 'Off')
        const vm = vmRef(facts, 'vdi-05')
        const vram = exactly(12 * GIB)
        const takeBack: Step = { kind: 'removePartition', ...partitionRef(facts), vm, vram }

        expect(await runAll(under.host, [takeBack, count])).toEqual([DONE, DONE])

        expect(readStep(count, await under.host.inventory())).toBe('done')
      })

      test('a count that the driver does not offer is refused, and changes nothing', async () => {
        const step: Step = { kind: 'setPartitionCount', ...partitionRef(facts), from: 4, to: 3 }
        const before = under.world.facts('hv02')

        const result = await under.host.run({ step, expects: {}, fence: aFence(1) })

        expect(result.kind).toBe('refused')
        expect(under.world.facts('hv02')).toEqual(before)
      })

      test('nvidia-smi in a VM with a partition answers with one row, of its share', async () => {
        const answer = await under.host.smi({ kind: 'guest', vm: vmRef(facts, 'vdi-05').id })

        expect(answer).toMatchObject({ kind: 'ran', exitCode: 0 })
        expect(answer.kind === 'ran' ? answer.stdout : '').toMatch(/NVIDIA L40S.* 12288 MiB/)
      })
    })
  })
}
