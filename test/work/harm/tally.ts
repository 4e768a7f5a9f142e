/** Counts over a whole suite, and names each wrong: who was cut off unasked, who was not told. */
export interface Tally {
  readonly counts: { plans: number; cut: number; untold: number; stops: number; losses: number }
  readonly wrongs: string[]
}

export const openTally = (): Tally => ({
  counts: { plans: 0, cut: 0, untold: 0, stops: 0, losses: 0 },
  wrongs: [],
})

export interface Wrongs {
  readonly cut: (what: string) => void
  readonly untold: (what: string) => void
}
export const wrongsOf = ({ counts, wrongs }: Tally, where: string): Wrongs => ({
  cut: (what) => {
    counts.cut += 1
    wrongs.push(`${where}: ${what}`)
  },
  untold: (what) => {
    counts.untold += 1
    wrongs.push(`${where}: ${what}`)
  },
})
