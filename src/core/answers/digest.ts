/** The digest: for each host what is free, who holds what, what waits, what needs attention, what changed in a day. */
import { leaseRuns } from '../cards/lease'
import { shown } from '../text/shown'
import {
  aliasOf,
  asideOn,
  placeOf,
  vmById,
  type GpuPlace,
  type HostFacts,
  type HostView,
} from '../inventory/inventory'
import type { Lease } from '../lease/lease'
import { sharersOf } from '../inventory/partitions'
import { quarantineBriefly, quarantineOf } from '../inventory/quarantine'
import type { Notice, Part, Run } from '../notice/notice'
import { isOpenState } from '../request/request'
import type { RequestLine } from '../cards/lines'
import { hostLine, whereabouts } from '../planner/whereabouts'
import { joinLines, whatOf } from '../cards/request-line'
import { STATE_WORDS } from '../request/words'
import { counted } from '../text/figures'

export interface DigestInput {
  readonly views: readonly HostView[]
  readonly now: number
  /** Open ones, and those that succeeded within the day. */
  readonly requests: readonly (RequestLine & { readonly host: string; readonly endedAt: number | null })[]
  /** Who asked for what is held: account by alias and id of the VM, see `holderKey`. */
  readonly holders: ReadonlyMap<string, string>
  /** Since when VMs have computed nothing, see `idleKey`. */
  readonly idle: ReadonlyMap<string, number>
  /** What the policy names and nothing is; see policy/unmatched.ts. */
  readonly unmatched: readonly string[]
  /** Leases that are over and could not be taken back. */
  readonly overdue: readonly Lease[]
  /** What was found wrong with GPUs, by host. */
  readonly findings: ReadonlyMap<string, readonly (readonly Run[])[]>
}

export const holderKey = (alias: string, vm: string): string => `${alias} ${vm}`
/** A VM and its replica have one id, on two hosts. */
export const idleKey = (host: string, vm: string): string => `${host} ${vm}`

interface HostDigest {
  readonly view: HostView
  readonly free: readonly string[]
  /** In quarantine. */
  readonly apart: readonly string[]
  readonly missing: readonly string[]
  readonly held: readonly Run[][]
  readonly waits: readonly Run[][]
  readonly attention: readonly (readonly Run[])[]
  readonly changed: readonly Run[][]
}

/** With nothing to say it is one line. */
export const digestNotice = (input: DigestInput): Notice => {
  const hosts = input.views.map((view) => digestOf(view, input))
  const gpus = input.views.reduce((sum, { facts }) => sum + (facts?.gpus.length ?? 0), 0)
  const sum = (of: 'free' | 'apart' | 'missing') => hosts.reduce((all, each) => all + each[of].length, 0)
  const stand = [
    `${sum('free')} of ${counted(gpus, 'GPU')} free`,
    ...(sum('apart') > 0 ? [`${sum('apart')} in quarantine`] : []),
    ...(sum('missing') > 0 ? [`${sum('missing')} missing`] : []),
  ].join(', ')
  const count = (of: 'waits' | 'attention' | 'changed') =>
    hosts.reduce((sum, each) => sum + each[of].length, 0)
  const [waits, attention, changed] = [count('waits'), count('attention'), count('changed')]
  const { unmatched } = input
  if (waits + attention + changed + unmatched.length === 0)
    return {
      summary: `Nothing new in 24 hours: ${stand}`,
      tone: 'plain',
      parts: [{ kind: 'text', runs: [`Nothing new in 24 hours: ${stand}.`] }],
    }
  const summary = [
    stand,
    ...(attention + unmatched.length > 0 ? [`${attention + unmatched.length} to look at`] : []),
    ...(waits > 0 ? [`${counted(waits, 'request')} open`] : []),
    ...(changed > 0 ? [counted(changed, 'change')] : []),
  ].join(', ')
  return {
    summary: `The last 24 hours: ${summary}`,
    tone: attention + unmatched.length > 0 ? 'bad' : 'plain',
    parts: [
      { kind: 'title', text: 'The last 24 hours' },
      { kind: 'text', runs: [summary] },
      ...policyParts(unmatched),
      ...hosts.flatMap((each) => hostParts(each, input.now)),
    ],
  }
}

const NAMED = 8

const policyParts = (unmatched: readonly string[]): Part[] => {
  if (unmatched.length === 0) return []
  const more = unmatched.length > NAMED ? [`and ${unmatched.length - NAMED} more`] : []
  const lines = [...unmatched.slice(0, NAMED).map(shown), ...more].map((line): Run[] => [line])
  return [
    { kind: 'text', runs: [{ strong: 'The policy' }] },
    { kind: 'facts', rows: [{ label: 'Look at', runs: joinLines(lines) }] },
  ]
}

