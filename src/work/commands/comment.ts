/** `comment`: something said about a request, on every copy of its card. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { addComment } from '../../store/comments'
import { findRequest } from '../../store/requests'
import { refreshCard } from '../telling/card'
import type { Caller, Consequence } from '../context/consequence'
import { noRequest } from '../context/no-request'
import type { Parts } from '../context/parts'

export const comment =
  (
    parts: Parts,
    { requestId, text }: { readonly requestId: string; readonly text: string },
    caller: Caller,
  ): Consequence =>
  async (tx) => {
    const request = await findRequest(tx, requestId)
    if (!request) return refusalNotice([noRequest(requestId)])
    const at = parts.clock.now()
    await addComment(tx, requestId, { by: caller.account, at, text })
    await refreshCard(tx, request, at)
    return doneNotice(`Your comment stands on the card of ${requestId}.`)
  }
