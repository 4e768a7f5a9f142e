/** A GPU that is on offer is kept for the one it is offered to. */
import { refusal, type Refusal } from '../../core/errors'
import { momentText } from '../../core/policy/calendar'
import { isOffered } from '../../core/queue/entry'
import type { Db, Tx } from '../../store/database'
import { openWaiters } from '../../store/queue'
import type { Parts } from '../parts'

/** GPUs that are on offer, each with the place in the queue to which it is offered. */
export const offersNow = async (db: Db): Promise<ReadonlyMap<string, string>> =>
  new Map((await offersIn(db)).map(({ id, gpu }) => [gpu.alias, id]))

const offersIn = async (db: Db | Tx) => (await openWaiters(db)).map(({ entry }) => entry).filter(isOffered)

/** Until when somebody else has it on offer; nothing when nobody has. */
export const keptForOthers = async (
  parts: Parts,
  db: Db | Tx,
  gpu: { readonly host: string; readonly locationPath: string },
  /** The offer that is being taken. */
  taking: { readonly id: string } | undefined,
): Promise<Refusal[]> => {
  const { timeZone } = parts.policy.inForce()
  return (await offersIn(db))
    .filter(
      (each) =>
        each.id !== taking?.id && each.gpu.host === gpu.host && each.gpu.locationPath === gpu.locationPath,
    )
    .map(({ id, gpu: { alias }, until }) =>
      refusal(
        'busy',
        `${alias} is on offer to the next in the queue (${id}) until ${momentText(timeZone, until)}`,
        `\`queue ${alias}\` puts you in the line for it.`,
      ),
    )
}
