/** A chat that does not say who did something, for a while or for long: nothing is thrown away, and nothing comes late. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { steppedClock, type SteppedClock } from '../fakes/stepped-clock'
import { MEMBERS } from './people'
import { CHATS, startWorkplace, type ChatName, type Workplace } from './workplace'

const MINUTE = 60_000
const ASK = 'assign hv01/gpu0 to train-01'

let workplace: Workplace
afterEach(() => workplace.end())

type Fault = 'server error' | 'too many' | 'cut' | 'without a code'
const FAULTS: readonly Fault[] = ['server error', 'too many', 'cut', 'without a code']

/** The next so many questions who somebody is come to nothing. */
const LOSES: Readonly<Record<ChatName, (fault: Fault, times: number) => void>> = {
  slack: (fault, times) => {
    const kinds = {
      'server error': { kind: 'status', status: 500 },
      'too many': { kind: 'rate-limit', retryAfter: 3 },
      cut: { kind: 'drop-before' },
      'without a code': { kind: 'error', error: '' },
    } as const
    workplace.slack.fault({ method: 'users.info', times, ...kinds[fault] })
  },
  teams: (fault, times) => {
    const faults = {
      'server error': { status: 502 },
      'too many': { status: 429, headers: { 'retry-after': '3' } },
      cut: { cut: 'before' },
      'without a code': { status: 404, code: null },
    } as const
    let left = times
    workplace.teams.fault = (call) => {
      if (!call.includes('/members/') || left <= 0) return null
      left -= 1
      return faults[fault]
    }
  },
}

describe.each(CHATS)('in %s', (chat) => {
  let clock: SteppedClock
  const start = async (strideMs = 1_000): Promise<void> => {
    clock = steppedClock({ start: Date.now(), strideMs })
    workplace = await startWorkplace({ clock, requests: [chat], changes: chat })
  }
  const bot = () => workplace.in[chat]
  const texts = (): string[] =>
    bot()
      .messages()
      .map(({ text }) => text)
  const says = (words: RegExp): string[] => texts().filter((text) => words.test(text))

  test.each(FAULTS)('a command is carried out once the chat says who gave it: %s', async (fault) => {
    await start()
    LOSES[chat](fault, 3)
    await bot().types('maya', ASK)
    await clock.pass(MINUTE)

    expect(says(/R-1 · waiting for an approver/)).toHaveLength(1)
    expect(says(/broke on my side|a host takes its time/)).toEqual([])
    expect(says(/Still working on it: (?:Slack|Microsoft) does not say who you are/)).toHaveLength(1)
  })

  test('an approval counts, and what the same person said after it comes after it', async () => {
    await start()
    await bot().says('maya', ASK)
    LOSES[chat]('server error', 4)
    await bot().types('jonas', 'approve R-1')
    await bot().types('jonas', 'comment R-1 after the approval')
    await clock.pass(2 * MINUTE)

    await bot().sees(({ text }) => text.includes('R-1 · done') && text.includes('after the approval'))
    const events = await workplace.db.selectFrom('comments').select('at').execute()
    const [approved] = await workplace.db.selectFrom('decisions').select('at').execute()
    expect(events.every(({ at }) => at >= approved!.at)).toBe(true)
  })

  test('whom the chat does not name does not keep others waiting', async () => {
    await start()
    LOSES[chat]('server error', 1)
    await bot().types('maya', ASK)
    expect((await bot().says('jonas', 'whoami')).text).toContain(
      MEMBERS.jonas.name.split(' ')[0]!.toLowerCase(),
    )
  })

  test('after ten minutes it is not carried out, is told so, and never comes later', async () => {
    await start(10_000)
    LOSES[chat]('server error', 1_000)
    await bot().types('maya', ASK)
    await clock.pass(11 * MINUTE)

    expect(
      says(/did not say for ten minutes who you are; this was not carried out, and will not be/),
    ).toHaveLength(1)
    LOSES[chat]('server error', 0)
    await clock.pass(30 * MINUTE)
    expect(says(/R-1/)).toEqual([])
  })

  test('who decides is asked for afresh: somebody who was deactivated meanwhile does not approve', async () => {
    await start()
    await bot().says('jonas', 'whoami')
    await bot().says('maya', ASK)
    if (chat === 'slack') workplace.slack.becomes(MEMBERS.jonas.slack.id, 'deactivated')
    else
      workplace.teams.people = workplace.teams.people.filter(
        ({ objectId }) => objectId !== MEMBERS.jonas.teams.objectId,
      )

    await bot().presses('jonas', 'Approve')
    await clock.pass(MINUTE)

    expect(says(/full members of its own organisation only/)).toHaveLength(1)
    expect(says(/R-1 · waiting for an approver/)).toHaveLength(1)
  })
})
