/** "Did you mean": the known words nearest to one that is not known. */
import { distance } from 'fastest-levenshtein'

const fold = (text: string): string => text.normalize('NFC').toLowerCase()

/** Two edits are one swapped pair of letters, which is the commonest slip; long words may have more. */
const allowance = (length: number): number => (length < 3 ? 1 : Math.max(2, Math.floor(length / 4)))

const apart = (typed: string, known: string): number =>
  typed.length >= 2 && known.startsWith(typed) ? 1 : distance(typed, known)

/** Up to `most` of the known words, nearest first; none when nothing is near. */
export const nearest = (word: string, known: readonly string[], most = 3): string[] => {
  const typed = fold(word)
  const limit = allowance(typed.length)
  return [...new Set(known)]
    .map((each) => ({ each, far: apart(typed, fold(each)) }))
    .filter(({ each, far }) => far <= limit && far < each.length)
    .sort((a, b) => a.far - b.far || (a.each < b.each ? -1 : 1))
    .slice(0, most)
    .map(({ each }) => each)
}

/** `Did you mean \`a\`, \`b\` or \`c\`?` The words must be safe to show. Null for none. */
export const didYouMean = (words: readonly string[]): string | null => {
  const marked = words.map((word) => `\`${word}\``)
  const last = marked.pop()
  if (last === undefined) return null
  return `Did you mean ${marked.length === 0 ? last : `${marked.join(', ')} or ${last}`}?`
}
