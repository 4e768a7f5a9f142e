/** The grammar as a table: for each command its arguments in order, its flags, and whether it takes a reason. */
import type { CommandKind } from '../command/command'
import { refused, type Outcome } from '../errors'
import { span } from '../time/span'
import { durationMs, isDuration } from '../time/duration'
import {
  ASSIGN_FLAGS,
  CHECK_FLAGS,
  CONSENT_FLAGS,
  HISTORY_FLAGS,
  LIST_FLAGS,
  MOVE_FLAGS,
  PARTITION_FLAGS,
  PAUSE_FLAGS,
  PLAN_FLAGS,
  QUEUE_FLAGS,
  REQUESTS_FLAGS,
  RESIZE_FLAGS,
  RESOLVE_FLAGS,
  type Flag,
} from './flags'
import { isSize, readSize, sizeText } from './size'
import {
  isGpu,
  readAnyName,
  readBot,
  readCount,
  readEntry,
  readGpu,
  readHost,
  readName,
  readQuestion,
  readRequest,
  readResolvable,
  readScope,
} from './values'
import { isPlace } from '../time/places'
import { isMeridiem, readClock, readHere, readWatched, readZone } from './watched'
import type { Word } from '../text/words'

export interface Argument {
  /** The field of the command it fills. */
  readonly field: string
  /** The word that must stand before it. */
  readonly after: 'to' | 'from' | 'for' | 'until' | 'by' | 'into' | 'any' | 'with' | 'at' | 'in' | null
  readonly required: boolean
  /** As in the usage line. */
  readonly label: string
  readonly what: string
  readonly read: (word: Word) => Outcome<string | number>
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
}

export interface Form {
  readonly arguments: readonly Argument[]
  readonly flags: readonly Flag[]
  /** `prose`: whatever stands behind the arguments, without `because`. */
  readonly reason: 'allowed' | 'none' | 'prose'
}

type Reading = Omit<Argument, 'after' | 'required'>
const must = (reading: Reading, after: Argument['after'] = null): Argument => ({
  ...reading,
  after,
  required: true,
})
const can = (reading: Reading, after: Argument['after'] = null): Argument => ({
  ...reading,
  after,
  required: false,
})

const GPU: Reading = { field: 'gpu', label: 'GPU', what: 'a GPU, such as `hv01/gpu0`', read: readGpu }
const VM: Reading = { field: 'vm', label: 'VM', what: 'the name of a VM', read: readName }
const HOLDER: Reading = { ...VM, field: 'from', label: 'VM' }
const GPU_OR_VM: Reading = { field: 'name', label: 'GPU or VM', what: 'a GPU or a VM', read: readName }
const VM_OR_HOST: Reading = { field: 'name', label: 'VM or HOST', what: 'a VM or a host', read: readName }
const NAME: Reading = {
  field: 'name',
  label: 'NAME',
  what: 'the name of a GPU, VM, host or request',
  read: readAnyName,
}
const ID: Reading = {
  field: 'requestId',
  label: 'ID',
  what: 'the id of a request, such as `R-12`',
  read: readRequest,
}
const SCOPE: Reading = {
  field: 'scope',
  label: 'HOST, GPU or all',
  what: 'a host, a GPU or `all`',
  read: readScope,
}
const HOST: Reading = { field: 'host', label: 'HOST', what: 'a host', read: readHost }
const BOT: Reading = { field: 'from', label: 'BOT', what: 'the name of the other bot', read: readBot }
const TOPIC: Reading = { field: 'topic', label: 'COMMAND', what: 'a command', read: readName }
const DURATION: Reading = {
  field: 'forMs',
  label: 'DURATION',
  what: 'a duration, such as `8h`',
  read: durationMs,
  write: span,
  joins: isDuration,
}
/** What time it names depends on whose clock it is, so that it is read when it is answered. */
const MOMENT: Reading = {
  field: 'until',
  label: 'TIME',
  what: 'a time, such as `18:00` or `friday`',
  read: readName,
  takes: 'rest',
}
const LENT = [can(DURATION, 'for'), can(MOMENT, 'until')]

const QUESTION: Reading = {
  field: 'what',
  label: 'REQUEST or "COMMAND"',
  what: 'a request, such as `R-12`, or a command in quotes',
  read: readQuestion,
}

