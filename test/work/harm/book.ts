/** What befalls the VMs of all hosts: which are stopped, which go off by themselves, and who loses what they hold. */
import type { World } from '../../../src/host/simulated/fleet'
import type { Holding } from './plans'
import type { Ground, Scene } from './scene'

/** What is wrong with it; nothing where all is well. */
export interface Judge {
  /** Something begins: the first change of all. */
  readonly begin: () => void
  readonly stop: (vm: string, how: 'shutdown' | 'turn-off' | 'nobody knows how') => void
  readonly lose: (holding: Holding) => void
}

export interface Watched {
  /** How many changes reached a host. */
  readonly changes: () => number
  /** When all is over: what was done last, and which VMs ran before and do not now. */
  readonly end: () => readonly string[]
}

interface Seen {
  readonly runs: boolean
  readonly has: ReadonlySet<string>
}

const vmsNow = (world: World): ReadonlyMap<string, Seen> =>
  new Map(
    world.hostNames().flatMap((name) => {
      const host = world.facts(name)
      const aliasOf = (slot: string | undefined) => `${name}/${slot ?? 'of no slot'}`
      return host.vms.map((vm): [string, Seen] => [
        vm.name,
        {
          runs: vm.state === 'Running',
          has: new Set([
            ...vm.assigned.map((path) =>
              aliasOf(host.gpus.find(({ locationPath }) => locationPath === path)?.slot),
            ),
            ...vm.partitions.map((each) =>
              aliasOf(host.gpus.find(({ partition }) => partition?.name === each.gpu)?.slot),
            ),
          ]),
        },
      ])
    }),
  )

/** The change of this number is refused; none where it is negative. */
export const watched = (
  { fleet: { world, ...fleet } }: Pick<Scene, 'fleet'>,
  ground: Ground,
  {
    holdings,
    refused,
    judge,
  }: { readonly holdings: readonly Holding[]; readonly refused: number; readonly judge: Judge },
): Watched => {
  const before = vmsNow(world)
  let last = before
  let changes = 0
  const ordered = new Set<string>()
  const lost = new Set<Holding>()
  const look = (): void => {
    const now = vmsNow(world)
    for (const [vm, { runs }] of now) {
      if (last.get(vm)?.runs === true && !runs && !ordered.has(vm)) judge.stop(vm, 'nobody knows how')
      if (runs) ordered.delete(vm)
    }
    for (const each of holdings)
      if (now.get(each.vm)?.has.has(each.gpu) === true) lost.delete(each)
      else if (!lost.has(each)) {
        lost.add(each)
        judge.lose(each)
      }
    last = now
  }
  ground.watch({ world, ...fleet }, ({ stops, refuse }) => {
    look()
    if (changes === 0) judge.begin()
    if (stops) {
      judge.stop(stops.vm, stops.how)
      ordered.add(stops.vm)
    }
    if (changes === refused) refuse()
    changes += 1
  })
  return {
    changes: () => changes,
    end: () => {
      look()
      return [...before].flatMap(([vm, { runs }]) => (runs && last.get(vm)?.runs !== true ? vm : []))
    },
  }
}
