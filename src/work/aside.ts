/** What cannot be read: administrators are told of it once, and settle it. */
import { asidesNotice, noAside } from '../core/answers/aside'
import { doneNotice } from '../core/answers/done'
import { refusalNotice } from '../core/answers/refusal'
import { asides, findAside, markTold, settleAside } from '../store/aside'
import { unlockHosts } from '../store/journal'
import { post } from '../store/outbox'
import type { Caller, Consequence } from './consequence'
import { administrative, type Parts } from './parts'

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

/** It blocks nothing any more. What it was an operation of is over: its hosts are free for others. */
export const settle =
  (id: string, parts: Parts, { account, channel, back }: Caller): Consequence =>
  async (tx) => {
    const aside = await findAside(tx, id)
    if (!aside) return refusalNotice([noAside(id)])
    const at = parts.clock.now()
    await settleAside(tx, { id, by: account, at })
    if (aside.source === 'requests') await unlockHosts(tx, aside.key)
    parts.log.info({ aside: id, by: account }, 'a record that cannot be read was settled')
    parts.wake.run()
    await post(tx, channel, doneNotice(`${id} is settled: ${aside.what} blocks nothing any more.`, account), {
      at,
      otherwise: back,
    })
    return null
  }