/** Whoever names a model alone wants any of it. */
const WANTED: Reading = {
  ...GPU,
  read: (word) => {
    const read = readGpu(word)
    if (read.ok) return read
    const hint = 'To wait for any of a model, say `queue any A40`.'
    return refused(...read.refusals.map((each) => ({ ...each, next: `${each.next ?? ''} ${hint}`.trim() })))
  },
}
const MODEL: Reading = {
  field: 'model',
  label: 'MODEL',
  what: 'a model, such as `A40`, or a class of the policy',
  read: readName,
  alone: 'any',
}
const MEMORY: Reading = {
  field: 'memory',
  label: 'SIZE free',
  what: 'an amount of memory, such as `24GiB`',
  read: readSize,
  write: sizeText,
  joins: isSize,
  then: 'free',
}
const ENTRY: Reading = {
  field: 'entryId',
  label: 'Q-N',
  what: 'a place in the queue, such as `Q-3`',
  read: readEntry,
}
const WATCHED: Reading = {
  field: 'what',
  label: 'GPU, HOST, all or digest',
  what: 'a GPU, a host, `all` or `digest`',
  read: readWatched,
}
const CLOCK: Reading = {
  field: 'at',
  label: 'TIME',
  what: 'a time of day, such as `09:00`',
  read: readClock,
  joins: isMeridiem,
}
const ZONE: Reading = {
  field: 'zone',
  label: 'ZONE',
  what: 'a time zone, such as `Europe/Berlin`',
  read: readZone,
  joins: isPlace,
}
const HERE: Reading = { field: 'here', label: 'here', what: '`here`', read: readHere }

const COUNT: Reading = {
  field: 'count',
  label: 'N',
  what: 'a number of partitions',
  read: readCount,
}

/** A lease, by the request that made it or by its GPU; or none, for the only one. */
const LEASE = [can({ ...GPU, fits: isGpu }), can({ ...ID, insteadOf: 'gpu' })]

const form = (given: readonly Argument[], flags: readonly Flag[] = []): Form => ({
  arguments: given,
  flags,
  reason: 'none',
})
const reasoned = (given: readonly Argument[], flags: readonly Flag[] = []): Form => ({
  arguments: given,
  flags,
  reason: 'allowed',
})

export const FORMS: { readonly [K in CommandKind]: Form } = {
  list: form([], LIST_FLAGS),
  show: form([must(NAME)]),
  check: form([must(GPU), can(VM, 'for')], CHECK_FLAGS),
  assign: reasoned([must(GPU), must(VM, 'to'), ...LENT], ASSIGN_FLAGS),
  move: reasoned([can(GPU), can(MODEL, 'any'), can(HOLDER, 'from'), must(VM, 'to'), ...LENT], MOVE_FLAGS),
  release: reasoned([must(GPU_OR_VM)], PLAN_FLAGS),
  partition: reasoned([must(GPU), must(COUNT, 'into')], PARTITION_FLAGS),
  resize: reasoned([must(VM)], RESIZE_FLAGS),
  smi: form([must(VM_OR_HOST)]),
  requests: form([], REQUESTS_FLAGS),
  approve: reasoned([must(ID), can(DURATION, 'for')]),
  deny: reasoned([must(ID)]),
  agree: reasoned([must(ID)]),
  object: reasoned([must(ID)]),
  cancel: reasoned([must(ID)]),
  extend: form([...LEASE, must({ ...DURATION, field: 'byMs' }, 'by')]),
  done: reasoned(LEASE, CONSENT_FLAGS),
  ask: reasoned([must(GPU)]),
  again: form([must(ID)]),
  retry: form([must(ID)]),
  postpone: form([must(ID)]),
  comment: { arguments: [must(ID)], flags: [], reason: 'prose' },
  queue: reasoned(
    [can(WANTED), can(MODEL, 'any'), can(MEMORY, 'with'), can(VM, 'to'), can(DURATION, 'for')],
    QUEUE_FLAGS,
  ),
  leave: form([must(ENTRY)]),
  take: reasoned([must(ENTRY), can(VM, 'to'), can(DURATION, 'for')], CONSENT_FLAGS),
  history: form([can(NAME)], HISTORY_FLAGS),
  watch: form([can(WATCHED), can(CLOCK, 'at'), can(ZONE, 'in'), can(HERE)]),
  unwatch: form([must(WATCHED), can(HERE)]),
  reconcile: form([can(HOST)]),
  accept: form([must(GPU)]),
  forget: form([must(GPU)]),
  adopt: form([must(HOST), must(BOT, 'from')]),
  pause: reasoned([must(SCOPE)], PAUSE_FLAGS),
  resume: form([must(SCOPE)]),
  read: form([must(ID)]),
  resolve: form([must({ ...ID, read: readResolvable })], RESOLVE_FLAGS),
  reload: form([]),
  why: form([must(QUESTION)]),
  help: form([can(TOPIC)]),
  whoami: form([]),
}
export const KINDS = Object.keys(FORMS) as readonly CommandKind[]
