/** What administrators are told of a chat that takes no posts. */
import { NAME_OF_CHAT, type ChatName } from '../ports/chat-name'
import type { Notice } from '../notice/notice'
import { counted, forHowLong } from '../text/figures'

/** In the other chat. `since`: epoch milliseconds. */
export const silentChatNotice = (
  chat: ChatName,
  { posts, since }: { readonly posts: number; readonly since: number },
): Notice => ({
  summary: `${NAME_OF_CHAT[chat]} takes no posts`,
  tone: 'bad',
  parts: [
    {
      kind: 'text',
      runs: [
        { strong: NAME_OF_CHAT[chat] },
        ` has not taken ${counted(posts, 'post')} of mine since `,
        { time: since },
        '. They wait, and arrive once it takes them again. Who is to answer there has not heard of it: nothing that needs their answer begins.',
      ],
    },
    {
      kind: 'note',
      runs: ['What is wrong, as far as it can be told: ', { code: 'npm start -- doctor' }, ', and the log.'],
    },
  ],
})

export const takesAgainNotice = (chat: ChatName, { forMs }: { readonly forMs: number }): Notice => ({
  summary: `${NAME_OF_CHAT[chat]} takes posts again`,
  tone: 'good',
  parts: [
    {
      kind: 'text',
      runs: [
        { strong: NAME_OF_CHAT[chat] },
        ` takes posts again, after ${forHowLong(forMs)}. What waited has been posted since.`,
      ],
    },
  ],
})
