// A response URL comes from outside and the bot posts to it: without this check a forged or altered row could make the
// bot call anything it can reach.
const slackHooks = ['https://hooks.slack.com', 'https://hooks.slack-gov.com']

const isSlacksOwn = (url: URL): boolean => /(^|\.)slack(-gov)?\.com$/.test(url.hostname)

/** The URL, if it is Slack's own or belongs to the Web API that this bot was given (tests, playground). */
export const allowedReplyUrl = (replyUrl: string | null | undefined, apiUrl: string): string | null => {
  if (!replyUrl || !URL.canParse(replyUrl)) return null
  const url = new URL(replyUrl)
  if (url.username !== '' || url.password !== '') return null
  if (slackHooks.includes(url.origin)) return url.href
  const api = new URL(apiUrl)
  return !isSlacksOwn(api) && url.origin === api.origin ? url.href : null
}
