/** Channels and people who watch, in Slack and in Teams: what they are told, in which thread, and what they are not. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { steppedClock } from '../fakes/stepped-clock'
import { isTold } from './told'
import { textOf, type Driver, type Shown } from './drivers'
import type { Who } from './people'
import { CHATS, startWorkplace, type Workplace } from './workplace'

const LATER_MS = 31_000
const HOSTILE = 'tests <!here> <@U0PRIYA> @channel *bold* <at>Priya</at> [x](http://evil)'

describe.each(CHATS)('in %s', (chat) => {
  const clock = steppedClock({ strideMs: 1_000 })
  let workplace: Workplace
  let channel: Driver
  let watching: Driver
  const alone = (who: Who): Driver => workplace.alone(who)[chat]
  /** Types it where this driver is, and waits for the answer there. */
  const says = async (by: Driver, who: Who, text: string, answer: RegExp): Promise<void> => {
    await by.types(who, text)
    await by.sees((each) => each.place.split(';')[0] === by.place && answer.test(each.text))
  }
  /** News of the request in one place, outside of its card. */
  const newsIn = (place: string): readonly Shown[] =>
    channel.messages().filter((each) => each.place.split(';')[0] === place && !each.text.includes('watches'))
  const sees = (words: string, place: string) =>
    channel.sees((each) => each.text.includes(words) && each.place.split(';')[0] === place)

  beforeEach(async () => {
    workplace = await startWorkplace({ changes: chat, clock })
    channel = workplace.in[chat]
    watching = workplace.inChanges[chat]
  })
  afterEach(() => workplace.end())

  test('a request is followed in one thread where it is watched, and not beside its card', async () => {
    await says(watching, 'maya', 'watch all', /does not let you say what a channel watches/)
    await says(watching, 'priya', 'watch hv01', /This channel now watches hv01/)
    await says(watching, 'maya', 'watch', /This channel watches:.*hv01.*since/)

    await channel.says('maya', `assign hv01/gpu0 to train-01 because ${HOSTILE}`)
    const first = await sees('waiting for an approver', watching.place)
    await clock.pass(LATER_MS)
    await channel.presses('jonas', 'Deny')
    const reply = await sees('denied', watching.place)

    expect(first.under).toBeNull()
    expect(reply.under).toBe(first.id)
    expect(textOf(first)).toMatch(/R-1 Assign hv01\/gpu0 to train-01.*Maya Chen/)
    expect(textOf(reply)).toContain('Jonas Weber')
    expect(first.text.replaceAll(/[\\\u200b\u2060]/g, '')).toContain('<!here>')
    const beside = channel
      .messages()
      .filter((each) => each.place === channel.place && each.to === null && each.text.includes('R-1'))
      .filter(({ text }) => !isTold(text))
    expect(beside).toHaveLength(1)
  })

  test('people are told in the chat that they have with the bot, of what they watch, and nobody else is', async () => {
    await says(alone('jonas'), 'jonas', 'watch hv01/gpu0', /You now watch hv01\/gpu0/)
    await says(alone('maya'), 'maya', 'watch hv01/gpu1', /You now watch hv01\/gpu1/)
    await says(alone('priya'), 'priya', 'watch', /Nothing is watched here/)

    await channel.says('maya', 'assign hv01/gpu0 to train-01')
    await channel.presses('jonas', 'Approve')
    await sees('train-01', alone('jonas').place)
    const told = (who: 'jonas' | 'maya' | 'priya') =>
      channel.messages().filter((each) => each.place === alone(who).place && each.text.includes('R-1'))
    await channel.sees(
      (each) => each.place === alone('jonas').place && each.text.includes('the host → train-01'),
    )
    await channel.sees((each) => each.place === channel.place && each.text.includes('R-1 · done'))

    const all = told('jonas').map(textOf).join('\n')
    for (const words of ['Asked for by', 'the host → train-01']) expect(all.split(words)).toHaveLength(2)
    expect([told('maya'), told('priya')]).toEqual([[], []])
    expect(told('jonas').every(({ to }) => to === 'jonas')).toBe(true)
    await says(alone('jonas'), 'jonas', 'unwatch all', /You do not watch hv01\/gpu0 any more/)
  })

  test('a digest is there when it is asked for', async () => {
    await says(alone('maya'), 'maya', 'watch digest', /(Nothing new in|The last) 24 hours/)
    await says(
      watching,
      'priya',
      'watch digest at 09:00 in Europe/Berlin',
      /A digest every day at 09:00 \(Europe\/Berlin\)/,
    )
    expect(newsIn(watching.place)).toHaveLength(1)
  })
})
