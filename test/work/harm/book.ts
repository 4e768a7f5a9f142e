/** What befalls the VMs of all hosts: which are stopped, which go off by themselves, and who loses what they hold. */
import type { World } from '../../../src/host/simulated/fleet'
import type { Holding } from './plans'
import type { Ground, Scene } from './scene'

/** What is wrong with it; nothing where all is well. */
export interface Judge {
  /** Something begins: the first change of all. */
  readonly begin: () => void
  readonly stop: (vm: string, how: 'shutdown' | 'turn-off' | 'nobody knows how') => void
  /** The memory of a partition. */
  readonly change: (holding: Holding) => void
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
  /** With how much memory, where that can be changed. */
  readonly has: ReadonlyMap<string, string>
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
          has: new Map([
            ...vm.assigned.map((path): [string, string] => [
              aliasOf(host.gpus.find(({ locationPath }) => locationPath === path)?.slot),
              '',
            ]),
            ...vm.partitions.map(({ gpu, vram }): [string, string] => [
              aliasOf(host.gpus.find(({ partition }) => partition?.name === gpu)?.slot),
              JSON.stringify(vram),
            ]),
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
    for (const each of holdings) {
      const has = now.get(each.vm)?.has.get(each.gpu)
      const had = last.get(each.vm)?.has.get(each.gpu)
      if (has === undefined && !lost.has(each)) judge.lose(each)
      if (has !== undefined && had !== undefined && has !== had) judge.change(each)
      if (has === undefined) lost.add(each)
      else lost.delete(each)
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
