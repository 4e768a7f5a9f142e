/** Text of strangers (people, hosts) made safe to quote inside a sentence. */

const LONGEST = 60

/**
 * What nobody can see on a screen: control, format (bidirectional, zero-width, soft hyphen), private and unassigned
 * characters, lone surrogates, line and paragraph separators, variation selectors and other ignorable ones.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

export const isHidden = (character: string): boolean => HIDDEN.test(character)

/** `U+202E` and the like, as people look characters up. */
export const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** Back quotes would end the code mark that messages put around quoted text. */
const visible = (character: string): string => {
  if (character === '`') return 'ˋ'
  return isHidden(character) ? `⟨${codePointOf(character)}⟩` : character
}

/** At most 60 characters of the text, hidden ones written out, on one line, without back quotes. */
export const shown = (text: string): string => {
  const pieces = Array.from(text.slice(0, 4 * LONGEST), visible)
  if (pieces.join('').length <= LONGEST && text.length <= 4 * LONGEST) return pieces.join('')
  let kept = ''
  for (const piece of pieces) {
    if (kept.length + piece.length >= LONGEST) break
    kept += piece
  }
  return `${kept}…`
}