const digestOf = (
  view: HostView,
  { requests, holders, idle, overdue, findings, now }: DigestInput,
): HostDigest => {
  const { facts } = view
  const here = requests.filter(({ host }) => host === view.name)
  const open = here.filter(({ state }) => isOpenState(state))
  const taken = new Set(open.map(({ gpu }) => gpu))
  const gpus =
    facts === null || view.error !== null || view.bar !== null
      ? []
      : facts.gpus.map((gpu) => ({ facts, gpu }))
  return {
    view,
    free: gpus
      .filter(
        ({ facts: of, gpu }) =>
          whereabouts({ facts: of, gpu, marks: view.marks }).free &&
          !taken.has(aliasOf(of, gpu)) &&
          !asideOn(view, gpu),
      )
      .map(({ facts: of, gpu }) => aliasOf(of, gpu)),
    apart: facts === null ? [] : apartIn(facts, view.marks),
    missing: facts === null ? [] : missingIn(facts),
    held: facts === null ? [] : heldIn(facts, { holders, idle }),
    waits: open.filter(({ state }) => state !== 'needs-attention').map(lineOf),
    attention: [
      ...(isWell(view) ? [] : [[hostLine(view, now)]]),
      ...open.filter(({ state }) => state === 'needs-attention').map(lineOf),
      ...overdue.filter(({ gpu }) => gpu.alias.startsWith(`${view.name}/`)).map(overdueRuns),
      ...(facts === null ? [] : lostIn(facts, view.marks, taken)),
      ...(findings.get(view.name) ?? []),
    ],
    changed: here.flatMap((each) =>
      each.endedAt === null ? [] : [[...lineOf(each), ', ', { time: each.endedAt }]],
    ),
  }
}

const isWell = ({ error, paused, asides, bar }: HostView): boolean =>
  error === null && !paused && bar === null && asides.length === 0

const lineOf = (line: RequestLine): Run[] => [
  { strong: line.id },
  ` ${whatOf(line)} (${STATE_WORDS[line.state]}) · `,
  { person: line.by },
]

const overdueRuns = (lease: Lease): Run[] => [
  { strong: lease.gpu.alias },
  ` ${shown(lease.vm.name)} (${lease.id}): `,
  ...leaseRuns(lease),
]

const heldIn = (facts: HostFacts, { holders, idle }: Pick<DigestInput, 'holders' | 'idle'>): Run[][] =>
  facts.gpus.flatMap((gpu) => {
    const alias = aliasOf(facts, gpu)
    const place = placeOf(facts, gpu)
    const owner = place.kind === 'assigned' ? vmById(facts, place.vm) : undefined
    return [...(owner ? [owner] : []), ...sharersOf(facts, gpu)].map((vm) => {
      const holder = holders.get(holderKey(alias, vm.id))
      const since = idle.get(idleKey(facts.name, vm.id))
      return [
        { strong: alias },
        ` ${shown(vm.name)}`,
        ...(holder === undefined ? [] : [' · ', { person: holder }]),
        ...(since === undefined ? [] : [', computes nothing since ', { time: since }]),
      ]
    })
  })

const LOST: readonly GpuPlace['kind'][] = ['dismounted', 'restart-pending']

/** In quarantine; or neither the host nor a VM has them, and no request is about to change that. */
const lostIn = (facts: HostFacts, marks: HostView['marks'], taken: ReadonlySet<string>): Run[][] => {
  const apart = apartIn(facts, marks)
  return facts.gpus
    .map((gpu) => ({ alias: aliasOf(facts, gpu), gpu }))
    .filter(
      ({ alias, gpu }) =>
        apart.includes(alias) || (LOST.includes(placeOf(facts, gpu).kind) && !taken.has(alias)),
    )
    .map(({ alias, gpu }) => [{ strong: alias }, ` ${whereabouts({ facts, gpu, marks }).where}`])
}

/** What is missing may have been taken out for good, which is nothing to look at each day: that is counted by itself. */
const apartIn = (facts: HostFacts, marks: HostView['marks']): string[] =>
  facts.gpus.flatMap((gpu) => {
    const quarantine = quarantineOf(facts, gpu, marks)
    return quarantine && quarantineBriefly(quarantine) !== null ? [quarantine.gpu] : []
  })

const missingIn = (facts: HostFacts): string[] =>
  facts.gpus.filter((gpu) => placeOf(facts, gpu).kind === 'missing').map((gpu) => aliasOf(facts, gpu))

const hostParts = ({ view, free, held, waits, attention, changed }: HostDigest, now: number): Part[] => {
  const row = (label: string, lines: readonly (readonly Run[])[]) =>
    lines.length === 0 ? [] : [{ label, runs: joinLines(lines) }]
  const rows = [
    ...row('Look at', attention),
    ...row('Waits', waits),
    ...row('Changed', changed),
    ...row('Held', held),
    ...row('Free', free.length === 0 ? [] : [[free.join(', ')]]),
  ]
  return [
    // What is wrong with a host stands among what to look at.
    { kind: 'text', runs: [{ strong: isWell(view) ? hostLine(view, now) : view.name }] },
    ...(rows.length === 0 ? [] : [{ kind: 'facts' as const, rows }]),
  ]
}
