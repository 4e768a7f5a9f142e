/** Counts how runs ended, and what must never be: a lost GPU, a step that took effect twice. */
import { placeOf, type HostFacts } from '../../../src/core/inventory'
import type { Ran } from './run'

const counts = { runs: 0, done: 0, restored: 0, attention: 0, lost: 0, twice: 0 }
export const tally: Readonly<typeof counts> = counts

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

export const closingLine = (): string =>
  `crash suite: ${counts.runs} runs, ${counts.done} done, ${counts.restored} restored, ` +
  `${counts.attention} needs attention, ${counts.lost} lost, ${counts.twice} twice\n`
