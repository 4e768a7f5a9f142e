import { callTimeoutMs } from './config'
import { allowedReplyUrl } from './reply-url'

export interface PrivateReply {
  readonly text: string
  readonly blocks?: readonly unknown[]
}

export interface ReplyAnswer {
  readonly status: number
  readonly retryAfter: string | null
  /** Slack's own word on it, such as `used_url`; shortened. */
  readonly body: string
}

/**
 * Posts an answer that only the asker sees, through the response URL that came with the asking (five uses within thirty
 * minutes). Throws what fetch throws, or when the URL is not one of Slack's.
 */
export const postReply = async (
  replyUrl: string,
  apiUrl: string,
  reply: PrivateReply,
): Promise<ReplyAnswer> => {
  const url = allowedReplyUrl(replyUrl, apiUrl)
  if (url === null) throw new TypeError('the response URL is not one of Slack')
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...reply }),
    redirect: 'error',
    signal: AbortSignal.timeout(callTimeoutMs),
  })
  const body = (await response.text()).slice(0, 200)
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body }
}
