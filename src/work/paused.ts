/** A plan is carried out while none of its hosts is paused. */
import { hostPlansOf, type Plan } from '../core/plan/plan'
import type { Db } from '../store/database'
import { isPaused } from '../store/fleet'

/** The first of its hosts that is paused. */
export const pausedOf = async (db: Db, plan: Plan): Promise<string | null> => {
  for (const { host } of hostPlansOf(plan)) if (await isPaused(db, host)) return host
  return null
}
