/** What becomes of a press: who pressed is told, once, and the message that was pressed is the card or is closed. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { textOf, type Shown } from './drivers'
import { GPU } from './playground'
import { CHATS, startWorkplace, TEAMS_CHANNEL, type ChatName, type Workplace } from './workplace'

const ASK = 'assign hv01/gpu0 to train-01'
const PLACES: Readonly<Record<ChatName, string>> = { slack: GPU, teams: TEAMS_CHANNEL }

let workplace: Workplace
afterEach(() => workplace.end())

const start = async (chat: ChatName): Promise<void> => {
  workplace = await startWorkplace({ requests: [chat], changes: chat })
}
/** The chat goes on as before, but for calls of which this holds. */
const misfortune: Readonly<Record<ChatName, { loseNextPost(): void; refuseEdits(): void }>> = {
  slack: {
    loseNextPost: () => workplace.slack.fault({ method: 'chat.postMessage', times: 1, kind: 'drop-after' }),
    refuseEdits: () =>
      workplace.slack.fault({ method: 'chat.update', times: 99, kind: 'error', error: 'edit_window_closed' }),
  },
  teams: {
    loseNextPost: () => {
      workplace.teams.fault = (call) => {
        if (!/^POST .*activities/.test(call)) return null
        workplace.teams.fault = () => null
        return { cut: 'after' }
      }
    },
    refuseEdits: () => {
      workplace.teams.fault = (call) =>
        call.startsWith('PUT ') ? { status: 403, code: 'MessageWritesBlocked' } : null
    },
  },
}

describe.each(CHATS)('in %s', (chat) => {
  const bot = () => workplace.in[chat]
  const cards = (): readonly Shown[] =>
    bot()
      .messages()
      .filter(
        ({ to, place, under, text }) =>
          to === null && place === PLACES[chat] && under === null && text.includes('R-1 · '),
      )

  test('who presses what is not theirs to decide is told so once, alone', async () => {
    await start(chat)
    await bot().says('maya', ASK)

    await bot().presses('maya', 'Approve')

    const told = await bot().tells('maya', 'own request')
    expect(told.to).toBe('maya')
    await bot().presses('maya', 'Cancel')
    await bot().sees(({ text }) => text.includes('R-1 · cancelled'))
    expect(
      bot()
        .messages()
        .filter(({ text }) => text.includes('own request')),
    ).toHaveLength(1)
  })

  test('a card that was posted twice is closed where its older copy is pressed, and the press counts', async () => {
    await start(chat)
    misfortune[chat].loseNextPost()
    await bot().types('maya', ASK)
    await bot().sees(({ text }) => text.includes('did not confirm an earlier copy'))
    const [older, newer] = cards()

    await bot().pressesOn('jonas', older!, 'Approve')

    const closed = await bot().sees(({ id, text }) => id === older!.id && text.includes('is closed'))
    expect(closed.buttons).toEqual([])
    expect(textOf(closed)).toContain('show R-1')
    await bot().sees(({ id, text }) => id === newer!.id && text.includes('R-1 · done'))
  })

  test('where no edit is taken a request is two cards at most, and goes on in the thread of the second', async () => {
    await start(chat)
    misfortune[chat].refuseEdits()
    await bot().says('maya', ASK)

    await bot().presses('jonas', 'Approve')

    await bot().sees(
      ({ text }) => text.includes('takes the place of an earlier copy') && text.includes('R-1 · done'),
    )
    await bot().types('maya', 'comment R-1 thank you')
    const last = await bot().sees(
      ({ text, under }) => under !== null && text.includes('thank you') && text.includes(': done'),
    )
    const [, second, ...more] = cards()
    expect(more).toEqual([])
    expect(last.under).toBe(second!.id)
  })
})

test('who presses in Teams reads under the button what came of it, and nothing of it comes again', async () => {
  await start('teams')
  const { teams } = workplace.in
  await teams.says('maya', ASK)

  await teams.presses('jonas', 'Approve')

  expect(workplace.teams.sentences.map(({ text }) => text)).toEqual(['R-1: approved.'])
  await teams.sees(({ text }) => text.includes('R-1 · done'))
  expect(
    workplace
      .alone('jonas')
      .teams.messages()
      .filter(({ place }) => place.startsWith('a:')),
  ).toEqual([])
})
