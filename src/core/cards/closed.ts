/** What becomes of a second copy of a card: no buttons, and where the request is. */
import type { Notice } from '../notice/notice'

/** For the copy of the card of this request that does not count. */
export const closedNotice = (requestId: string): Notice => ({
  summary: `${requestId}: this copy of its card is closed`,
  tone: 'plain',
  parts: [
    {
      kind: 'text',
      runs: [
        'This copy of the card of ',
        { strong: requestId },
        ' is closed: the card was posted twice. The other one in this channel shows the request as it is now, and so does ',
        { code: `show ${requestId}` },
        '.',
      ],
    },
  ],
})
