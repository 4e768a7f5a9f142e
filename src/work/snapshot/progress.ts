/** How far an operation has come, by its journal. */
import type { Plan } from '../../core/plan/plan'
import { refuseJournal, replay, type Progress } from '../../core/operation/progress'
import type { Db, Tx } from '../../store/database'
import { entriesOf } from '../../store/journal'

interface Planned {
  readonly id: string
  readonly plan: Plan
}

/** Null where its journal cannot be read, or tells what cannot have been. */
export const progressOf = async (db: Db | Tx, planned: Planned): Promise<Progress | null> => {
  const entries = await entriesOf(db, planned.id)
  return entries && refuseJournal(planned.plan, entries) === null ? replay(planned.plan, entries) : null
}

/** Why its progress is not known; a clause. */
export const whyUnknown = async (db: Db | Tx, { id, plan }: Planned): Promise<string> => {
  const entries = await entriesOf(db, id)
  return (entries && refuseJournal(plan, entries)) ?? 'its journal cannot be read'
}
