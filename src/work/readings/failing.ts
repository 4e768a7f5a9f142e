/** Whole GPUs that fail by what nvidia-smi says in the VM that has them: they go into quarantine, and out of it. */
import { aliasOf, wholeGpusOf, type HostFacts, type VmFacts } from '../../core/inventory/inventory'
import type { Lease } from '../../core/lease/lease'
import type { News } from '../../core/news/news'
import { newsNotice } from '../../core/cards/news'
import type { Notice } from '../../core/notice/notice'
import type { SmiReading } from '../../core/smi/smi'
import type { Tx } from '../../store/database'
import { forgetFailing, saveFailing } from '../../store/failing'
import { post } from '../../store/outbox'
import { announce } from '../telling/announce'
import { tellHoldersOf } from '../telling/holders'
import { administrative, type Context } from '../context/context'

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

/** The administrators and whoever has them are told, and those who watch, each once. */
export const tellOfQuarantine = async (
  context: Pick<Context, 'policy' | 'requestsChannels' | 'changesChannel'>,
  tx: Tx,
  news: News,
  {
    gpus,
    toHolder,
    at,
  }: {
    readonly gpus: readonly string[]
    readonly toHolder: (lease: Lease) => Notice
    readonly at: number
  },
): Promise<void> => {
  const places = administrative(context)
  for (const place of places) await post(tx, place, newsNotice(news), { at })
  const knowing = await tellHoldersOf(tx, gpus, toHolder, at)
  await announce(context, tx, [news], { at, except: places, knowing })
}
