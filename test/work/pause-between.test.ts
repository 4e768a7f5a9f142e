/** A pause between two steps, of every kind of plan: not one order more reaches a host, and what has begun ends as if nothing had been. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { hostPlansOf, stepsOf } from '../../src/core/plan/plan'
import type { Clock } from '../../src/core/ports/clock'
import type { Host } from '../../src/core/ports/host'
import { isStartOfGiver } from '../../src/core/operation/progress'
import type { Request } from '../../src/core/request/request'
import type { Context } from '../../src/work/context/context'
import { runRequest } from '../../src/work/operation/run'
import { sorted } from '../fakes/facts'
import { approved, EVERY_PLAN } from './every-plan'
import { giveUp, goOn, type Left, type Scene } from './harm/scene'

interface Try {
  /** Whose pause it is. */
  readonly host: string
  /** The order during which it is said, counted from 0; none where it is negative. */
  readonly during: number
  /** The order that is refused; none where it is negative. */
  readonly refused: number
}
interface Ended {
  /** How many orders had reached a host when it stood still, and how many in all. */
  readonly until: number
  readonly orders: number
  readonly card: string
  readonly state: string
  readonly facts: unknown
}

/** The bot ends where it waits, and another one goes on once the host is resumed. */
const ran = async (scene: Scene, id: string, { host: paused, during, refused }: Try): Promise<Ended> => {
  const { context, fleet } = scene
  const stopping = new AbortController()
  let orders = 0
  const hosts = [...context.hosts].map(([name, host]): [typeof name, Host] => {
    const run: Host['run'] = async (order) => {
      const n = orders
      orders += 1
      if (n === during) await scene.says('priya', `pause ${paused} --now`)
      if (n === refused)
        fleet.world.inject({ ...{ host: name, step: order.step.kind }, kind: 'refuse', times: 1 })
      return host.run(order)
    }
    return [name, { ...host, run }]
  })
  const sleep: Clock['sleep'] = (ms, signal) => {
    if (signal === stopping.signal) stopping.abort()
    return context.clock.sleep(ms, signal)
  }
  const watched: Context = {
    ...context,
    hosts: new Map(hosts),
    clock: { now: () => context.clock.now(), sleep },
  }
  await runRequest(watched, await scene.stored(id), stopping.signal)
  const until = orders
  const card = (await scene.posts()).find(({ request_id }) => request_id === id)?.notice ?? ''
  await scene.says('priya', `resume ${paused}`)
  await runRequest(watched, await scene.stored(id), new AbortController().signal)
  const facts = fleet.world.hostNames().map((name) => sorted(fleet.world.facts(name)))
  return { until, orders, card, state: (await scene.stored(id)).state, facts }
}

describe.each(EVERY_PLAN)('$name', (plan) => {
  let left: Left & { readonly found: Request }
  beforeAll(async () => {
    left = await approved(plan)
  })
  afterAll(() => giveUp(left))

  /** During every order but the last, by turns on each host of the plan. */
  const standsStill = async (refused: number): Promise<void> => {
    const { id, plan: found } = left.found
    const undisturbed = await goOn(left, {}, (scene) => ran(scene, id, { host: 'hv01', during: -1, refused }))
    expect(undisturbed.state).toBe(refused < 0 ? 'succeeded' : 'rolled-back')
    const hosts = hostPlansOf(found).map(({ host }) => host)
    for (let during = 0; during < undisturbed.orders - 1; during += 1) {
      const host = hosts[during % hosts.length]!
      const ended = await goOn(left, {}, (scene) => ran(scene, id, { host, during, refused }))

      expect([during, ended.until]).toEqual([during, during + 1])
      expect(ended.card).toContain(`waiting: ${host} is paused between steps`)
      const { orders, state, facts } = undisturbed
      expect({ during, ...ended }).toMatchObject({ during, orders, state, facts })
    }
  }

  it('stands still between any two steps, and is done once the host is resumed', () => standsStill(-1))

  it('stands still between any two steps of its undo, and is undone once the host is resumed', () => {
    const last = stepsOf(left.found.plan).findLastIndex((_, n) => !isStartOfGiver(left.found.plan, n))
    return standsStill(last)
  })
})
