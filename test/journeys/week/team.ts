/** What a team does with its bot in a week, at random: asks, lends, queues, decides, asks questions, and lays hand on a host. */
import { STATE_WORDS } from '../../../src/core/request/words'
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
  /** Most of what they decide about waits for it; the rest is older, and decided. */
  const someRequest = (): string => {
    const cards = people.slack.messages().flatMap(({ text }) => {
      const id = /\b(R-\d+) · /.exec(text)?.[1]
      return id === undefined ? [] : [{ id, waits: text.includes(`${id} · ${STATE_WORDS.pending}`) }]
    })
    const waiting = cards.filter(({ waits }) => waits)
    const among = waiting.length > 0 && random.roll(4) > 0 ? waiting : cards.slice(-3)
    return among.length === 0 ? 'R-1' : random.pick(among).id
  }
  /** By the channel of changes: what was given to a VM last. */
  const someLease = (): string => {
    const given = people.slack.messages().flatMap(({ text }) => /\b(R-\d+) · asked by/.exec(text)?.[1] ?? [])
    return given.at(-1) ?? 'R-1'
  }
  const anyone = (): Who => random.pick(['maya', 'jonas', 'priya'])
  /** The newest offer, by whoever it is made to; with none, somebody takes what is not theirs. */
  const answersOffer = (how: 'take' | 'leave'): Promise<boolean> => {
    const offer = CHATS.flatMap((chat) =>
      people[chat]
        .messages()
        .flatMap(({ text, to }) =>
          to !== null && text.includes('is on offer to you') ? [{ to, text }] : [],
        ),
    ).at(-1)
    return offer
      ? type(offer.to, `${how} ${/\bQ-\d+\b/.exec(offer.text)?.[0] ?? 'Q-1'}`)
      : type(anyone(), `${how} Q-${1 + random.roll(9)}`)
  }
  /** Whether the host lets it happen is the host's to say; not to be heard is not. */
  const byHand = (): Promise<boolean> => {
    const [host, slot] = random.pick([
      ['hv01', 'gpu0'],
      ['hv02', 'gpu1'],
    ] as const)
    const does = random.pick(['disable', 'enable'] as const)
    return bot.befall({ kind: 'by-hand', host, slot, does }).then(
      () => true,
      () => false,
    )
  }
  const question = async (): Promise<boolean> => {
    const unheardOf = `nothing-${++asked}`
    const acknowledged = await type(random.pick(['maya', 'jonas', 'priya']), `show ${unheardOf}`)
    if (acknowledged) questions.push(unheardOf)
    return acknowledged
  }
  const [desk, decider] = [() => random.pick(DESKS), (): Who => random.pick(['jonas', 'priya'])]
  const lent = (): string => `for ${random.pick(['2h', '5h', '9h', '1d'])}`
  const asks = () => type('maya', `assign ${desk().join(' to ')} ${lent()} --shutdown because we train`)
  const approves = () => type(decider(), `approve ${someRequest()}`)
  /** As often as people do it. */
  const deeds: readonly (readonly [times: number, deed: () => Promise<boolean>])[] = [
    [1, () => type('maya', `assign ${desk().join(' to ')} --shutdown`)],
    [7, asks],
    [8, approves],
    [3, () => type(decider(), `deny ${someRequest()} because not now`)],
    [4, () => type('maya', `cancel ${someRequest()}`)],
    [1, () => type(decider(), `comment ${someRequest()} what for?`)],
    [2, () => type('maya', `release ${desk()[0]} --shutdown`)],
    [1, () => type('maya', `extend ${someLease()} by ${random.pick(['1h', '6h'])}`)],
    [3, () => type('maya', `done ${someLease()} --shutdown`)],
    [3, () => type(anyone(), `queue any A100 to ${desk()[1]} --shutdown for 3h`)],
    [3, () => answersOffer('take')],
    [1, () => answersOffer('leave')],
    [3, byHand],
    [3, question],
  ]
  const all = deeds.flatMap(([times, deed]) => Array.from({ length: times }, () => deed))
  return { questions, act: () => random.pick(all)() }
}
