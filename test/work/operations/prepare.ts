/** One operation up to its approval, kept as a store and the host's history, so that it can be run again and again. */
import type { PlanCommand } from '../../../src/core/command/command'
import type { HostFacts, VmState } from '../../../src/core/inventory/inventory'
import type { Plan } from '../../../src/core/plan/plan'
import type { Step } from '../../../src/core/plan/step'
import type { Clock } from '../../../src/core/ports/clock'
import type { SimulatedFleet } from '../../../src/host/simulated/fleet'
import { openStore } from '../../../src/store/database'
import { runRequest } from '../../../src/work/operation/run'
import { fakeClock } from '../../fakes/clock'
import { sorted } from '../../fakes/facts'
import { makeTempDir } from '../../fakes/temp'
import { HOST, asked, botOver, decided, fleetOf, stored } from './bot'

export interface OperationUnderTest {
  readonly name: string
  /** Where; `hv01` if it is not said. */
  readonly host?: string
  /** What the bot did before. */
  readonly before: readonly PlanCommand[]
  readonly command: PlanCommand
  /** What the host must look like in the end: the holder of the GPU (null: the host itself), who shares it, and each VM's power. */
  readonly ends: {
    readonly holder: string | null
    readonly sharers?: readonly string[]
    readonly power: Readonly<Record<string, VmState>>
  }
  /** VMs that end with the settings they had before the bot ever touched them, and with no baseline. */
  readonly restored: readonly string[]
}

export interface Prepared {
  /** A store, closed, in which the request is approved. */
  readonly dir: string
  readonly id: string
  readonly host: string
  readonly plan: Plan
  readonly before: HostFacts
  /** The host as it was before the bot ever touched it. */
  readonly pristine: HostFacts
  /** A fleet in which everything before has happened. */
  readonly fleet: (clock: Clock) => SimulatedFleet
}

export const factsOf = (fleet: SimulatedFleet, host: string): HostFacts =>
  structuredClone(sorted(fleet.world.facts(host)))

export const prepare = async ({ host = HOST, before, command }: OperationUnderTest): Promise<Prepared> => {
  const dir = makeTempDir()
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  const pristine = factsOf(fleet, host)
  const history: Step[] = []
  const store = await openStore(dir)
  const context = botOver(store.db, fleet, clock)
  for (const each of before) {
    const { id } = await asked(context, each)
    await runRequest(context, await decided(context, id), new AbortController().signal)
    const request = await stored(store.db, id)
    if (request.state !== 'succeeded') throw new Error(`${id} is ${request.state}`)
    history.push(...request.plan.steps)
  }
  const { id } = await asked(context, command)
  const { plan } = await decided(context, id)
  await store.close()
  return {
    dir,
    id,
    host,
    plan,
    before: factsOf(fleet, host),
    pristine,
    fleet: (now) => {
      const again = fleetOf(now)
      for (const step of history) again.world.act(host, step)
      return again
    },
  }
}
