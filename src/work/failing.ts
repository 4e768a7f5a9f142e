/** Whole GPUs that fail by what nvidia-smi says in the VM that has them: they go into quarantine, and out of it. */
import { leaseNewsNotice } from '../core/cards/lease'
import { aliasOf, wholeGpusOf, type HostFacts, type VmFacts } from '../core/inventory'
import type { News } from '../core/news/news'
import { newsNotice } from '../core/news/words'
import type { SmiReading } from '../core/smi'
import type { Tx } from '../store/database'
import { forgetFailing, saveFailing } from '../store/failing'
import { openLeasesOn } from '../store/leases'
import { post } from '../store/outbox'
import { announce } from './announce'
import { keptNotice } from './apart'
import { tellHolder } from './lease/tell'
import { administrative, type Parts } from './parts'

/**
 * In the transaction that keeps the reading. Of several GPUs in a VM it is not known which one fails, only that one does:
 * none of them is lent until somebody has looked. What a guest says of a partition says nothing of its GPU. The GPUs, by
 * alias, that are in quarantine by this reading.
 */
export const heedGuest = async (
  tx: Tx,
  {
    facts,
    vm,
    reading,
    at,
  }: {
    readonly facts: HostFacts
    readonly vm: VmFacts
    readonly reading: SmiReading
    readonly at: number
  },
): Promise<readonly string[]> => {
  if (vm.partitions.length > 0) return []
  const gpus = wholeGpusOf(facts, vm)
    .filter(({ vendor }) => vendor === 'nvidia')
    .map((gpu) => aliasOf(facts, gpu))
  if (reading.verdict === 'verified') for (const gpu of gpus) await forgetFailing(tx, gpu)
  if (reading.verdict !== 'failed' || !reading.card) return []
  const why = gpus.length === 1 ? reading.why : `of its ${gpus.length} GPUs, ${reading.why}`
  for (const gpu of gpus) await saveFailing(tx, { gpu, host: facts.name, vm: vm.name, why, at })
  return gpus
}

type HealthNews = Extract<News, { kind: 'health' }>

/** The administrators and whoever has them are told, and those who watch, each once. */
export const tellOfFailing = async (
  parts: Pick<Parts, 'policy' | 'requestsChannels' | 'changesChannel'>,
  tx: Tx,
  news: HealthNews & { readonly finding: { readonly is: 'failing' } },
  { gpus, at }: { readonly gpus: readonly string[]; readonly at: number },
): Promise<void> => {
  const places = administrative(parts)
  for (const place of places) await post(tx, place, newsNotice(news), { at })
  const holders: string[] = []
  for (const gpu of gpus)
    for (const lease of await openLeasesOn(tx, gpu)) {
      await tellHolder(tx, lease, keptNotice(leaseNewsNotice(lease, news.finding.why)), at)
      holders.push(lease.holder)
    }
  await announce(parts, tx, [news], { at, except: places, knowing: holders })
}
