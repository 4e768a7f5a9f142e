/** `comment`: something said about a request, on every copy of its card. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { addComment } from '../../store/comments'
import { findRequest } from '../../store/requests'
import { refreshCard } from '../telling/card'
import type { Caller, Effect } from '../context/effect'
import { noRequest } from '../context/no-request'
import type { Context } from '../context/context'

export const comment =
  (
    context: Context,
    { requestId, text }: { readonly requestId: string; readonly text: string },
    caller: Caller,
  ): Effect =>
  async (tx) => {
    const request = await findRequest(tx, requestId)
    if (!request) return refusalNotice([noRequest(requestId)])
    const at = context.clock.now()
    await addComment(tx, requestId, { by: caller.account, at, text })
    await refreshCard(tx, request, at)
    return doneNotice(`Your comment stands on the card of ${requestId}.`)
  }
