/** How far an operation has come, by its journal. */
import type { Plan } from '../core/plan/plan'
import { replay, type Progress } from '../core/progress'
import type { Db, Tx } from '../store/database'
import { entriesOf } from '../store/journal'

/** Null where its journal cannot be read. */
export const progressOf = async (
  db: Db | Tx,
  { id, plan }: { readonly id: string; readonly plan: Plan },
): Promise<Progress | null> => {
  const entries = await entriesOf(db, id)
  return entries && replay(plan, entries)
}
