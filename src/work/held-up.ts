/** What keeps a plan from being carried out. */
import { blockedWords } from '../core/aside'
import { blockOn } from '../core/plan/blocked'
import { hostPlansOf, type Plan } from '../core/plan/plan'
import { asides } from '../store/aside'
import type { Db } from '../store/database'
import { isPaused } from '../store/fleet'

/** What stops a plan between two steps; a clause such as "hv01 is paused between steps". */
export const stoppedBetween = async (db: Db, plan: Plan): Promise<string | null> => {
  for (const { host } of hostPlansOf(plan))
    if ((await isPaused(db, host)) === 'steps') return `${host} is paused between steps`
  return null
}

/** What keeps a plan from being begun. What has begun is brought to its end, its undo above all. */
export const heldUp = async (db: Db, plan: Plan): Promise<string | null> => {
  for (const { host } of hostPlansOf(plan)) if (await isPaused(db, host)) return `${host} is paused`
  const blocked = blockOn(plan, await asides(db))
  return blocked && blockedWords(blocked.gpu, blocked.aside)
}
