/** What keeps a plan from being carried out. */
import { blockedWords } from '../../core/inventory/aside'
import { barWords, type Bar } from '../../core/inventory/bar'
import { blockOn } from '../../core/plan/blocked'
import { hostPlansOf, type Plan } from '../../core/plan/plan'
import { asides } from '../../store/aside'
import type { Db } from '../../store/database'
import { hostViews, isPaused } from '../../store/fleet'

interface Barred {
  readonly host: string
  readonly bar: Bar
}
/** Of the hosts of a plan, by what they said last. */
const bars = async (db: Db, plan: Plan): Promise<Barred[]> =>
  (
    await hostViews(
      db,
      hostPlansOf(plan).map(({ host }) => host),
    )
  ).flatMap(({ name, bar }) => (bar ? [{ host: name, bar }] : []))

const barredWords = ([first]: readonly Barred[]): string | null =>
  first ? barWords(first.host, first.bar) : null

/** What stops a plan between two steps; a clause such as "hv01 is paused between steps". */
export const stoppedBetween = async (db: Db, plan: Plan): Promise<string | null> => {
  for (const { host } of hostPlansOf(plan))
    if ((await isPaused(db, host)) === 'steps') return `${host} is paused between steps`
  return barredWords((await bars(db, plan)).filter(waitsForModule))
}

/** Another module of its host is all that it waits for: then its next order is checked as the first ones were. */
const waitsForModule = ({ bar }: Barred): boolean => bar.kind === 'old-module'

/** What keeps a plan from being begun. What has begun is brought to its end, its undo above all. */
export const heldUp = async (db: Db, plan: Plan): Promise<string | null> => {
  for (const { host } of hostPlansOf(plan)) if (await isPaused(db, host)) return `${host} is paused`
  const barred = barredWords(await bars(db, plan))
  if (barred !== null) return barred
  const blocked = blockOn(plan, await asides(db))
  return blocked && blockedWords(blocked.gpu, blocked.aside)
}
