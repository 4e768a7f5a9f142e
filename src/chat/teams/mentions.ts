// Who is notified by a card. Teams reads a mention in a TextBlock alone, as `<at>name</at>`, and wants to be told beside
// the card whom it means (Microsoft, "Mention support within Adaptive Cards"). A Teams mention is of one person.
import type { Called, Part } from '../../core/notice/notice'
import { accountText } from '../person'
import { cut, oneLine } from '../text'
import type { Mention, TextBlock } from './card'
import { limits } from './limits'
import type { NameOf } from './pieces'

type Call = Extract<Part, { kind: 'call' }>

const NOBODY = 'a member'

/** Letters, digits, blanks and hyphens: what else is in a name could be markup. */
const blandly = (text: string): string =>
  cut(
    oneLine(text)
      .replace(/[^\p{L}\p{N} -]/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim(),
    limits.name,
  ) || NOBODY

const nameFor = (called: Called, nameOf: NameOf): string => {
  if ('group' in called) return blandly(called.name)
  return blandly(nameOf(called.person) ?? accountText(called.person, 'teams', called.name))
}

/** The id of an account of Teams in Entra; null for one of another chat, who cannot be notified here. */
const entraId = (called: Called): string | null =>
  'person' in called ? (/^teams:[^/]+\/(\S+)$/u.exec(called.person)?.[1] ?? null) : null

interface Named {
  readonly name: string
  readonly id: string | null
}

/** Two of one name get a number: the text between the marks says who is meant. */
const named = (whom: readonly Called[], nameOf: NameOf): Named[] => {
  const taken = new Map<string, number>()
  return whom.map((called) => {
    const name = nameFor(called, nameOf)
    const before = taken.get(name) ?? 0
    taken.set(name, before + 1)
    return { name: before === 0 ? name : `${name} ${before + 1}`, id: entraId(called) }
  })
}

const marked = ({ name, id }: Named): string => (id === null ? name : `<at>${name}</at>`)

export const renderCall = ({ words, whom }: Call, nameOf: NameOf): TextBlock => ({
  type: 'TextBlock',
  text: `${blandly(words)} ${named(whom, nameOf).map(marked).join(', ')}`,
  wrap: true,
  weight: 'Bolder',
})

/** Beside the card: whom its calls mean. */
export const mentionsIn = (parts: readonly Part[], nameOf: NameOf): Mention[] =>
  parts
    .filter((part): part is Call => part.kind === 'call')
    .flatMap(({ whom }) => named(whom, nameOf))
    .flatMap(({ name, id }) =>
      id === null ? [] : [{ type: 'mention', text: `<at>${name}</at>`, mentioned: { id, name } } as const],
    )
