/** How a flag is recognised, however its hyphens came out. */
import type { Word } from '../text/words'

const DASH = '-‐‑‒–—―−'
const LOOKS_LIKE = new RegExp(`^[${DASH}]{1,3}(\\p{L}[^=]*)`, 'u')

/** `--dry-run` for `--Dry-Run`, `-dry-run` and `—dry-run`, as phones write it; null when the word is no flag. */
export const flagNameOf = (word: Word): string | null => {
  const name = word.quoted ? undefined : LOOKS_LIKE.exec(word.text)?.[1]
  return name === undefined ? null : `--${name.toLowerCase().replace(new RegExp(`[${DASH}]`, 'gu'), '-')}`
}
