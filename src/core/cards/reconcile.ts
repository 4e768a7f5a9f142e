/** `reconcile`: where hosts and the records of the bot disagree, with a button for each way out. Nothing is done by itself. */
import type { DriftFinding } from '../drift/findings'
import { shown } from '../text/shown'
import { hostLine } from '../planner/whereabouts'
import { PLACE_WORDS } from '../inventory/place-words'
import { counted } from '../text/figures'
import type { GpuPlace, HostView } from '../inventory/inventory'
import type { Notice, Part, Run } from '../notice/notice'
import { wayButton } from './way'

const SHOWN = 8

export interface Reconciliation {
  readonly views: readonly HostView[]
  readonly findings: readonly DriftFinding[]
  readonly now: number
}

export const reconcileNotice = ({ views, findings, now }: Reconciliation): Notice => {
  const more = findings.length - SHOWN
  const [only, ...others] = views
  return {
    summary:
      findings.length === 0 ? 'Nothing to reconcile' : `${counted(findings.length, 'GPU')} to reconcile`,
    tone: findings.length === 0 ? 'good' : 'waiting',
    parts: [
      { kind: 'title', text: 'Reconcile' },
      ...(findings.length === 0 ? [nothing(views)] : findings.slice(0, SHOWN).flatMap(partsOf)),
      ...(more > 0
        ? [{ kind: 'note' as const, runs: [`and ${more} more: name a host, or settle these first`] }]
        : []),
      ...notesOf(only && others.length === 0 ? [only] : views.filter(({ error }) => error !== null), now),
    ],
  }
}

const nothing = (views: readonly HostView[]): Part => {
  const read = views.filter(({ facts }) => facts !== null).length
  const hosts =
    views.length === 1
      ? 'The host has'
      : `${counted(read, 'host')} that could be read ${read === 1 ? 'has' : 'have'}`
  return {
    kind: 'text',
    runs: [`${hosts} what the records of the bot say, and each GPU is with its host or in a VM.`],
  }
}

/** How old the reading is of a host that was named, or that does not answer. */
const notesOf = (views: readonly HostView[], now: number): Part[] =>
  views.length === 0 ? [] : [{ kind: 'note', runs: [views.map((view) => hostLine(view, now)).join(' · ')] }]

const partsOf = ({ gpu, place, holder, recorded, stuck, ways }: DriftFinding): Part[] => [
  {
    kind: 'text',
    runs: [
      { strong: gpu },
      ` is ${PLACE_WORDS[place]}`,
      ...(holder === null ? [] : [' to ', { strong: shown(holder) }]),
      ...(recorded === null ? [isUsable(place) ? '.' : '. Nobody can use it.'] : recordedRuns(recorded)),
      ...(stuck === null ? [] : [' ', { code: stuck }, ' is unfinished on it and needs attention.']),
    ],
  },
  ...(ways.length === 0
    ? []
    : [
        {
          kind: 'buttons' as const,
          buttons: ways.map(wayButton),
        },
      ]),
]

const isUsable = (place: GpuPlace['kind']): boolean => place === 'host-enabled' || place === 'assigned'

const recordedRuns = ({ leaseId, vm }: NonNullable<DriftFinding['recorded']>): Run[] =>
  vm === null
    ? [', but its lease ', { code: leaseId }, ' has ended.']
    : [', but by ', { code: leaseId }, ` it belongs to ${shown(vm.name)}.`]
