/** The same numbers on every run (mulberry32), so that a failing case can be repeated. */
export interface Dice {
  /** A whole number from 0 up to, not including, `below`. */
  readonly roll: (below: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

export const dice = (seed: number): Dice => {
  let state = seed
  const roll = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
  return { roll, pick: (from) => from[roll(from.length)]! }
}
