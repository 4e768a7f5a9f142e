/** Counts how runs ended, and what must never be: a lost GPU, a step that took effect twice. */
import { afterAll, describe, expect, it } from '@jest/globals'
import { placeOf, type HostFacts } from '../../../src/core/inventory/inventory'
import type { Ran } from './run'

const counts = { runs: 0, done: 0, restored: 0, attention: 0, lost: 0, twice: 0 }

/** GPUs that nobody can use, though somebody could before or the plan had them in hand. */
const lostOn = (facts: HostFacts, before: HostFacts, planned: string): string[] =>
  facts.gpus
    .filter((gpu) => {
      const place = placeOf(facts, gpu).kind
      const usable = place === 'host-enabled' || place === 'assigned'
      return !usable && (gpu.locationPath === planned || placeOf(before, gpu).kind !== place)
    })
    .map((gpu) => gpu.slot)

const lostIn = ({ prepared, request, facts, repaired }: Ran): number => {
  const lost = (found: HostFacts) => lostOn(found, prepared.before, prepared.plan.gpu.locationPath).length
  if (request.state !== 'needs-attention') return lost(facts)
  const unlisted = request.repair.length === 0 ? lost(facts) : 0
  return unlisted + (repaired ? lost(repaired.facts) : lost(facts))
}

/** Adds a run to the tally and hands it on. */
export const tallied = (ran: Ran): Ran => {
  counts.runs += 1
  if (ran.request.state === 'succeeded') counts.done += 1
  if (ran.request.state === 'rolled-back') counts.restored += 1
  if (ran.request.state === 'needs-attention') counts.attention += 1
  counts.lost += lostIn(ran)
  counts.twice += ran.twice
  return ran
}

/** The end of a suite: its line, and what holds over all of its runs, of which there are so many. */
export const closes = (suite: string, runs: number): void => {
  afterAll(() => {
    const { done, restored, attention, lost, twice } = counts
    process.stdout.write(
      `crash suite, ${suite}: ${counts.runs} runs, ${done} done, ${restored} restored, ` +
        `${attention} needs attention, ${lost} lost, ${twice} twice\n`,
    )
  })
  describe('over all these runs', () => {
    it('no GPU is lost and no step takes effect twice', () => {
      expect(counts).toMatchObject({ runs, lost: 0, twice: 0 })
    })
  })
}
