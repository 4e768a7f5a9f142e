/**
 * Text of strangers, made safe to show in any chat. Every string of a post passes through `plain`; where a chat reads
 * markup or limits a length in its own way, its adapter does the rest.
 */

const cutMark = ' … cut'

// Invisible characters can make two names look alike or hide text; no reader misses them.
const invisible = /\p{Default_Ignorable_Code_Point}|[\uFFF9-\uFFFB]/gu
// Of those only these have a use in what people type: emoji variants, and joiners inside an emoji.
const wanted = /^[\uFE0E\uFE0F\u200D]$/u
// A joiner stays only inside emoji such as a person at a desk.
const strayJoiner =
  /(?<!\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D|\u200D(?!\p{Extended_Pictographic})/gu
// These turn the text around them; shown by number, as dropping them silently would hide an attempt.
const bidi = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu
// eslint-disable-next-line no-control-regex -- control characters are what this finds
const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/gu

const controlPicture = (character: string): string => {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\uFFFD'
}

/** The text with nothing in it that is invisible, turns the line round or breaks JSON: what you see is what was typed. */
export const plain = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replace(/\t/gu, '  ')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(
      bidi,
      (character) => `‹U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`,
    )
    .replace(invisible, (character) => (wanted.test(character) ? character : ''))
    .replace(strayJoiner, '')
    .replace(control, controlPicture)

export const oneLine = (text: string): string => plain(text).replace(/\n\s*/gu, ' ')

/** `2026-01-15 12:00 UTC`: for where a moment cannot be shown in the reader's own zone. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** At most `max` UTF-16 units, never half a character, with a mark where something is missing. */
export const cut = (text: string, max: number): string => {
  if (text.length <= max) return text
  const room = Math.max(0, max - cutMark.length)
  const kept = text.slice(0, room).replace(/[\uD800-\uDBFF]$/u, '')
  return max < cutMark.length ? '…'.slice(0, max) : kept + cutMark
}

/** Cut until `sizeOf` it is at most `max`: for sizes that grow with the characters in it, such as escaped ones. */
export const cutToFit = (text: string, max: number, sizeOf: (text: string) => number): string => {
  let room = max
  for (;;) {
    const shorter = cut(text, room)
    const size = sizeOf(shorter)
    if (size <= max || room <= 0) return shorter
    room = Math.min(room - 1, Math.floor((room * max) / size))
  }
}
