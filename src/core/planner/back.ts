/** A GPU that its host has given up or switched off, and that no VM has → its host. What the bot itself never leaves behind. */
import { type Outcome, type Refusal, accepted, refusal, refused } from '../errors'
import { type GpuPlace, aliasOf, gpuByPath, placeOf } from '../inventory/inventory'
import { seal } from '../plan/digest'
import { undoWarnings } from './checks/host-checks'
import { type PlanInput, gpuRefOf } from './checks/input'
import { poolObstacles } from './checks/obstacles'
import type { Plan } from '../plan/plan'
import { giveToHost } from './checks/back-to-host'

/** Refused where it is with its host already, or where the host shows no such device. */
export const planBack = ({ host, gpu }: PlanInput): Outcome<Plan> => {
  const [mount, enable] = giveToHost(host, gpu)
  const steps = {
    dismounted: [mount, enable],
    'host-disabled': [enable],
    'host-enabled': [],
    'restart-pending': [],
    pooled: [],
    missing: [],
    assigned: [],
  }
  const place = placeOf(host, gpu).kind
  const unclear = poolObstacles(host, gpu)
  if (unclear.length > 0) return refused(...unclear)
  const isThere = gpuByPath(host, gpu.locationPath)?.instanceId === gpu.instanceId
  if (steps[place].length === 0 || !isThere) return refused(nothingToDo(aliasOf(host, gpu), place))
  const draft = {
    action: 'release' as const,
    mode: 'dda' as const,
    host: host.name,
    gpu: { ...gpuRefOf(host, gpu), model: gpu.model },
    from: null,
    to: null,
    steps: steps[place],
    costs: [],
    warnings: place === 'dismounted' ? undoWarnings(host, gpu) : [],
    baselines: [],
  }
  return accepted(seal(draft, host))
}

const ELSEWHERE: { readonly [K in GpuPlace['kind']]?: string } = {
  'host-enabled': '; it is with the host',
  'restart-pending': ', and its host has to restart before anything can be done with it',
}

const nothingToDo = (alias: string, place: GpuPlace['kind']): Refusal =>
  refusal(
    'not-possible',
    `Nothing to release: ${alias} is assigned to no VM${ELSEWHERE[place] ?? ', and the host shows no such device'}`,
  )
