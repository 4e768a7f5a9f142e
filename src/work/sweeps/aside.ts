/** What cannot be read: administrators are told of it once. */
import { asidesNotice } from '../../core/answers/aside'
import { asides, markTold } from '../../store/aside'
import { post } from '../../store/outbox'
import { administrative, type Parts } from '../context/parts'

/** All that nobody was told of, in one post. While there is no channel for it, it stays untold: lists and `doctor` show it. */
export const tellOfAsides = async (parts: Parts): Promise<void> => {
  const places = administrative(parts)
  const news = (await asides(parts.db)).filter(({ toldAt }) => toldAt === null)
  if (news.length === 0 || places.length === 0) return
  parts.log.error(
    { records: news.map(({ id, what, why }) => `${id} ${what}: ${why}`) },
    'records cannot be read',
  )
  await parts.db.transaction().execute(async (tx) => {
    const at = parts.clock.now()
    for (const place of places) await post(tx, place, asidesNotice(news), { at })
    await markTold(
      tx,
      news.map(({ id }) => id),
      at,
    )
  })
  parts.wake.deliver()
}
