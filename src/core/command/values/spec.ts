/** What a command is, as data: what may be typed, what help says of it, and what right it needs. */
import { z } from 'zod'
import type { Outcome } from '../../errors'
import type { Word } from '../../text/words'

/** What is read from one word or more. */
export interface ValueReader<F extends string = string, S extends z.ZodType = z.ZodType> {
  /** The field of the command it fills. */
  readonly field: F
  readonly schema: S
  /** As in the usage line. */
  readonly label: string
  readonly what: string
  readonly read: (word: Word) => Outcome<string | number>
  /** A VM, or another thing whose name may have blanks in it. */
  readonly isName?: true
  /** For values that are read from more than their digits. */
  readonly write?: (value: number) => string
  /** All words that are left are its value. */
  readonly takes?: 'rest'
  /** The value when nothing of it follows the word before it. */
  readonly alone?: string
  /** A word that may follow the value. */
  readonly then?: 'free'
  /** Whether words with blanks between them are one value. */
  readonly joins?: (text: string) => boolean
  /** One that need not be there is left out where this word is something else. */
  readonly fits?: (word: Word) => boolean
  /** The field of another argument that stands in its place. */
  readonly insteadOf?: string
  /** The usage line shows it as another way of the one before it. */
  readonly or?: true
}

export interface Argument<
  F extends string = string,
  S extends z.ZodType = z.ZodType,
  R extends boolean = boolean,
> extends ValueReader<F, S> {
  /** The word that must stand before it. */
  readonly after: 'to' | 'from' | 'for' | 'until' | 'by' | 'into' | 'any' | 'with' | 'at' | 'in' | null
  readonly required: R
}

export interface Flag<F extends string = string, S extends z.ZodType = z.ZodType> {
  readonly name: `--${string}`
  /** The field of the command it fills. */
  readonly field: F
  readonly schema: S
  /** What it holds when it is not given; undefined leaves the field away. */
  readonly otherwise: boolean | number | undefined
  /** Null for a switch. */
  readonly takes: {
    /** As in the usage line. */
    readonly label: string
    readonly what: string
    readonly read: (word: Word) => Outcome<string | number>
    /** For values that are read from more than their digits. */
    readonly write?: (value: number) => string
    /** Whether words with blanks between them are one value. */
    readonly joins?: (text: string) => boolean
  } | null
}

/** `prose`: whatever stands behind the arguments, without `because`. */
type Reason = 'allowed' | 'none' | 'prose'

/** Under which title help lists it, in this order. */
export const GROUPS = [
  'Look',
  'Be told',
  'Ask',
  'Keep',
  'Wait',
  'Decide',
  'Run the hosts',
  'This bot',
] as const

interface Text {
  readonly group: (typeof GROUPS)[number]
  readonly says: string
  /** Each of them is a command that is understood. */
  readonly examples: readonly [string, ...string[]]
  readonly notes?: readonly string[]
  /** What right it takes. */
  readonly needs: 'anyone listed' | 'ask' | 'approve' | 'administer'
  /** It decides about something though it takes no right to decide, or to administer. */
  readonly decides?: true
  /** Other words for its name. */
  readonly synonyms?: readonly string[]
}

export interface Spec extends Text {
  readonly name: string
  readonly arguments: readonly Argument[]
  readonly flags: readonly Flag[]
  readonly reason: Reason
  readonly schema: z.ZodType
}

interface Given<
  N extends string,
  A extends readonly Argument[],
  L extends readonly Flag[],
  R extends Reason,
> extends Text {
  readonly name: N
  readonly arguments: A
  readonly flags: L
  readonly reason: R
}

type ArgumentFields<A extends Argument> = {
  readonly [E in A as E['required'] extends true ? E['field'] : never]: z.output<E['schema']>
} & {
  readonly [E in A as E['required'] extends true ? never : E['field']]?: z.output<E['schema']> | undefined
}
type FlagFields<L extends Flag> = {
  readonly [E in L as undefined extends z.output<E['schema']> ? never : E['field']]: z.output<E['schema']>
} & {
  readonly [E in L as undefined extends z.output<E['schema']> ? E['field'] : never]?: z.output<E['schema']>
}
type ReasonField<R extends Reason> = R extends 'prose'
  ? { readonly reason: string }
  : R extends 'allowed'
    ? { readonly reason?: string | undefined }
    : unknown

type Flat<T> = { [K in keyof T]: T[K] }

/** What a person said, by what the command is. */
type Said<N extends string, A extends Argument, L extends Flag, R extends Reason> = Flat<
  { readonly kind: N } & ArgumentFields<A> & FlagFields<L> & ReasonField<R>
>

/** The command that is read has the fields of its arguments and flags, and its reason. */
export const spec = <
  const N extends string,
  const A extends readonly Argument[],
  const L extends readonly Flag[],
  const R extends Reason,
>(
  given: Given<N, A, L, R>,
) => {
  const shape: z.ZodRawShape = {
    kind: z.literal(given.name),
    ...Object.fromEntries(
      given.arguments.map(({ field, schema, required }) => [field, required ? schema : schema.optional()]),
    ),
    ...Object.fromEntries(given.flags.map(({ field, schema }) => [field, schema])),
    ...(given.reason === 'none'
      ? {}
      : { reason: given.reason === 'prose' ? z.string() : z.string().optional() }),
  }
  // What the fields are called is known to the types alone by `given`.
  const schema = z.object(shape) as unknown as z.ZodType<Said<N, A[number], L[number], R>>
  return { ...given, schema }
}

export const reading = <const F extends string, S extends z.ZodType>(
  given: ValueReader<F, S>,
): ValueReader<F, S> => given
export const must = <F extends string, S extends z.ZodType>(
  given: ValueReader<F, S>,
  after: Argument['after'] = null,
): Argument<F, S, true> => ({ ...given, after, required: true })
export const can = <F extends string, S extends z.ZodType>(
  given: ValueReader<F, S>,
  after: Argument['after'] = null,
): Argument<F, S, false> => ({ ...given, after, required: false })
