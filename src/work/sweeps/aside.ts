/** What cannot be read: administrators are told of it once. */
import { asidesNotice } from '../../core/answers/aside'
import { asides, markTold } from '../../store/aside'
import { post } from '../../store/outbox'
import { administrative, type Context } from '../context/context'

/** All that nobody was told of, in one post. While there is no channel for it, it stays untold: lists and `doctor` show it. */
export const tellOfAsides = async (context: Context): Promise<void> => {
  const places = administrative(context)
  const news = (await asides(context.db)).filter(({ toldAt }) => toldAt === null)
  if (news.length === 0 || places.length === 0) return
  context.log.error(
    { records: news.map(({ id, what, why }) => `${id} ${what}: ${why}`) },
    'records cannot be read',
  )
  await context.db.transaction().execute(async (tx) => {
    const at = context.clock.now()
    for (const place of places) await post(tx, place, asidesNotice(news), { at })
    await markTold(
      tx,
      news.map(({ id }) => id),
      at,
    )
  })
  context.wake.deliver()
}
