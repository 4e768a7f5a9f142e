/** What hosts told: from the answer of the module, through the executor's adapter, to `check` and the plan. */
import { expect } from '@jest/globals'
import { z } from 'zod'
import { checkNotice } from '../../src/core/answers/check'
import type { Outcome } from '../../src/core/errors'
import { hostName, placeOf, type HostFacts } from '../../src/core/inventory/inventory'
import type { Plan } from '../../src/core/plan/plan'
import { planAssign, planShare } from '../../src/core/planner/planner'
import { partitionSurvey } from '../../src/core/planner/partition/survey'
import { survey, type Check } from '../../src/core/planner/checks/survey'
import { remembered } from '../../src/host/powershell/memory'
import type { Engine } from '../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../src/host/powershell/host'
import { textOf } from '../core/answers/reading'
import { inputOf, planned, reasons } from '../core/planner/scene'
import { tryCases, type Try } from './cases'

const asked = z.strictObject({
  raw: z.record(z.string(), z.unknown()),
  gpu: z.string().default('gpu0'),
  vm: z.string().optional(),
  mode: z.enum(['dda', 'partition']).default('dda'),
  unsupportedPartitioning: z.boolean().default(false),
  remembered: remembered.default({}),
})
type Asked = z.infer<typeof asked>

/** The facts that the adapter makes of what the module answered. */
const factsOf = (input: Asked, forceDismount: boolean): Promise<HostFacts> => {
  const engine: Engine = {
    call: () => Promise.resolve({ kind: 'ok', json: JSON.stringify(input.raw) }),
    ended: Promise.resolve(''),
    stop: () => Promise.resolve(),
  }
  return powerShellHost({
    name: hostName.parse('hv01'),
    target: { kind: 'local', module: 'GpuChatOps' },
    notes: { forceDismount, unsupportedPartitioning: input.unsupportedPartitioning, guests: {} },
    guests: new Map(),
    engine: () => Promise.resolve(engine),
    memory: { recall: () => input.remembered, remember: () => undefined },
  }).inventory()
}

interface Seen {
  readonly read: true
  readonly facts: HostFacts
  readonly place: string
  readonly checks: Readonly<Partial<Record<Check['id'], Check>>>
  readonly verdicts: Readonly<Partial<Record<Check['id'], Check['verdict']>>>
  /** The GPU for the only VM of the host. */
  readonly plan: Outcome<Plan>
}

const host = async (input: unknown, forceDismount = false): Promise<Seen> => {
  const wish = asked.parse(input)
  const facts = await factsOf(wish, forceDismount)
  const gpu = facts.gpus.find(({ slot }) => slot === wish.gpu)!
  const vm = facts.vms.find(({ name }) => name === wish.vm) ?? null
  const checks = wish.mode === 'dda' ? survey(facts, gpu, vm) : partitionSurvey(facts, gpu, { vm, peers: [] })
  const order = inputOf({ host: facts, gpu: facts.gpus.indexOf(gpu) })
  const plan = wish.mode === 'dda' ? planAssign(order) : planShare(order, null)

  // What the checks say is what people read, and what stops a plan.
  const words = textOf(
    checkNotice({ alias: 'hv01/gpu0', vm: vm?.name ?? null, ways: [{ mode: wish.mode, checks }] }),
  )
  for (const { title, reason, fix } of checks) {
    expect(words).toContain(`${title}: ${reason}`)
    expect(words).toContain(fix ?? '')
  }
  const failed = checks.filter(({ verdict }) => verdict === 'fail').map(({ reason }) => reason)
  expect(reasons(plan)).toEqual(failed)

  return {
    read: true,
    facts,
    place: placeOf(facts, gpu).kind,
    checks: Object.fromEntries(checks.map((check) => [check.id, check])),
    verdicts: Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict])),
    plan,
  }
}

/** Nothing stops the plan to give it to the VM. */
const possible: Try = async (input) => {
  const seen = await host(input)
  planned(seen.plan)
  return seen
}

const forceDoesNotHelp: Try = async (input) => {
  const forced = await host(input, true)
  expect(forced.verdicts['device-type']).toBe('fail')
  expect(forced.checks['device-type']?.reason).toContain('-Force does not help')
  return host(input)
}

const saidInThePlan: Try = async (input) => {
  const seen = await host(input)
  expect(planned(seen.plan).warnings).toContain(`${seen.checks['address-width']!.reason}.`)
  return seen
}

const setByThePlan: Try = async (input) => {
  const seen = await host(input)
  const settings = planned(seen.plan).steps.find((step) => step.kind === 'setVm')
  expect(settings?.to.highMmioBytes).toBe(33_280 * 2 ** 20)
  return seen
}

tryCases({
  file: 'A-hyperv',
  tries: {
    A01: forceDoesNotHelp,
    A02: (input) => host(input),
    A03: possible,
    A05: (input) => host(input),
    A08: saidInThePlan,
    A09: (input) => host(input),
    A11: (input) => host(input),
    A14: (input) => host(input),
    A15: setByThePlan,
    A17: possible,
    A18: (input) => host(input),
  },
})
