/** A GPU is kept for whoever waits for it: while it is on offer to them, and from when it is free until they are asked. */
import { refusal, type Refusal } from '../../core/errors'
import { momentText } from '../../core/policy/calendar'
import { isSamePerson, personOf, type Policy } from '../../core/policy/policy'
import { isOffered, type Entry, type Place } from '../../core/queue/entry'
import { turnFor } from '../../core/queue/next'
import type { Db, Tx } from '../../store/database'
import { openWaiters } from '../../store/queue'
import type { Context } from '../context/context'
import { snapshotOf } from './snapshot'

/** GPUs that are on offer, each with the place in the queue to which it is offered. */
export const offersNow = async (db: Db): Promise<ReadonlyMap<string, string>> =>
  new Map((await offersIn(db)).map(({ id, gpu }) => [gpu.alias, id]))

const offersIn = async (db: Db | Tx) => (await openWaiters(db)).map(({ entry }) => entry).filter(isOffered)

interface Wanted {
  readonly alias: string
  readonly host: string
  readonly locationPath: string
  /** Nobody has it, and this would take it. */
  readonly takes: boolean
}

/** That somebody else has it on offer, or is the next to be asked; nothing when nobody is. */
export const keptForOthers = async (
  context: Context,
  db: Db | Tx,
  wanted: Wanted,
  /** The place in the queue whose turn it is for this. */
  taking: { readonly id: string } | undefined,
): Promise<Refusal[]> => {
  const turn = await turnNow(context, db, wanted)
  if (turn === null || turn.id === taking?.id) return []
  if (!isOffered(turn)) return wanted.takes ? [refuseNext(context.policy.inForce(), wanted.alias, turn)] : []
  const { timeZone } = context.policy.inForce()
  return [
    refusal(
      'busy',
      `${wanted.alias} is on offer to the next in the queue (${turn.id}) until ${momentText(timeZone, turn.until)}`,
      joining(wanted.alias),
    ),
  ]
}

/** The place of this person, where it is their turn: what they ask for is what they wait for. */
export const ownTurn = async (
  context: Context,
  db: Db,
  { takes, ...gpu }: Place & Pick<Wanted, 'takes'>,
  by: string,
): Promise<{ readonly id: string; readonly gpu: Place } | undefined> => {
  const turn = takes ? await turnNow(context, db, gpu) : null
  return turn && isSamePerson(context.policy.inForce(), turn.by, by) ? { id: turn.id, gpu } : undefined
}

const turnNow = async (
  context: Context,
  db: Db | Tx,
  { host, locationPath }: Pick<Wanted, 'host' | 'locationPath'>,
): Promise<Entry | null> => {
  const snapshot = (await openWaiters(db)).length === 0 ? null : await snapshotOf(db, context)
  const views = snapshot?.views.find(({ name }) => name === host)
  const gpu = views?.facts?.gpus.find((each) => each.locationPath === locationPath)
  return snapshot && views && gpu
    ? turnFor(snapshot, { host: views.name, locationPath: gpu.locationPath }, context.clock.now())
    : null
}

const refuseNext = (policy: Policy, alias: string, { id, by }: Entry): Refusal => {
  const person = personOf(policy, by)
  const who = person === null || person === by ? id : `${person}, ${id}`
  return refusal('busy', `${alias} goes to the next in the queue first (${who})`, joining(alias))
}

const joining = (alias: string): string => `\`queue ${alias}\` puts you in the line for it.`
