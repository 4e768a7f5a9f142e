/** What can happen to an operation, each at one moment of it. */
import type { World } from '../../../src/host/simulated/fleet'
import type { Hand, Moment, Powers } from './run'

export const nothing: Hand = () => undefined

export const both =
  (first: Hand, second: Hand): Hand =>
  (moment, powers) => {
    first(moment, powers)
    second(moment, powers)
  }

const once = (when: 'before' | 'after', n: number, act: (powers: Powers, moment: Moment) => void): Hand => {
  let acted = false
  return (moment, powers) => {
    if (acted || moment.when !== when || moment.n !== n) return
    acted = true
    act(powers, moment)
  }
}

const inject = (
  n: number,
  fault: { kind: 'refuse' | 'lost-before' | 'lost-after'; code?: string; times: number },
): Hand =>
  once('before', n, ({ world, host }, moment) => {
    if (moment.when === 'claimed') return
    world.inject({ host, step: moment.step.kind, ...fault })
  })

/** The host refuses the n-th order, and this one alone. */
export const refuse = (n: number): Hand => inject(n, { kind: 'refuse', code: 'InjectedByTest', times: 1 })
/** The n-th order and its two repetitions. */
export const refuseForGood = (n: number): Hand =>
  inject(n, { kind: 'refuse', code: 'InjectedByTest', times: 3 })
export const lose = (n: number, kind: 'lost-before' | 'lost-after'): Hand => inject(n, { kind, times: 1 })
/** The n-th order and its two repetitions are lost before they reach the host's hands. */
export const loseForGood = (n: number): Hand => inject(n, { kind: 'lost-before', times: 3 })

export const stopAtFirst: Hand = (moment, powers) => {
  if (moment.when === 'claimed') powers.stop()
}

/** At the boundaries of each order: told but not done, done but not noted, and between two orders. */
export const kills = (orders: readonly number[]): [string, Hand][] =>
  orders.flatMap((n): [string, Hand][] => [
    [`killed before order ${n} took effect`, once('before', n, (powers) => powers.kill())],
    [`killed after order ${n} took effect`, once('after', n, (powers) => powers.kill())],
    [`stopped after order ${n}`, once('after', n, (powers) => powers.stop())],
  ])

export const atEach = (orders: readonly number[], act: (powers: Powers) => void): [string, Hand][] =>
  orders.flatMap((n): [string, Hand][] => [
    [`before order ${n}`, once('before', n, act)],
    [`after order ${n}`, once('after', n, act)],
  ])

/** Hyper-V may refuse: then an administrator can do nothing either. */
export const startIfItCan = (world: World, host: string, vm: string): void => {
  try {
    world.setVmState(host, vm, 'Running')
  } catch {
    return
  }
}
