/** A lease whose time is over, and that cannot be taken back: its holder and the administrators are told, once for each end. */
import { notGivenBackNotice } from '../../core/cards/lease'
import { overdueNotice } from '../../core/cards/overdue'
import { overdueOf, type Lease } from '../../core/lease/lease'
import type { Tx } from '../../store/database'
import { changeLease, postpone } from '../../store/leases'
import { callAdministrators } from '../telling/administrators'
import type { Context } from '../context/context'
import { refreshLender } from '../changes/lease/lend'
import { tellHolder } from '../telling/holders'
import { tellingOf } from '../telling/lease-card'

/** Where nothing can be planned yet: a host that is paused, a VM that starts. */
const LATER_MS = 60_000
/** What passes by itself is no news. */
const TOLD_AFTER_MS = 15 * 60_000

/** It is looked at again soon. Once that has lasted, whoever must know is told. */
export const waitLonger = async (context: Context, lease: Lease, why: string): Promise<void> => {
  context.log.warn({ lease: lease.id, why }, 'a lease that is over cannot be released yet')
  const at = context.clock.now()
  const since = lease.state === 'grace' ? lease.until : null
  if (since !== null && at >= since + TOLD_AFTER_MS && overdueOf(lease) !== why)
    return beOverdue(context, lease, { at, why })
  await lookAgain(context, lease)
}

export const lookAgain = (context: Context, lease: Lease): Promise<void> =>
  postpone(context.db, lease, context.clock.now() + LATER_MS)

const beOverdue = async (
  context: Context,
  lease: Lease,
  { at, why }: { readonly at: number; readonly why: string },
): Promise<void> => {
  await context.db.transaction().execute(async (tx) => {
    const next = await changeLease(tx, lease, { kind: 'be-overdue', at, why })
    if (!next.ok) return
    await refreshLender(tx, next.value, at)
    if (overdueOf(lease) !== null) return
    const telling = await tellingOf(tx, context, next.value, at)
    await tellHolder(
      tx,
      next.value,
      notGivenBackNotice(next.value, `it cannot be taken back: ${why}`, telling),
      { at },
    )
    await tellOverdue(tx, context, next.value, { beside: lease.id, at })
  })
  context.wake.deliver()
}

/** Administrators, beside the card of the request `beside`. */
export const tellOverdue = (
  tx: Tx,
  { policy }: Pick<Context, 'policy'>,
  lease: Lease,
  { beside, at }: { readonly beside: string; readonly at: number },
): Promise<void> =>
  callAdministrators(tx, policy.inForce(), { beside, at }, (whom) => overdueNotice(lease, whom))
