/** The simulated hosts, and what is done to them. */
import type { StepEvent, World } from '../../../src/host/simulated/fleet'
import type { Ground, Order } from './scene'

export const orderTo = (world: World, { host, step }: Pick<StepEvent, 'host' | 'step'>): Order => ({
  stops: step.kind === 'stopVm' ? { vm: step.vm.name, how: step.how } : null,
  refuse: () => world.inject({ host, step: step.kind, kind: 'refuse', code: 'InjectedByTest', times: 1 }),
})

export const SIMULATED: Ground = {
  hosts: ({ hosts }) => hosts,
  watch: ({ world }, listener) => {
    world.onStep((event) => {
      if (event.when === 'before') listener(orderTo(world, event))
    })
  },
}
