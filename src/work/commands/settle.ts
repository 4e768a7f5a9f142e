/** `resolve S-1`: a record that cannot be read is settled by an administrator. */
import { noAside } from '../../core/answers/aside'
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { findAside, settleAside } from '../../store/aside'
import { unlockHosts } from '../../store/journal'
import { post } from '../../store/outbox'
import type { Caller, Effect } from '../context/effect'
import type { Context } from '../context/context'

/** It blocks nothing any more. What it was an operation of is over: its hosts are free for others. */
export const settle =
  (id: string, context: Context, { account, channel, back }: Caller): Effect =>
  async (tx) => {
    const aside = await findAside(tx, id)
    if (!aside) return refusalNotice([noAside(id)])
    const at = context.clock.now()
    await settleAside(tx, { id, by: account, at })
    if (aside.source === 'requests') await unlockHosts(tx, aside.key)
    context.log.info({ aside: id, by: account }, 'a record that cannot be read was settled')
    context.wake.run()
    await post(tx, channel, doneNotice(`${id} is settled: ${aside.what} blocks nothing any more.`, account), {
      at,
      otherwise: back,
    })
    return null
  }
