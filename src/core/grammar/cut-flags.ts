/** Flags that were typed with a blank behind their hyphens, and flags that ask for help. */
import { flagNameOf } from './flag-name'
import type { Word } from '../text/words'

/** One hyphen alone may be part of a name; a dash is what phones make of two. */
const HYPHENS = /^(?:[–—―]|[\p{Pd}−]{2,3})$/u

/** `-- shutdown` as `--shutdown`, where there is such a flag. */
export const mendCutFlags = (words: readonly Word[], flags: readonly { readonly name: string }[]): Word[] =>
  words.flatMap((word, index) => {
    const before = words[index - 1]
    const following = words[index + 1]
    if (before && isCut(before, word, flags)) return []
    return following && isCut(word, following, flags)
      ? [{ text: `--${following.text}`, at: word.at, quoted: false }]
      : [word]
  })

const isCut = (hyphens: Word, word: Word, flags: readonly { readonly name: string }[]): boolean => {
  if (hyphens.quoted || word.quoted || !HYPHENS.test(hyphens.text)) return false
  const name = flagNameOf({ ...word, text: `--${word.text}` })
  return flags.some((flag) => flag.name === name)
}

const HELP: readonly (string | null)[] = ['--help', '--h']

/** Wherever it stands: whoever asks what a command does wants nothing done. */
export const asksForHelp = (words: readonly Word[]): boolean =>
  mendCutFlags(words, [{ name: '--help' }]).some((word) => HELP.includes(flagNameOf(word)))
