/**
 * A data directory that an earlier version left: of before plans took the GPU from its host first, and of before hosts knew
 * whose orders they take. Written by that version (store.sql, fleet.json), and never anew.
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import Database from 'libsql'
import type { Clock } from '../../src/core/ports/clock'
import type { RequestState } from '../../src/core/request/request'
import { fleetFile, openSimulatedFleet, type SimulatedFleet } from '../../src/host/simulated/fleet'
import { readFleetFile } from '../../src/host/simulated/schema'
import { asides } from '../../src/store/aside'
import { openStore, type Store } from '../../src/store/database'
import { findLease } from '../../src/store/leases'
import { openWaiters } from '../../src/store/queue'
import { duePosts } from '../../src/store/outbox'
import { sweepLeases } from '../../src/work/sweeps/leases'
import type { Context } from '../../src/work/context/context'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { runRequest } from '../../src/work/operation/run'
import { voidOldPlans } from '../../src/work/changes/request/voided'
import { NINE_O_CLOCK, fakeClock } from '../fakes/clock'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { ADMIN, CHANNEL, REQUESTER, botOver, readHosts, stored, typed } from './operations/bot'
import { repairAndResolve } from './operations/repair'

const HOUR = 3_600_000
/** As that version counted its own time. */
const LEFT_AT = NINE_O_CLOCK
const FROM = join(__dirname, 'earlier')
const REQUESTS = {
  'R-1': 'succeeded',
  'R-2': 'needs-attention',
  'R-3': 'approved',
  'R-4': 'running',
  'R-5': 'pending',
  'R-6': 'pending',
} as const satisfies { readonly [id: string]: RequestState }

let dir: string
let store: Store
let clock: Clock
let fleet: SimulatedFleet
let context: Context

beforeEach(async () => {
  dir = makeTempDir()
  const file = new Database(join(dir, 'gpu-chatops.db'))
  file.exec(readFileSync(join(FROM, 'store.sql'), 'utf8'))
  file.close()
  const stateFile = join(dir, 'simulated-fleet.json')
  copyFileSync(join(FROM, 'fleet.json'), stateFile)
  store = await openStore(dir)
  clock = fakeClock(LEFT_AT)
  fleet = openSimulatedFleet({
    file: readFleetFile(fleetFile('default')),
    ...{ stateFile, clock, latency: 'none' },
  })
  context = botOver(store.db, fleet, clock)
  await readHosts(context)
})
afterEach(async () => {
  await store.close()
  removeTempDir(dir)
})

const stateOf = async (id: string): Promise<RequestState> => (await stored(store.db, id)).state
const runs = async (id: string): Promise<RequestState> => {
  await runRequest(context, await stored(store.db, id), new AbortController().signal)
  return stateOf(id)
}
const says = (text: string) =>
  typed(context, text, { account: REQUESTER, name: 'Somebody', channel: CHANNEL, back: CHANNEL })
const vmOn = (host: string, name: string) => fleet.world.facts(host).vms.find((vm) => vm.name === name)

describe('a data directory of an earlier version', () => {
  it('opens with all that is in it, and nothing is set aside', async () => {
    const found = await Promise.all(Object.keys(REQUESTS).map(async (id) => [id, await stateOf(id)]))

    expect(Object.fromEntries(found)).toEqual(REQUESTS)
    expect(await findLease(store.db, 'R-1')).toMatchObject({ state: 'held', holder: REQUESTER })
    expect((await openWaiters(store.db)).map(({ entry }) => entry.id)).toEqual(['Q-1'])
    expect(await asides(store.db)).toEqual([])
    for (const text of [
      'list',
      'requests --all',
      'queue',
      'history',
      ...Object.keys(REQUESTS).map((id) => `show ${id}`),
    ])
      expect(await says(text)).toMatchObject({
        summary: expect.not.stringMatching(/cannot be read|no request/),
      })
  })

  it('has what runs come to its end in its own order', async () => {
    expect(await runs('R-4')).toBe('succeeded')

    expect(vmOn('hv02', 'vdi-01')).toMatchObject({ state: 'Running', partitions: [expect.anything()] })
  })

  it('lets plans of before lapse that have not begun, and says so', async () => {
    await voidOldPlans(context)

    expect(await stateOf('R-5')).toBe('void')
    expect(await runs('R-3')).toBe('void')
    const { posts } = await duePosts(store.db, clock.now(), { limit: 99 })
    for (const id of ['R-3', 'R-5'])
      expect(posts.find(({ requestId }) => requestId === id)?.notice.summary).toContain('void')
  })

  it('is asked anew by one press for what lapsed', async () => {
    await voidOldPlans(context)

    expect(await says('again R-5')).toBeNull()
    expect(await stateOf('R-7')).toBe('pending')
    expect((await stored(store.db, 'R-7')).plan.order).toBe('device-first')
  })

  it('has what needs attention repaired by its own commands', async () => {
    const request = await stored(store.db, 'R-2')
    if (request.state !== 'needs-attention') throw new Error(request.state)

    const { state } = await repairAndResolve(context, fleet.world, request)

    expect(state).toBe('rolled-back')
    expect(fleet.world.facts('hv01').dismounted).toEqual([])
  })

  it('has what needs attention undone at one press', async () => {
    const admin = { account: ADMIN, name: 'Somebody', channel: CHANNEL, back: CHANNEL }

    expect(await typed(context, 'retry R-2', admin)).toMatchObject({ tone: 'plain' })

    expect(await runs('R-2')).toBe('rolled-back')
    expect(fleet.world.facts('hv01').dismounted).toEqual([])
  })

  it('has a lease go on, longer by an extension, to its end, and the queue after it', async () => {
    await runs('R-3')
    await voidOldPlans(context)
    const lease = await findLease(store.db, 'R-1')
    await says('extend R-1 by 1h')
    expect((await findLease(store.db, 'R-1'))?.endsAt).toBe((lease?.endsAt ?? 0) + HOUR)

    await says('done R-1 --shutdown')
    await sweepLeases(context)
    expect(await findLease(store.db, 'R-1')).toMatchObject({ state: 'releasing' })
    expect(await runs('R-7')).toBe('succeeded')

    expect(vmOn('hv01', 'train-02')?.assigned).toEqual([])
    await readHosts(context)
    await sweepQueue(context)
    expect((await openWaiters(store.db)).map(({ entry }) => entry.state)).toEqual(['offered'])
  })
})
