// Text in the way in which Slack reads and counts it.
import { cutToFit } from '../text'

/** Escapes Slack's three control characters, so that no `<!channel>`, `<@U1>` or `<https://...>` is read as one. */
const escapeMarkup = (text: string): string =>
  text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;')

/** Undoes what Slack does to the text of a slash command: these three characters and no others arrive escaped. */
export const unescapeMarkup = (text: string): string =>
  text.replace(/&(amp|lt|gt);/gu, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'))

/** What stands between angle brackets in the text of a message: Slack escapes those that people type. */
const control = /<([^<>|]*)(?:\|([^<>]*))?>/gu

/** The words that a person typed, for what Slack made of them; people who are mentioned stay as they stand there. */
const wordsFor = (whole: string, target: string, label: string | undefined): string => {
  if (target.startsWith('@')) return whole
  if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`
  return label ?? target.replace(/^mailto:/u, '')
}

/** All of it as code, as it comes when somebody pastes what the bot has shown as code. */
const allCode = /^(`{1,3})\s*([^`]+?)\s*\1$/u

/**
 * What a person typed in a message, without the mention of the bot. Links are read as their words, and the mention of
 * somebody else as in a slash command, as text.
 */
export const textOfMessage = (text: string, botUserId: string): string => {
  const words = text.replace(control, (whole: string, target: string, label?: string) =>
    target === `@${botUserId}` ? ' ' : wordsFor(whole, target, label),
  )
  return unescapeMarkup(words).trim().replace(allCode, '$2')
}

/** Whether the text of a message mentions this account. */
export const mentions = (text: string, userId: string): boolean =>
  [...text.matchAll(control)].some(([, target]) => target === `@${userId}`)

/** Escaped and at most `max` long; cut before the escaping, so that no `&amp;` is halved. */
export const cutEscaped = (text: string, max: number): string =>
  escapeMarkup(cutToFit(text, max, (shorter) => escapeMarkup(shorter).length))

/** At most `max` characters once written as JSON, where a newline or a quotation mark takes two. */
export const cutJson = (text: string, max: number): string =>
  cutToFit(text, max, (shorter) => JSON.stringify(shorter).length - 2)
