/** What the holder of a lease is told, where nobody else reads it. */
import type { Lease } from '../../core/lease/lease'
import type { Notice } from '../../core/notice'
import type { Tx } from '../../store/database'
import { post } from '../../store/outbox'
import { findRequest } from '../../store/requests'

/** Goes out with the commit. Where the chat never said how to reach the person alone, it goes to the request's channel. */
export const tellHolder = async (tx: Tx, lease: Lease, notice: Notice, at: number): Promise<void> => {
  const request = await findRequest(tx, lease.id)
  if (!request) return
  await post(tx, request.privately ?? request.channel, notice, { at, otherwise: request.channel })
}
