/** The queue under whatever people, time and hosts do, in whatever order, some of it at once. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { placeOf } from '../../src/core/inventory/inventory'
import { isOffered } from '../../src/core/queue/entry'
import type { Request } from '../../src/core/request/request'
import { openWaiters } from '../../src/store/queue'
import { requestsIn } from '../../src/store/requests'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { jonas, maya, priya, startLine, type Line } from './line'

const MINUTE = 60_000
const WHO = [maya, priya]
const GPUS = ['hv01/gpu0', 'hv01/gpu1', 'hv01/gpu2']
const VMS = ['train-01', 'train-02']
const WANTS = [...GPUS, 'any A100', 'any', 'any with 48GiB free', 'any A40 to train-02']
const KINDS = [
  ...(['queue', 'queue', 'queue', 'take', 'take', 'assign', 'release', 'release'] as const),
  ...(['move', 'approve', 'approve', 'deny', 'leave', 'pause', 'resume', 'silent', 'back'] as const),
  ...(['restart', 'wait', 'goes on', 'goes on'] as const),
] as const

const deed = fc.record({
  kind: fc.constantFrom(...KINDS),
  who: fc.constantFrom(...WHO),
  gpu: fc.constantFrom(...GPUS),
  vm: fc.constantFrom(...VMS),
  want: fc.constantFrom(...WANTS),
  which: fc.nat({ max: 9 }),
  minutes: fc.integer({ min: 1, max: 90 }),
  /** While the bot tends the queue by itself. */
  meanwhile: fc.boolean(),
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

const openRequests = (line: Line): Promise<Request[]> =>
  requestsIn(line.db, ['pending', 'approved', 'running', 'needs-attention'])
const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)]

const act = async (line: Line, { kind, who, gpu, vm, want, which, minutes }: Deed): Promise<unknown> => {
  const entry = pick(await openWaiters(line.db), which)?.entry
  const pending = pick(await requestsIn(line.db, ['pending']), which)
  switch (kind) {
    case 'queue':
      return line.says(who, `queue ${want}`)
    case 'take':
      return entry && line.says(entry.by, `take ${entry.id} to ${vm} --shutdown`)
    case 'leave':
      return entry && line.says(entry.by, `leave ${entry.id}`)
    case 'assign':
    case 'move':
      return line.says(who, `${kind} ${gpu} to ${vm} --shutdown`)
    case 'release':
      return line.says(who, `release ${gpu} --shutdown`)
    case 'approve':
    case 'deny':
      return pending && line.says(jonas, `${kind} ${pending.id}`)
    case 'pause':
    case 'resume':
      return line.says(priya, `${kind} hv01`)
    case 'silent':
    case 'back': {
      line.world.setReachable('hv01', kind === 'back')
      return
    }
    case 'restart':
      return line.restarts()
    case 'wait':
      return line.passes(minutes * MINUTE)
    case 'goes on':
      return line.goesOn()
  }
}

/** What is on offer is with nobody, in no request, and on offer once. */
const check = async (line: Line): Promise<void> => {
  const offered = (await openWaiters(line.db)).map(({ entry }) => entry).filter(isOffered)
  const kept = [
    ...offered.map(({ gpu }) => gpu.alias),
    ...(await openRequests(line)).map(({ plan }) => plan.gpu.alias),
  ]
  expect(new Set(kept).size).toBe(kept.length)
  const facts = line.world.facts('hv01')
  for (const { gpu } of offered) expect(placeOf(facts, gpu).kind).not.toBe('assigned')
}

const inUse = (line: Line): string[] => {
  const facts = line.world.facts('hv01')
  return facts.gpus.filter((gpu) => placeOf(facts, gpu).kind === 'assigned').map(({ slot }) => `hv01/${slot}`)
}

/** Hosts answer, approvers approve, others in the same VM agree, and whoever has a GPU gives it back. Some take what they are offered, others do not. */
const drains = async (line: Line): Promise<void> => {
  line.world.setReachable('hv01', true)
  await line.says(priya, 'resume all')
  for (let round = 0; round < 30; round++) {
    for (const { id } of await requestsIn(line.db, ['pending'])) await line.says(jonas, `approve ${id}`)
    for (const gpu of inUse(line)) await line.says(maya, `release ${gpu} --shutdown`)
    for (const { id, touches = [] } of await requestsIn(line.db, ['approved']))
      for (const { holder } of touches) await line.says(holder, `agree ${id}`)
    await line.goesOn()
    await check(line)
    const waiters = await openWaiters(line.db)
    if (waiters.length === 0) return
    const taken = waiters.map(({ entry }) => entry).find(isOffered)
    if (taken) await line.says(taken.by, `take ${taken.id} to train-01 --shutdown`)
    if (round % 3 === 2) await line.passes(30.5 * MINUTE)
  }
  expect(await openWaiters(line.db)).toEqual([])
}

let offers = 0

it.each([1, 2, 3, 4])(
  'whatever happens, no GPU is on offer to two, nor to one while another has it or asks for it, and every line comes to its end: %i',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 30, size: 'max' }), async (deeds) => {
        const line = await startLine()
        try {
          for (const each of deeds) {
            const alone = each.kind === 'restart' || !each.meanwhile
            await Promise.all([act(line, each), ...(alone ? [] : [sweepQueue(line.context)])])
            await check(line)
            offers += (await openWaiters(line.db)).filter(({ entry }) => isOffered(entry)).length
          }
          await drains(line)
        } finally {
          await line.end()
        }
      }),
      { numRuns: 5, seed },
    )
  },
)

it('much was on offer in these runs', () => {
  expect(offers).toBeGreaterThan(25)
})
