/** A host that does not answer, and is back: told once it has lasted, in the transaction that remembers it. */
import { firstSeen, observe } from '../../core/news/condition'
import { conditionOf, saveCondition } from '../../store/conditions'
import type { Tx } from '../../store/database'
import { announce } from '../telling/announce'
import type { Context } from '../context/context'

const ANSWERS = 'answers'
const UNREACHABLE = 'unreachable'

/** `why`: what its reading failed for; null where it was read. */
export const noticeHost = async (
  context: Pick<Context, 'policy'>,
  tx: Tx,
  { host, why, at }: { readonly host: string; readonly why: string | null; readonly at: number },
): Promise<void> => {
  const name = `host ${host}`
  const is = why === null ? ANSWERS : UNREACHABLE
  const before = (await conditionOf(tx, name)) ?? firstSeen(is, ANSWERS, at)
  const { next, tell } = observe(before, is, at)
  await saveCondition(tx, name, next)
  if (tell === null) return
  const news =
    why === null
      ? ({ kind: 'host', host, is: 'back', goneMs: tell.since - tell.was.since } as const)
      : ({ kind: 'host', host, is: 'unreachable', since: tell.since, why } as const)
  await announce(context, tx, [news], { at })
}
