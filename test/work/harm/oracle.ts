/**
 * Whom a plan harms, judged by a model that shares nothing with the planner, the leases or the consents of the bot: it keeps
 * its own book of who holds what in which VM and of what each of them was told and said, and watches every VM of every host.
 */
import { afterAll, describe, expect, it } from '@jest/globals'
import { type AskedFor, askedFor, othersOf, type Plan, settledFor, tried } from './asked'
import { ended, type Ending, ENDS, lentUntil, NOTICES, othersIn } from './ends'
import { type Arrangement, arrangementsOf, GLASS, KINDS, WAYS } from './plans'
import { giveUp, type Ground, type Left, untouched } from './scene'
import { openTally } from './tally'

interface About {
  /** A plan that is asked for, or the end of a lease. */
  readonly of: 'plan' | 'end'
  readonly arrangement: Arrangement
  /** What is said, and how many people of whom it takes something, or whose VM it stops. */
  readonly way: string
  readonly others: number
}
interface Scope {
  /** Which of them are tried; all where it is not said. */
  readonly takes?: (about: About) => boolean
  /** Of which of them each change is refused once. */
  readonly refuses: (about: About) => boolean
  /** Of many refused changes no test has more than a share, so that none is long. */
  readonly shares: number
  /** So many stops must have come about, so that it judges something. */
  readonly least: number
}

/** Over these, and every refused change of each. */
export const judge = (
  where: string,
  ground: () => Ground,
  { takes, refuses, shares, least }: Scope,
): void => {
  const tally = openTally()
  const left: Left[] = []
  const kept = async <T extends Left>(moment: Promise<T>): Promise<T> => {
    const found = await moment
    left.push(found)
    return found
  }
  const beginnings = new Map<string, Promise<Left>>()
  const beginning = (host: string): Promise<Left> => {
    const found = beginnings.get(host) ?? kept(untouched(ground(), host))
    beginnings.set(host, found)
    return found
  }
  afterAll(() => {
    for (const each of left) giveUp(each)
  })

  interface One {
    readonly about: About
    readonly run: (refused: number) => Promise<number>
  }
  const each = (name: string, all: readonly One[]): void => {
    const tries = all.filter(({ about }) => takes?.(about) ?? true)
    if (tries.length === 0) return
    const changes = new Map<number, number>()
    const count = tries.some(({ about }) => refuses(about)) ? shares : 1
    it.each(Array.from({ length: count }, (_, share) => share))(
      `${name}: nobody is cut off unasked or untold: share %i`,
      async (share) => {
        const before = tally.wrongs.length
        for (const [index, one] of tries.entries()) {
          const most = changes.get(index) ?? (await one.run(-1))
          changes.set(index, most)
          if (!refuses(one.about)) continue
          // Where it never begins there is nothing to refuse.
          for (let refused = share; refused < most; refused += count) await one.run(refused)
        }

        expect(tally.wrongs.slice(before)).toEqual([])
      },
    )
  }

  for (const kind of KINDS)
    for (const arrangement of arrangementsOf(kind)) {
      const plan: Plan = { kind, arrangement }
      const asked = new Map<boolean, Promise<AskedFor>>()
      let settled: Promise<Left> | null = null
      const from = (glass: boolean): Promise<AskedFor> => {
        settled ??= beginning(kind.host).then((first) => kept(settledFor(first, plan)))
        const found =
          asked.get(glass) ?? kept(settled.then((before) => askedFor(ground(), before, { plan, glass })))
        asked.set(glass, found)
        return found
      }
      each(
        `${kind.name}, ${arrangement.name}`,
        WAYS.filter(({ others }) => othersOf(plan).length >= others).map((way) => ({
          about: { of: 'plan', arrangement, way: way.name, others: othersOf(plan).length },
          run: async (refused) =>
            tried(ground(), tally, await from(way.name === GLASS), { plan, way, refused }),
        })),
      )
    }

  for (const end of ENDS)
    for (const arrangement of arrangementsOf({ ...end, held: [] })) {
      const ending: Ending = { end, arrangement }
      let lent: ReturnType<typeof lentUntil> | null = null
      each(
        `${end.name}, ${arrangement.name}`,
        NOTICES.filter(({ others }) => othersIn(ending).length >= others).map((notice) => ({
          about: { of: 'end', arrangement, way: notice.name, others: othersIn(ending).length },
          run: async (refused) => {
            lent ??= beginning(end.host).then((first) => kept(lentUntil(first, ending)))
            return ended(ground(), tally, await lent, { ...ending, notice, refused })
          },
        })),
      )
    }

  describe('over all these plans', () => {
    it('VMs were stopped and GPUs taken, with their holders told and heard', () => {
      expect(tally.counts.stops).toBeGreaterThanOrEqual(least)
      expect(tally.counts.losses).toBeGreaterThan(0)
      expect(tally.counts).toMatchObject({ cut: 0, untold: 0 })
    })
    afterAll(() => {
      const { plans, cut, untold, stops } = tally.counts
      process.stdout.write(
        `harm${where}: ${plans} plans, ${cut} cut unasked, ${untold} untold (${stops} stops)\n`,
      )
    })
  })
}
