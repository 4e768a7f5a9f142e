/** What the exercise of verify-host says of a host that does not do what it must, and that it undoes what it did. */
import { describe, expect, it } from '@jest/globals'
import type { HostFacts } from '../../src/core/inventory/inventory'
import type { Host, StepOrder, StepResult } from '../../src/core/ports/host'
import { exercise } from '../../src/doctor/exercise'
import { READING_CASES } from '../../src/doctor/reading-cases'
import { planToTry } from '../../src/doctor/verify-host'
import { openFleet } from '../contract/over-powershell'
import { aFence } from '../fakes/fence'

const NAMES = { gpu: 'gpu0', vm: 'train-01' }
const UNKNOWN: StepResult = { kind: 'unknown', why: 'no answer' }

type Run = (order: StepOrder, really: Host['run']) => Promise<StepResult>

/** A host of which `run` makes something else. */
const bench = async (run: Run, stopping = new AbortController().signal) => {
  const { world, simulated } = openFleet('hv01')
  const before = world.facts('hv01')
  const facts = await simulated.inventory()
  const plan = planToTry(facts, NAMES)
  if ('refusals' in plan) throw new Error('no plan')
  const host: Host = { ...simulated, run: (order) => run(order, (each) => simulated.run(each)) }
  const findings = await exercise({ host, facts, fence: aFence(1), plan, stopping, hint: () => undefined })
  return {
    failed: findings
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ title, reason }) => `${title}: ${reason}`),
    fixes: findings.flatMap(({ fix }) => fix ?? []),
    asBefore: JSON.stringify(world.facts('hv01')) === JSON.stringify(before),
  }
}

describe('the exercise', () => {
  it('finds nothing against a host that does what it must', async () => {
    expect(await bench((order, really) => really(order))).toEqual({ failed: [], fixes: [], asBefore: true })
  })

  it('ends with the first order that is carried out though it expects something else, and undoes it', async () => {
    const { failed, asBefore } = await bench((order, really) => really({ ...order, expects: {} }))

    expect(failed).toEqual([
      'the assignment: an order that expects the VM in another state must be refused with PreconditionChanged, but: it was done',
    ])
    expect(asBefore).toBe(true)
  })

  it('does not believe a host that says done and did nothing', async () => {
    const { failed, asBefore } = await bench((order, really) =>
      order.step.kind === 'disableDevice' && Object.keys(order.expects).includes('gpu')
        ? Promise.resolve({ kind: 'done' })
        : really(order),
    )

    expect(failed[0]).toMatch(/the assignment: an order with the instance id of another GPU must be refused/)
    expect(asBefore).toBe(true)
  })

  it('tells the words in which a host refuses a step, on one line, and no more of them than help', async () => {
    const words = `The operation failed.\r\nThe current configuration does not allow for OS control. ${'x'.repeat(2_000)}`
    const { failed, asBefore } = await bench((order, really) =>
      order.step.kind === 'dismountDevice'
        ? Promise.resolve({ kind: 'refused', code: 'OperationFailed', message: words })
        : really(order),
    )

    expect(failed[0]).toContain(
      'OperationFailed: The operation failed. The current configuration does not allow',
    )
    expect(failed[0]!.length).toBeLessThan(800)
    expect(asBefore).toBe(true)
  })

  it('goes by what the host shows where the outcome of a step is not known', async () => {
    const { failed, asBefore } = await bench(async (order, really) => {
      const result = await really(order)
      return result.kind === 'done' && order.step.kind === 'attachDevice' ? UNKNOWN : result
    })

    expect(failed).toEqual([])
    expect(asBefore).toBe(true)
  })

  it('undoes everything when a step is refused', async () => {
    const { failed, asBefore } = await bench((order, really) =>
      order.step.kind === 'attachDevice'
        ? Promise.resolve({ kind: 'refused', code: 'OperationFailed', message: 'no' })
        : really(order),
    )

    expect(failed).toEqual([
      expect.stringMatching(/^the assignment: .*OperationFailed: no, and the host does not show it$/),
    ])
    expect(asBefore).toBe(true)
  })

  it('undoes what was done when it is stopped from outside', async () => {
    const stopping = new AbortController()
    const { failed, asBefore } = await bench(async (order, really) => {
      if (order.step.kind === 'dismountDevice') stopping.abort()
      return really(order)
    }, stopping.signal)

    expect(failed).toEqual(['the assignment: it was stopped from outside'])
    expect(asBefore).toBe(true)
  })

  it('says with which commands to undo by hand what cannot be undone', async () => {
    const { failed, fixes, asBefore } = await bench((order, really) =>
      order.step.kind === 'mountDevice'
        ? Promise.resolve({ kind: 'refused', code: 'OperationFailed', message: 'no' })
        : really(order),
    )

    expect(failed).toHaveLength(3)
    expect(fixes).toContainEqual(expect.stringContaining('Mount-VMHostAssignableDevice -LocationPath'))
    expect(fixes).toContainEqual(expect.stringContaining('Enable-PnpDevice'))
    expect(asBefore).toBe(false)
  })
})

describe('without changing anything, a host is found out that', () => {
  const { simulated } = openFleet('hv01')
  /** The names of the cases that fail. */
  const failing = async (host: Host, change: (facts: HostFacts) => HostFacts = (facts) => facts) => {
    const facts = change(await host.inventory())
    const failed: string[] = []
    for (const { name, run } of READING_CASES)
      try {
        await run({ host, facts, fence: aFence(1) })
      } catch {
        failed.push(name)
      }
    return failed
  }

  it('does what it must', async () => {
    expect(await failing(simulated)).toEqual([])
  })

  it.each<[string, Partial<Host>, RegExp]>([
    [
      'carries out orders about nothing',
      { run: () => Promise.resolve({ kind: 'done' }) },
      /does not exist is refused/,
    ],
    [
      'leaves the outcome of a wrong order open',
      { run: () => Promise.resolve(UNKNOWN) },
      /does not exist is refused/,
    ],
    [
      'runs nvidia-smi where nothing runs',
      { smi: () => Promise.resolve({ kind: 'ran', exitCode: 0, stdout: '', problemCode: null }) },
      /in a VM that is off/,
    ],
    [
      'does not say why there is no nvidia-smi',
      { smi: () => Promise.resolve({ kind: 'not-run', why: '' }) },
      /says why/,
    ],
  ])('%s', async (_, broken, name) => {
    expect(await failing({ ...simulated, ...broken })).toContainEqual(expect.stringMatching(name))
  })

  it.each<[string, (facts: HostFacts) => HostFacts, RegExp]>([
    ['tells another thing each time', (facts) => ({ ...facts, vms: [] }), /second inventory/],
    [
      'gives a device to two VMs',
      (facts) => ({
        ...facts,
        vms: facts.vms.map((vm) => ({ ...vm, assigned: [facts.gpus[0]!.locationPath] })),
      }),
      /at most one holder/,
    ],
    [
      'has facts of another form',
      (facts) => ({ ...facts, gpus: [{ ...facts.gpus[0]!, slot: 'x' }] }),
      /form/,
    ],
  ])('%s', async (_, change, name) => {
    expect(await failing(simulated, change)).toContainEqual(expect.stringMatching(name))
  })
})
