/** Every command, in the order in which help lists them, and what a person asked for once the grammar has made sense of it. */
import { z } from 'zod'
import { accept } from './specs/accept'
import { adopt } from './specs/adopt'
import { again } from './specs/again'
import { agree } from './specs/agree'
import { approve } from './specs/approve'
import { ask } from './specs/ask'
import { assign } from './specs/assign'
import { cancel } from './specs/cancel'
import { check } from './specs/check'
import { comment } from './specs/comment'
import { deny } from './specs/deny'
import { done } from './specs/done'
import { extend } from './specs/extend'
import { forget } from './specs/forget'
import { help } from './specs/help'
import { history } from './specs/history'
import { leave } from './specs/leave'
import { list } from './specs/list'
import { move } from './specs/move'
import { object } from './specs/object'
import { partition } from './specs/partition'
import { pause } from './specs/pause'
import { postpone } from './specs/postpone'
import { queue } from './specs/queue'
import { read } from './specs/read'
import { reconcile } from './specs/reconcile'
import { release } from './specs/release'
import { reload } from './specs/reload'
import { requests } from './specs/requests'
import { resize } from './specs/resize'
import { resolve } from './specs/resolve'
import { resume } from './specs/resume'
import { retry } from './specs/retry'
import { show } from './specs/show'
import { smi } from './specs/smi'
import { take } from './specs/take'
import { unwatch } from './specs/unwatch'
import { watch } from './specs/watch'
import { whoami } from './specs/whoami'
import { why } from './specs/why'
import type { Spec } from './values/spec'

export const SPECS = [
  list,
  show,
  check,
  smi,
  requests,
  history,
  reconcile,
  why,
  watch,
  unwatch,
  assign,
  move,
  release,
  partition,
  resize,
  cancel,
  again,
  retry,
  agree,
  object,
  postpone,
  comment,
  extend,
  done,
  ask,
  queue,
  take,
  leave,
  approve,
  deny,
  pause,
  resume,
  read,
  resolve,
  accept,
  forget,
  adopt,
  reload,
  help,
  whoami,
] as const

/** Names are still names; the planner resolves them. */
export type Command = z.infer<(typeof SPECS)[number]['schema']>
export type CommandKind = Command['kind']
export type PlanCommand = Extract<Command, { kind: 'assign' | 'move' | 'release' | 'partition' | 'resize' }>

const objects = SPECS.map(({ schema }) => schema) as unknown as [z.ZodObject, ...z.ZodObject[]]
/** The command that its kind says; whatever else is there is left out. */
export const command = z.discriminatedUnion('kind', objects) as unknown as z.ZodType<Command>

export const KINDS: readonly CommandKind[] = SPECS.map(({ name }) => name)

const BY_NAME = Object.fromEntries(SPECS.map((each) => [each.name, each])) as unknown as {
  readonly [K in CommandKind]: Spec
}
export const specOf = (kind: CommandKind): Spec => BY_NAME[kind]

/** By its name, or by another word that people say for it, whatever the case. Undefined for what is no command. */
export const commandCalled = (typed: string): CommandKind | undefined => {
  const word = typed.toLowerCase()
  return KINDS.find((kind) => kind === word || specOf(kind).synonyms?.includes(word))
}
