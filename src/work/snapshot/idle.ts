/** Since when a VM computes nothing on its GPUs, by its samples. It is shown and nothing more: nobody loses a GPU by it. */
import { BUSY_PERCENT } from '../../core/smi/interruption'
import { idleEvidence, type IdleRule } from '../../core/smi/idle'
import type { Tx } from '../../store/database'
import { samplesOf } from '../../store/samples'
import type { Context } from '../context/context'

const WINDOW_MS = 24 * 3_600_000

/** Our own choice, on the careful side: NVIDIA names no figures for it. */
const RULE: Omit<IdleRule, 'gapMs'> = {
  emptyBytes: 600 * 2 ** 20,
  busyPercent: BUSY_PERCENT,
  samples: 12,
  quietMs: 2 * 3_600_000,
}

/** Null where a GPU of it computes, or too little is known of one. */
export const idleSince = async (
  { health, clock }: Pick<Context, 'health' | 'clock'>,
  tx: Tx,
  { host, vm }: { readonly host: string; readonly vm: string },
): Promise<number | null> => {
  if (!health) return null
  const now = clock.now()
  const gpus = [...(await samplesOf(tx, { host, vm, since: now - WINDOW_MS })).values()]
  const since = gpus.map((samples) => {
    const evidence = idleEvidence(samples, { ...RULE, gapMs: 3 * health.everyMs }, now)
    return evidence.kind === 'empty' || evidence.kind === 'holding' ? evidence.since : null
  })
  const known = since.flatMap((each) => each ?? [])
  return known.length > 0 && known.length === since.length ? Math.max(...known) : null
}
