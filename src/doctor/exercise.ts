/** A whole assignment and its undo on a host, with what must be refused on the way. It ends with the host as it was. */
import { hintsOf } from '../core/operation/hints'
import { messageOf } from '../core/errors'
import { aliasOf, placeOf, vmById, type HostFacts } from '../core/inventory/inventory'
import type { Plan } from '../core/plan/plan'
import { expectationOf, readStep, saysOf, scriptOf, undoOf, type Step } from '../core/plan/step'
import type { StepOrder } from '../core/ports/host'
import { fail, pass, type Finding } from './finding'
import { resultWords, type HostUnderTest } from './reading-cases'

export interface Exercise extends HostUnderTest {
  readonly plan: Plan
  /** Aborted when whoever started it wants it to end; what was done is then undone. */
  readonly stopping: AbortSignal
  readonly hint: (text: string) => void
}

interface Under extends Exercise {
  /** The newest reading of the host; null where it has to be read first. */
  seen: HostFacts | null
}

/** Never throws; what could not be undone is told with the commands that do it by hand. */
export const exercise = async (given: Exercise): Promise<Finding[]> => {
  const all: Under = { ...given, seen: null }
  const tried: Step[] = []
  const findings: Finding[] = []
  try {
    for (const { title, code, order } of wrongOrders(all)) {
      tried.push(order.step)
      findings.push(await mustRefuse(all, { title, code, order }))
      tried.pop()
    }
    for (const step of all.plan.steps) {
      if (all.stopping.aborted) throw new Error('it was stopped from outside')
      tried.push(step)
      findings.push(await perform(all, step))
    }
  } catch (error) {
    const what = messageOf(error)
    const hints = hintsOf(what).map(({ means, next, tells }) => `${means} ${next} This tells more: ${tells}.`)
    findings.push(fail('the assignment', what, [...hints, UNDONE].join(' ')))
  }
  for (const step of tried.reverse()) findings.push(await undo(all, step))
  return [...findings, await asBefore(all)]
}

const UNDONE = 'What was tried is undone below; do not let the bot change this host before this passes.'

interface WrongOrder {
  readonly title: string
  readonly code: string
  readonly order: StepOrder
}

/** What a precondition, the identity of the device, or the fence forbids. */
const wrongOrders = ({ facts, plan, fence }: Exercise): WrongOrder[] => {
  const power = plan.steps.find((step) => step.kind === 'startVm')
  const take = plan.steps.find((step) => step.kind === 'disableDevice')
  const other = facts.gpus.find((gpu) => aliasOf(facts, gpu) !== plan.gpu.alias)
  const orders: WrongOrder[] = []
  if (power)
    orders.push({
      title: 'an order that expects the VM in another state',
      code: 'PreconditionChanged',
      order: { step: power, expects: { vm: { id: power.vm.id, states: ['Saved'] } }, fence },
    })
  if (take && other) {
    const step: Step = { ...take, gpu: { ...take.gpu, instanceId: other.instanceId } }
    orders.push({
      title: 'an order with the instance id of another GPU',
      code: 'PreconditionChanged',
      order: { step, expects: expectationOf(step), fence },
    })
  }
  if (power && fence.number > 1)
    orders.push({
      title: 'an order of an older claim',
      code: 'StaleFence',
      order: { step: power, expects: expectationOf(power), fence: { ...fence, number: fence.number - 1 } },
    })
  return orders
}

/** Throws when the order was not refused, or with another code. */
const mustRefuse = async ({ host }: Exercise, { title, code, order }: WrongOrder): Promise<Finding> => {
  const result = await host.run(order)
  const told = resultWords(result)
  if (result.kind !== 'refused' || result.code !== code)
    throw new Error(`${title} must be refused with ${code}, but: ${told}`)
  return pass(title, `refused: ${told}`)
}

/** Throws unless the step can be done now, and is done by the word of the host, whatever its answer was. */
const perform = async (all: Under, step: Step): Promise<Finding> => {
  const { host, fence, hint } = all
  const title = saysOf(step)
  hint(`${title} ...`)
  const before = all.seen ?? (await host.inventory())
  all.seen = null
  const reading = readStep(step, before)
  if (reading === 'done') {
    all.seen = before
    return pass(title, 'was so already')
  }
  if (reading === 'changed') throw new Error(`${title}: the host is not as the step expects it`)
  const result = await host.run({ step, expects: expectationOf(step), fence })
  const after = await host.inventory()
  if (readStep(step, after) === 'done') {
    all.seen = after
    return pass(title, `${resultWords(result)}, and the host shows it`)
  }
  throw new Error(`${title}: ${resultWords(result)}, and the host does not show it`)
}

/** A VM that was started is asked to shut down first: to turn it off is a power cut. */
const undo = async (all: Under, step: Step): Promise<Finding> => {
  if (step.kind !== 'startVm') return undoBy(all, undoOf(step))
  try {
    return await perform(all, { kind: 'stopVm', vm: step.vm, how: 'shutdown' })
  } catch (error) {
    all.hint(messageOf(error))
    return undoBy(all, undoOf(step))
  }
}

const undoBy = async (all: Under, back: Step): Promise<Finding> => {
  try {
    return await perform(all, back)
  } catch (error) {
    return fail(saysOf(back), messageOf(error), `Do it by hand on the host: ${scriptOf(back)}`)
  }
}

const asBefore = async ({ host, facts, plan }: Exercise): Promise<Finding> => {
  const title = 'the host afterwards'
  try {
    const now = await host.inventory()
    return touchedIn(plan, now) === touchedIn(plan, facts)
      ? pass(title, 'the GPU and the VM are as they were')
      : fail(
          title,
          `it was ${touchedIn(plan, facts)}, and is ${touchedIn(plan, now)}`,
          'Compare the two by hand.',
        )
  } catch (error) {
    return fail(title, messageOf(error), 'Look at the GPU and the VM by hand.')
  }
}

/** Everything that an assignment changes, as text. */
const touchedIn = ({ gpu, to }: Plan, facts: HostFacts): string => {
  const device = facts.gpus.find((each) => aliasOf(facts, each) === gpu.alias)
  const vm = to && vmById(facts, to.id)
  return JSON.stringify([device && placeOf(facts, device), vm?.state, vm?.settings, vm?.assigned])
}
