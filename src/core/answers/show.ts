/** `show NAME`: one GPU, VM or host, as it was last read, with the open requests about it. */
import { leaseLines } from '../cards/lease'
import type { Lease } from '../lease/lease'
import type { Found } from '../inventory/names'
import type { Notice, Part } from '../notice/notice'
import { gpuPlaces, type RequestLine } from '../cards/lines'
import { hostLine } from '../planner/whereabouts'
import { joinLines, requestRuns } from '../cards/request-line'
import { gpuSheet } from './sheets/gpu'
import { hostSheet } from './sheets/host'
import type { Sheet } from './sheets/sheet'
import { vmSheet } from './sheets/vm'

const REQUESTS_SHOWN = 10
const LEASES_SHOWN = 16

export interface ShowInput {
  readonly subject: Found
  readonly now: number
  /** Open requests. */
  readonly requests: readonly RequestLine[]
  /** Open leases. */
  readonly leases: readonly Lease[]
}

export const showNotice = ({ subject, now, requests, leases }: ShowInput): Notice => {
  const about = requests.filter((request) => gpuPlaces(request).some((place) => isAbout(subject, place)))
  const sheet = sheetOf(subject, about)
  return {
    summary: sheet.title,
    tone: 'plain',
    parts: [
      { kind: 'title', text: sheet.title },
      { kind: 'facts', rows: sheet.rows.map(([label, ...runs]) => ({ label, runs })) },
      ...leasesPart(leases.filter((lease) => isLent(subject, lease))),
      ...requestsPart(about, now),
      { kind: 'note', runs: [hostLine(subject.view, now)] },
    ],
  }
}

/** Two hosts may have VMs of one name: a GPU is always given to a VM of its own host. */
const isAbout = (subject: Found, { gpu, from, to }: Pick<RequestLine, 'gpu' | 'from' | 'to'>): boolean => {
  const isHere = gpu.startsWith(`${subject.view.name}/`)
  switch (subject.kind) {
    case 'gpu':
      return isHere && gpu === `${subject.view.name}/${subject.gpu.slot}`
    case 'vm':
      return isHere && [from, to].includes(subject.vm.name)
    case 'host':
      return isHere
  }
}

const isLent = (subject: Found, { gpu, vm }: Lease): boolean =>
  isAbout(subject, { gpu: gpu.alias, from: vm.name, to: null })

const leasesPart = (leases: readonly Lease[]): Part[] => {
  if (leases.length === 0) return []
  const lines = leaseLines(leases.slice(0, LEASES_SHOWN))
  const more = leases.length - LEASES_SHOWN
  return [{ kind: 'text', runs: more > 0 ? [...lines, `\nand ${more} more`] : lines }]
}

const sheetOf = (subject: Found, about: readonly RequestLine[]): Sheet => {
  const moving = new Set(
    about.filter(({ state }) => state === 'running').flatMap((each) => gpuPlaces(each).map(({ gpu }) => gpu)),
  )
  switch (subject.kind) {
    case 'gpu':
      return gpuSheet(subject, moving.size > 0 ? 'busy' : 'idle')
    case 'vm':
      return vmSheet(subject)
    case 'host':
      return hostSheet(subject.view, moving)
  }
}

const requestsPart = (about: readonly RequestLine[], now: number): Part[] => {
  if (about.length === 0) return []
  const lines = about.slice(0, REQUESTS_SHOWN).map((line) => requestRuns(line, now))
  const more = about.length - lines.length
  return [
    {
      kind: 'text',
      runs: joinLines(more > 0 ? [...lines, [`and ${more} more: `, { code: 'requests' }]] : lines),
    },
  ]
}
