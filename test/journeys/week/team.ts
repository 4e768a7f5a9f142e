/** What a team does with its bot in a week, at random: asks, decides, asks questions, and lays hand on a host. */
import type { Dice } from '../../core/grammar/seeded'
import type { Driver } from '../drivers'
import type { Who } from '../people'
import { CHATS, type ChatName } from '../workplace'
import type { Mortal } from './mortal'

export interface Team {
  /** One of them does one thing. False: nobody was there to hear it. */
  act(): Promise<boolean>
  /** Words that are in the answers to what was acknowledged. */
  readonly questions: readonly string[]
}

const DESKS = [
  ['hv01/gpu0', 'train-01'],
  ['hv01/gpu1', 'train-02'],
] as const

export const team = (people: Readonly<Record<ChatName, Driver>>, _bot: Mortal, random: Dice): Team => {
  const questions: string[] = []
  let asked = 0

  const type = async (who: Who, text: string): Promise<boolean> => {
    try {
      await people[random.pick(CHATS)].types(who, text)
      return true
    } catch {
      return false
    }
  }
  /** Half of what they decide about is older than the last requests, and decided. */
  const someRequest = (): string => {
    const ids = people.slack.messages().flatMap(({ text }) => /\b(R-\d+) · /.exec(text)?.[1] ?? [])
    return ids.at(-1 - random.roll(Math.min(3, Math.max(1, ids.length)))) ?? 'R-1'
  }
  const question = async (): Promise<boolean> => {
    const unheardOf = `nothing-${++asked}`
    const acknowledged = await type(random.pick(['maya', 'jonas', 'priya']), `show ${unheardOf}`)
    if (acknowledged) questions.push(unheardOf)
    return acknowledged
  }
  const [desk, decider] = [() => random.pick(DESKS), (): Who => random.pick(['jonas', 'priya'])]
  const deeds: readonly (() => Promise<boolean>)[] = [
    () => type('maya', `assign ${desk().join(' to ')} --shutdown because we train`),
    () => type('maya', `release ${desk()[0]} --shutdown`),
    () => type(decider(), `approve ${someRequest()}`),
    () => type(decider(), `approve ${someRequest()}`),
    () => type(decider(), `deny ${someRequest()} because not now`),
    () => type('maya', `cancel ${someRequest()}`),
    () => type(decider(), `comment ${someRequest()} what for?`),
    question,
  ]
  return { questions, act: () => random.pick(deeds)() }
}
