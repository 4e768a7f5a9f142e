/** What a stop interrupts, on the card before anybody approves it: one paragraph for each VM. */
import { bytes } from '../text/figures'
import { joinLines } from './request-line'
import { shown } from '../text/shown'
import type { Interruption } from '../smi/interruption'
import type { Part, Run } from '../notice/notice'

const LISTED = 6
const NOT_KNOWN = 'not known'

export const interruptionParts = (interruptions: readonly Interruption[] = []): Part[] =>
  interruptions.map((each) => ({ kind: 'text', runs: joinLines([headOf(each), ...linesFor(each)]) }))

const headOf = ({ vm }: Interruption): Run[] => [{ strong: `What a stop of ${shown(vm.name)} interrupts` }]

const linesFor = (each: Interruption): Run[][] => {
  const { hasGpu, gpus, processes, people, lastUse } = each
  const nothing = gpus === null && processes === null && people === null && lastUse === null
  if (nothing && hasGpu) return [['Its GPU, processes on it, people logged on, last use: not known']]
  return [
    ...(hasGpu
      ? [[`GPU: ${gpusWords(gpus)}`], [`Processes on it: ${listed(processes?.map(processWords))}`]]
      : [['GPU: it has none']]),
    [`Logged on: ${listed(people?.map(shown), 'nobody')}`],
    ...(hasGpu ? [lastUseRuns(lastUse)] : []),
  ]
}

const gpusWords = (gpus: Interruption['gpus']): string =>
  gpus === null
    ? NOT_KNOWN
    : gpus
        .map(
          ({ busyPercent, usedBytes, totalBytes }) =>
            `${busyPercent === null ? 'load not known' : `${busyPercent} % busy`}, ${sizeOf(usedBytes)} of ${sizeOf(totalBytes)} in use`,
        )
        .join('; ')

const sizeOf = (figure: number | null): string => (figure === null ? NOT_KNOWN : bytes(figure))

const processWords = ({ name, pid, usedBytes }: NonNullable<Interruption['processes']>[number]): string =>
  `${shown(name)} (${pid}${usedBytes === null ? '' : `, ${bytes(usedBytes)}`})`

const listed = (all: readonly string[] | undefined, none = 'none'): string => {
  if (all === undefined) return NOT_KNOWN
  if (all.length === 0) return none
  const more = all.length - LISTED
  return `${all.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const lastUseRuns = (lastUse: Interruption['lastUse']): Run[] => {
  if (lastUse === null) return [`Last use: ${NOT_KNOWN}`]
  return lastUse.kind === 'seen'
    ? ['Last seen computing: ', { time: lastUse.at }]
    : ['Last use: no sample since ', { time: lastUse.since }, ' shows any']
}
