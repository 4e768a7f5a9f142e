/** What a team does with its bot in a week, at random: asks, lends, queues, decides, asks questions, and lays hand on a host. */
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

export const team = (people: Readonly<Record<ChatName, Driver>>, bot: Mortal, random: Dice): Team => {
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
  const somePlace = (): string => {
    const ids = CHATS.flatMap((chat) =>
      people[chat].messages().flatMap(({ text }) => /\b(Q-\d+)\b/.exec(text)?.[1] ?? []),
    )
    return `Q-${Math.max(1, ...ids.map((id) => Number(id.slice(2)))) - random.roll(2)}`
  }
  const anyone = (): Who => random.pick(['maya', 'jonas', 'priya'])
  /** Whether the host lets it happen is the host's to say; not to be heard is not. */
  const byHand = (): Promise<boolean> =>
    bot
      .befall({
        ...{ kind: 'by-hand', host: 'hv01', slot: random.pick(['gpu0', 'gpu1']) },
        does: random.pick(['disable', 'enable', 'enable', 'detach']),
      })
      .then(
        () => true,
        () => false,
      )
  const question = async (): Promise<boolean> => {
    const unheardOf = `nothing-${++asked}`
    const acknowledged = await type(random.pick(['maya', 'jonas', 'priya']), `show ${unheardOf}`)
    if (acknowledged) questions.push(unheardOf)
    return acknowledged
  }
  const [desk, decider] = [() => random.pick(DESKS), (): Who => random.pick(['jonas', 'priya'])]
  const lent = (): string => `for ${random.pick(['2h', '5h', '9h', '1d'])}`
  const deeds: readonly (() => Promise<boolean>)[] = [
    () => type('maya', `assign ${desk().join(' to ')} --shutdown because we train`),
    () => type('maya', `assign ${desk().join(' to ')} ${lent()} --shutdown because we train`),
    () => type('maya', `assign ${desk().join(' to ')} ${lent()} --shutdown`),
    () => type('maya', `extend ${someRequest()} by ${random.pick(['1h', '6h'])}`),
    () => type('maya', `done ${someRequest()} --shutdown`),
    () => type(anyone(), `queue any A100 to ${desk()[1]} --shutdown for 3h`),
    () => type(anyone(), `take ${somePlace()}`),
    () => type(anyone(), `take ${somePlace()}`),
    () => type(anyone(), `leave ${somePlace()}`),
    byHand,
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
