// Text in the way in which Slack reads and counts it.
import { cutToFit } from '../text'

/** Escapes Slack's three control characters, so that no `<!channel>`, `<@U1>` or `<https://...>` is read as one. */
export const escapeMarkup = (text: string): string =>
  text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;')

/** Undoes what Slack does to the text of a slash command: these three characters and no others arrive escaped. */
export const unescapeMarkup = (text: string): string =>
  text.replace(/&(amp|lt|gt);/gu, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'))

/** Escaped and at most `max` long; cut before the escaping, so that no `&amp;` is halved. */
export const cutEscaped = (text: string, max: number): string =>
  escapeMarkup(cutToFit(text, max, (shorter) => escapeMarkup(shorter).length))

/** At most `max` characters once written as JSON, where a newline or a quotation mark takes two. */
export const cutJson = (text: string, max: number): string =>
  cutToFit(text, max, (shorter) => JSON.stringify(shorter).length - 2)
