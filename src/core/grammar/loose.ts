/**
 * Arguments in another order, or without the word between them, where the shape of a GPU, an id, a count or a duration
 * says which is which. Each order is read by the same grammar as any other; one that more than one command fits is refused.
 */
import { specOf, type Command, type CommandKind } from '../command/command'
import { accepted, refusal, refused, type Outcome, type Refusal } from '../errors'
import { isDuration } from '../time/duration'
import { copyable } from './format'
import type { KnownNames } from './known'
import { isSize } from '../command/values/size'
import { didYouMean } from '../text/suggest'
import { isEntry, isGpu, isId } from '../command/values/names'
import { isKeyword, KEYWORDS, spot, textOf, type Word } from '../text/words'

type Words = readonly Word[]

/** The word between a GPU, or a place in the queue, and a VM; null for a command that names not both. */
const betweenIn = (kind: CommandKind): string | null =>
  specOf(kind).arguments.find(({ field }) => field === 'vm')?.after ?? null

const keyword = (text: string, before: Word): Word => ({ text, at: before.at, quoted: false })

const insert = (words: Words, index: number, text: string): Words[] => {
  const before = words[index]
  return before ? [[...words.slice(0, index), keyword(text, before), ...words.slice(index)]] : []
}

/** Words that mean something in a command. */
const RESERVED: readonly string[] = [...KEYWORDS, 'at', 'in', 'here', 'free', 'all']

/** `take 8 hours` names no VM. */
const isAmount = (words: Words): boolean => isDuration(textOf(words)) || isSize(textOf(words))

/** A VM may be called anything; without the word before it only what could be nothing else is taken for one. */
const isPlainName = (kind: CommandKind, word: Word): boolean =>
  word.quoted ||
  (/^[\p{L}\p{N}]*\p{L}/u.test(word.text) &&
    ![...RESERVED, ...specOf(kind).flags.map(({ name }) => name.slice(2))].includes(
      word.text.toLowerCase(),
    ) &&
    !isId(word) &&
    !isAmount([word]))

/** `GPU VM` as `GPU to VM`, and `Q-3 VM` as `Q-3 to VM`. */
const withoutTo = (kind: CommandKind, words: Words, between: string): Words[] => {
  const [first, vm] = words
  if (!first || !vm || !isPlainName(kind, vm)) return []
  const named = kind === 'take' ? isEntry(first) && !isGpu(vm) && !isAmount([first, vm]) : isGpu(first)
  return named ? insert(words, 1, between) : []
}

/** `VM to GPU` and `VM GPU` as `GPU to VM`. */
const swapped = (kind: CommandKind, words: Words, between: string): Words[] => {
  const [vm, second, ...rest] = words
  if (!vm || !second || !isPlainName(kind, vm)) return []
  if (isGpu(second)) return [[second, keyword(between, second), vm, ...rest]]
  const [gpu, ...others] = rest
  return gpu && isKeyword(second, between) && isGpu(gpu) ? [[gpu, second, vm, ...others]] : []
}

/** `extend 8 hours` and `extend R-7 8h`. */
const withoutBy = (words: Words): Words[] =>
  [0, 1].flatMap((index) => (isDuration(textOf(words.slice(index))) ? insert(words, index, 'by') : []))

const otherOrders = (kind: CommandKind, words: Words): Words[] => {
  const between = betweenIn(kind)
  const [first] = words
  // To move a VM to a GPU could mean that the VM shall have it in place of its own.
  const mayBeSwapped = kind !== 'move' && kind !== 'take'
  if (between !== null)
    return [...withoutTo(kind, words, between), ...(mayBeSwapped ? swapped(kind, words, between) : [])]
  if (kind === 'partition') return first && isGpu(first) ? intoPieces(words) : []
  return kind === 'extend' ? withoutBy(words) : []
}

/** `partition hv01/gpu0 4`, and `in 4`. */
const intoPieces = (words: Words): Words[] => {
  const [gpu, second, ...rest] = words
  return gpu && second && isKeyword(second, 'in')
    ? insert([gpu, ...rest], 1, 'into')
    : insert(words, 1, 'into')
}

type Read = (words: Words) => Outcome<Command>

const readable = (orders: readonly Words[], read: Read): Command[] =>
  orders.flatMap((order) => {
    const outcome = read(order)
    return outcome.ok ? [outcome.value] : []
  })

/** As it is refused where no other order of the words is a command. */
export const readLoosely = (
  { kind, words, known }: { readonly kind: CommandKind; readonly words: Words; readonly known: KnownNames },
  read: Read,
): Outcome<Command> => {
  const strict = read(words)
  if (strict.ok) return strict
  const commands = readable(otherOrders(kind, words), read)
  const [only, ...others] = commands
  if (only && others.length === 0) return accepted(only)
  if (only) return choose(words, commands, known)
  return kind === 'move' ? withSwapped(strict.refusals, readable(swapped(kind, words, 'to'), read)) : strict
}

/** The one of which the fleet has both the GPU and the VM. */
const choose = (words: Words, commands: readonly Command[], known: KnownNames): Outcome<Command> => {
  const possible = commands.filter(
    (each) => 'gpu' in each && 'vm' in each && known.hasGpu(each.gpu ?? '') && known.hasVm(each.vm ?? ''),
  )
  const [only] = possible
  if (only && possible.length === 1) return accepted(only)
  const [first] = words
  const choices = commands.flatMap((each) => copyable(each) ?? []).map((text) => `\`${text}\``)
  return refused(
    refusal(
      'syntax',
      `${first ? spot(first) : 'this'} may be the GPU or the VM`,
      choices.length === commands.length
        ? `Say which: ${choices.join(' or ')}.`
        : 'Name the GPU first, then the VM.',
    ),
  )
}

const withSwapped = (refusals: readonly Refusal[], meant: readonly Command[]): Outcome<never> => {
  const hint = didYouMean(meant.flatMap((each) => copyable(each) ?? []))
  return refused(...refusals.map((each) => (hint === null ? each : { ...each, next: hint })))
}
