/** Calls administrators by name. */
import type { Called, Notice } from '../../core/notice/notice'
import { administratorsIn } from '../../core/request/deciders'
import type { Policy } from '../../core/policy/policy'
import type { Tx } from '../../store/database'
import { copiesOf, post } from '../../store/outbox'

/** Beside the card of a request, in the first place where they can be called; the card is there for everybody else. */
export const callAdministrators = async (
  tx: Tx,
  policy: Policy,
  { beside, at }: { readonly beside: string; readonly at: number },
  notice: (whom: readonly [Called, ...Called[]]) => Notice,
): Promise<void> => {
  for (const { seq, to } of await copiesOf(tx, beside)) {
    const [first, ...others] = administratorsIn(policy, to.chat) ?? []
    if (first === undefined) continue
    await post(tx, to, notice([first, ...others]), { at, under: seq })
    return
  }
}
