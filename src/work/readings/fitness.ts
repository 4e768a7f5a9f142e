/** GPUs that their host itself reports as not fit to be lent, and as in order again: told once it has lasted. */
import { leaseNewsNotice } from '../../core/cards/lease'
import { aliasOf, type HostFacts } from '../../core/inventory/inventory'
import type { Lease } from '../../core/lease/lease'
import { firstSeen, isSameCondition, observe } from '../../core/news/condition'
import type { Notice } from '../../core/notice/notice'
import { causeWords, endsOf, quarantineOf, type Cause } from '../../core/inventory/quarantine'
import { conditionsNamed, saveCondition } from '../../store/conditions'
import type { Tx } from '../../store/database'
import { keptNotice } from './apart'
import { tellOfQuarantine } from './failing'
import { tellHoldersOf } from '../telling/holders'
import type { Context } from '../context/context'

const FIT = 'fit'
const ABSENCE: Cause = { by: 'absence' }

/** Call it in the commit that saves what was read. Of a GPU that never was otherwise than fit nothing is kept. */
export const noticeFitness = async (
  context: Pick<Context, 'policy' | 'requestsChannels' | 'changesChannel'>,
  tx: Tx,
  facts: HostFacts,
  at: number,
): Promise<void> => {
  const known = await conditionsNamed(tx, `fitness ${facts.name}/`)
  for (const gpu of facts.gpus) {
    const alias = aliasOf(facts, gpu)
    const name = `fitness ${alias}`
    const quarantine = quarantineOf(facts, gpu, [])
    const before = known.get(name)
    if (!before && quarantine === null) continue
    const is = quarantine ? causeWords(facts.name, quarantine.causes[0]) : FIT
    const { next, tell } = observe(before ?? firstSeen(is, FIT, at), is, at)
    if (!isSameCondition(before, next)) await saveCondition(tx, name, next)
    if (tell === null) continue
    const why = quarantine ? { is, ends: endsOf(quarantine) } : null
    await tellOf(context, tx, { host: facts.name, gpu: alias, why, was: before?.told ?? FIT, at })
  }
}

interface Turn {
  readonly host: string
  readonly gpu: string
  readonly why: { readonly is: string; readonly ends: string } | null
  /** What was told of it last. */
  readonly was: string
  readonly at: number
}

/** That it is gone, and there again, others read of the host (see drift.ts); who holds a part of it does not. */
const tellOf = async (
  context: Pick<Context, 'policy' | 'requestsChannels' | 'changesChannel'>,
  tx: Tx,
  { host, gpu, why, was, at }: Turn,
): Promise<void> => {
  const toHolder = (lease: Lease): Notice =>
    why
      ? keptNotice(leaseNewsNotice(lease, why.is))
      : leaseNewsNotice(lease, `${host} shows it in order again`)
  if ((why?.is ?? was) === causeWords(host, ABSENCE)) {
    await tellHoldersOf(tx, [gpu], toHolder, at)
    return
  }
  const news = { kind: 'fitness', host, gpus: [gpu], why } as const
  await tellOfQuarantine(context, tx, news, { gpus: [gpu], toHolder, at })
}
