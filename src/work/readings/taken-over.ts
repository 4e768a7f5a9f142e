/** A host that takes the orders of another bot: administrators are told once it has lasted, and when it is over. */
import { barOf } from '../../core/inventory/bar'
import { takenOverNotice } from '../../core/cards/taken-over'
import type { HostFacts } from '../../core/inventory/inventory'
import { firstSeen, observe } from '../../core/news/condition'
import { administratorsIn } from '../../core/request/deciders'
import { conditionOf, saveCondition } from '../../store/conditions'
import type { Tx } from '../../store/database'
import { post } from '../../store/outbox'
import { selfOf } from '../../store/self'
import { administrative, type Context } from '../context/context'

const OURS = 'ours'

/** Call it in the commit that saves what was read. An older module is no news: it is in the digest, and on its host's sheet. */
export const noticeTakeover = async (
  context: Context,
  tx: Tx,
  { name: host, module }: HostFacts,
  at: number,
): Promise<void> => {
  const bar = barOf(module, await selfOf(tx))
  const taker = bar?.kind === 'other-bot' ? bar : null
  const is = taker?.bot ?? OURS
  const name = `orders ${host}`
  const before = (await conditionOf(tx, name)) ?? firstSeen(is, OURS, at)
  const { next, tell } = observe(before, is, at)
  await saveCondition(tx, name, next)
  if (tell === null) return
  for (const [n, to] of administrative(context).entries()) {
    const whom = n === 0 ? administratorsIn(context.policy.inForce(), to.chat) : null
    await post(tx, to, takenOverNotice(host, taker, whom ?? []), { at })
  }
}
