/** A start that takes longer than its order: what becomes of it is read from the host, and nothing is undone for it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostName, placeOf, vmById, type HostFacts } from '../../src/core/inventory/inventory'
import type { Host, StepOrder } from '../../src/core/ports/host'
import type { Request } from '../../src/core/request/request'
import { startPatienceMs } from '../../src/core/inventory/starting'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { asked, assign, decided, HOST, openBot, stored, type OpenBot } from './operations/bot'

const MINUTE = 60_000

let bot: OpenBot
beforeEach(async () => {
  bot = await openBot()
})
afterEach(() => bot.close())

const facts = (): HostFacts => bot.fleet.world.facts(HOST)
const vm = () => facts().vms.find(({ name }) => name === 'train-01')!

/** The host, whose VM starts for so long; nobody hears how its order ended. */
const slowly = (host: Host, takesMs: number, orders: string[]): Host => {
  let startedAt: number | null = null
  const { world } = bot.fleet
  return {
    ...host,
    run: (order: StepOrder) => {
      orders.push(order.step.kind)
      if (order.step.kind !== 'startVm') return host.run(order)
      startedAt = bot.clock.now()
      world.setVmState(HOST, vm().id, 'Starting')
      return Promise.resolve({ kind: 'unknown', why: 'no answer within 420 s' })
    },
    inventory: () => {
      if (startedAt !== null && bot.clock.now() - startedAt >= takesMs)
        world.setVmState(HOST, vm().id, 'Running')
      return host.inventory()
    },
  }
}

const started = async (takesMs: number): Promise<{ request: Request; orders: string[] }> => {
  const orders: string[] = []
  const { id } = await asked(bot.context, assign('hv01/gpu0', 'train-01'))
  const request = await decided(bot.context, id)
  const host = slowly(bot.context.hosts.get(hostName.parse(HOST))!, takesMs, orders)
  const context: Context = { ...bot.context, hosts: new Map([...bot.context.hosts, [host.name, host]]) }
  await runRequest(context, request, new AbortController().signal)
  return { request: await stored(context.db, id), orders }
}

describe('a VM that starts', () => {
  it('is waited for as long as its memory may need, which is longer than a silent host is', async () => {
    const takesMs = startPatienceMs(vm()) - MINUTE
    expect(takesMs).toBeGreaterThan(bot.context.limits.hostPatienceMs)

    const { request, orders } = await started(takesMs)

    expect(request.state).toBe('succeeded')
    expect(orders.filter((kind) => kind === 'startVm')).toHaveLength(1)
  })

  it('and never gets there is for a person: it keeps its GPU, and no order follows', async () => {
    const { request, orders } = await started(Number.MAX_SAFE_INTEGER)

    expect(request).toMatchObject({ state: 'needs-attention' })
    expect(JSON.stringify(request)).toContain('train-01 is starting')
    expect(orders.at(-1)).toBe('startVm')
    expect(orders.filter((kind) => kind === 'startVm')).toHaveLength(1)
    expect(vmById(facts(), vm().id)!.state).toBe('Starting')
    expect(placeOf(facts(), facts().gpus[0]!)).toEqual({ kind: 'assigned', vm: vm().id })
  })
})
