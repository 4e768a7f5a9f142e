/** The grammar as a table: for each command its arguments in order, its flags, and whether it takes a reason. */
import type { CommandKind } from '../command'
import type { Outcome } from '../errors'
import { leaseEnd } from './duration'
import {
  ASSIGN_FLAGS,
  CHECK_FLAGS,
  HISTORY_FLAGS,
  LIST_FLAGS,
  PARTITION_FLAGS,
  PLAN_FLAGS,
  REQUESTS_FLAGS,
  RESIZE_FLAGS,
  type Flag,
} from './flags'
import {
  readAnyName,
  readCount,
  readGpu,
  readHost,
  readName,
  readQuestion,
  readRequest,
  readScope,
} from './values'
import type { Word } from './words'

export interface Argument {
  /** The field of the command it fills. */
  readonly field: string
  /** The word that must stand before it. */
  readonly after: 'to' | 'for' | 'into' | null
  readonly required: boolean
  /** As in the usage line. */
  readonly label: string
  readonly what: string
  readonly read: (word: Word) => Outcome<string | number>
}

export interface Form {
  readonly arguments: readonly Argument[]
  readonly flags: readonly Flag[]
  /** `prose`: whatever stands behind the arguments, without `because`. */
  readonly reason: 'allowed' | 'none' | 'prose'
}

type Reading = Pick<Argument, 'field' | 'label' | 'what' | 'read'>
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
const SCOPE: Reading = { field: 'scope', label: 'HOST or all', what: 'a host or `all`', read: readScope }
const HOST: Reading = { field: 'host', label: 'HOST', what: 'a host', read: readHost }
const TOPIC: Reading = { field: 'topic', label: 'COMMAND', what: 'a command', read: readName }
const LEASE: Reading = { field: 'lease', label: 'DURATION', what: 'a duration, such as `8h`', read: leaseEnd }

const QUESTION: Reading = {
  field: 'what',
  label: 'REQUEST or "COMMAND"',
  what: 'a request, such as `R-12`, or a command in quotes',
  read: readQuestion,
}

const COUNT: Reading = {
  field: 'count',
  label: 'N',
  what: 'a number of partitions',
  read: readCount,
}

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
  assign: reasoned([must(GPU), must(VM, 'to'), can(LEASE, 'for')], ASSIGN_FLAGS),
  move: reasoned([must(GPU), must(VM, 'to'), can(LEASE, 'for')], PLAN_FLAGS),
  release: reasoned([must(GPU_OR_VM)], PLAN_FLAGS),
  partition: reasoned([must(GPU), must(COUNT, 'into')], PARTITION_FLAGS),
  resize: reasoned([must(VM)], RESIZE_FLAGS),
  smi: form([must(VM_OR_HOST)]),
  requests: form([], REQUESTS_FLAGS),
  approve: reasoned([must(ID)]),
  deny: reasoned([must(ID)]),
  cancel: reasoned([must(ID)]),
  again: form([must(ID)]),
  comment: { arguments: [must(ID)], flags: [], reason: 'prose' },
  history: form([can(NAME)], HISTORY_FLAGS),
  reconcile: form([can(HOST)]),
  accept: form([must(GPU)]),
  pause: form([must(SCOPE)]),
  resume: form([must(SCOPE)]),
  resolve: form([must(ID)]),
  reload: form([]),
  why: form([must(QUESTION)]),
  help: form([can(TOPIC)]),
  whoami: form([]),
}
export const KINDS = Object.keys(FORMS) as readonly CommandKind[]
