/** Who holds what, and what teams have used, as the requests that succeeded tell. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { isOpen } from '../../src/core/lease/lease'
import { gpuHours } from '../../src/core/lease/usage'
import { hostViews } from '../../src/store/fleet'
import { holdsSince } from '../../src/work/holds'
import { jonas, maya, priya, startLine, type Line } from './line'

const HOUR = 3_600_000

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

const does = async (who: string, command: string, id: string) => {
  await line.says(who, command)
  await line.says(jonas, `approve ${id}`)
  await line.goesOn()
  await line.goesOn()
}
const holds = async (from = 0) => {
  const views = await hostViews(line.db, [...line.parts.hosts.keys()])
  return holdsSince(line.db, { policy: line.parts.policy.inForce(), views }, from)
}
const told = async (from = 0) =>
  (await holds(from)).map(
    (each) => `${each.id} ${each.gpu.alias} ${each.vm.name} ${each.team} ${isOpen(each) ? 'held' : 'ended'}`,
  )
const hours = async (team: string) => {
  const window = { from: 0, now: line.clock.now() }
  const own = (await holds()).filter((each) => each.team === team)
  return Math.round(own.reduce((sum, each) => sum + gpuHours(each, window), 0))
}

it('a GPU is held by whoever asked for it, from the moment at which it was given', async () => {
  await does(maya, 'assign hv01/gpu0 to train-01', 'R-1')
  await line.passes(3 * HOUR)

  expect(await told()).toEqual(['R-1 hv01/gpu0 train-01 vision held'])
  expect(await hours('vision')).toBe(3)
})

it('until the next request about it: who moves it holds it then', async () => {
  await does(maya, 'assign hv01/gpu0 to train-01', 'R-1')
  await line.passes(2 * HOUR)
  await does(priya, 'move hv01/gpu0 to train-02 --shutdown', 'R-2')
  await line.passes(5 * HOUR)

  expect(await told()).toEqual(['R-1 hv01/gpu0 train-01 vision ended', 'R-2 hv01/gpu0 train-02 speech held'])
  expect([await hours('vision'), await hours('speech')]).toEqual([2, 5])
})

it('what was given back is use, as long as it is not older than what is asked for', async () => {
  await does(maya, 'assign hv01/gpu0 to train-01', 'R-1')
  await line.says(maya, 'release hv01/gpu0 --shutdown')
  await line.goesOn()
  await line.goesOn()
  const end = line.clock.now()
  await line.passes(HOUR)

  expect(await told(end)).toEqual(['R-1 hv01/gpu0 train-01 vision ended'])
  expect(await told(end + 1)).toEqual([])
})

it('what was taken back by hand is held by nobody', async () => {
  await does(maya, 'assign hv01/gpu0 to train-01', 'R-1')
  line.hostSays((facts) => ({ ...facts, vms: facts.vms.map((vm) => ({ ...vm, assigned: [] })) }))
  await line.goesOn()

  expect(await told()).toEqual([])
})

it('part of a GPU counts as that part of it', async () => {
  await does(maya, 'assign hv02/gpu0 to vdi-01 --mode partition --shutdown', 'R-1')
  await line.passes(4 * HOUR)

  expect(await told()).toEqual(['R-1 hv02/gpu0 vdi-01 vision held'])
  expect(await hours('vision')).toBe(1)
})
