/** What comes with ill intent leaves no trace in the bot, the fleet or the channels, and gets the answer it deserves. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import { PEOPLE, type Person, type SlackMessage } from '../../src/playground/slack/local-slack'
import {
  alteredAction,
  alteredCommand,
  alteredPress,
  CHANGES,
  GPU,
  JONAS,
  MAYA,
  PRIYA,
  startServed,
  textOf,
  type Sent,
  type Served,
} from './playground'

const SINGLE = 'U0SINGLE'
const NOBODY = 'U0NOBODY'
type Standing = NonNullable<Person['standing']>
const STRANGERS: readonly [string, string, Standing | null, string][] = [
  ['a guest', 'U0GUEST', 'guest', 'guest'],
  ['a guest of a single channel', SINGLE, null, 'guest'],
  ['a bot', 'U0ROBOT', 'bot', 'bot'],
  ['someone deactivated', 'U0GONE', 'deactivated', 'deactivated'],
  ['someone of elsewhere whose payload names ours', 'U0ELSE', 'other-workspace', 'another workspace'],
]
const person = (id: string, standing: Standing | null): Person => ({
  ...{ id, name: `Somebody ${id}`, title: '', role: 'administrator' },
  ...(standing && { standing }),
})
const ASSIGN = 'assign hv01/gpu0 to train-01'

let bot: Served
beforeEach(async () => {
  const strangers = STRANGERS.map(([, id]) => id)
  // The policy names the strangers everywhere: only who they are can keep them out.
  bot = await startServed({
    people: [...PEOPLE, ...STRANGERS.map(([, id, standing]) => person(id, standing)), person(NOBODY, null)],
    policy: {
      ask: [MAYA, JONAS, PRIYA, ...strangers],
      approve: [JONAS, PRIYA, ...strangers],
      admin: [PRIYA, ...strangers],
    },
  })
  // The local workspace has no guests of a single channel.
  nock(new URL(bot.slack.apiUrl).origin, { allowUnmocked: true })
    .post('/api/users.info', new RegExp(`user=${SINGLE}`))
    .reply(200, {
      ok: true,
      user: { id: SINGLE, team_id: bot.slack.team.id, is_restricted: false, is_ultra_restricted: true },
    })
})
afterEach(async () => {
  nock.cleanAll()
  await bot.end()
})
afterAll(() => nock.restore())

const seesCard = (words: string): Promise<SlackMessage> =>
  bot.sees(GPU, (message) => message.ephemeralFor === undefined && textOf(message).includes(words))
const told = (person: string, words: string): Promise<SlackMessage> =>
  bot.sees(GPU, (message) => message.ephemeralFor === person && textOf(message).includes(words))

const pressLeadsTo = async (who: string, label: string, words: string): Promise<void> => {
  expect(await bot.presses(who, label)).toMatchObject({ status: 200 })
  await told(who, words)
}

/** Nothing came of the deed, and nothing is still to come: what it was taken in as has been answered or there is none. */
const withoutTrace = async (deed: () => Promise<unknown>): Promise<void> => {
  const before = bot.traces()
  await deed()
  expect(bot.traces()).toEqual(before)
}

/** The bot did not even take it in. */
const refusedAtTheDoor = async (deed: () => Promise<unknown>): Promise<void> => {
  const before = bot.deliveries()
  await withoutTrace(deed)
  expect(bot.deliveries()).toBe(before)
}

/** What Slack sent, caught on the way: it reached the bot without its signature. */
const caught = async (deed: () => Promise<unknown>): Promise<Sent> => {
  bot.onTheWay((sent) => ({ ...sent, headers: {} }))
  await deed()
  bot.onTheWay((sent) => sent)
  return bot.sent.at(-1)!
}

const MINUTE = 60_000
const unsigned = { 'content-type': 'application/x-www-form-urlencoded' }
const FORGERIES: readonly [string, number, (sent: Sent) => Sent][] = [
  ['signed with another secret', 401, ({ body }) => bot.signs(body, { secret: 'another secret' })],
  ['signed for other words', 401, (sent) => ({ ...sent, body: `${sent.body}&more=1` })],
  ['signed by nobody', 401, ({ body }) => ({ body, headers: unsigned })],
  ['signed six minutes ago', 401, ({ body }) => bot.signs(body, { at: Date.now() - 6 * MINUTE })],
  ['signed for two minutes from now', 401, ({ body }) => bot.signs(body, { at: Date.now() + 2 * MINUTE })],
]
const MALFORMED: typeof FORGERIES = [
  ['of broken JSON', 400, () => bot.signs('payload=%7B%22type%22%3A')],
  ['without an action', 400, (sent) => bot.signs(alteredPress(sent, () => ({ actions: [] })))],
  ['of two people at once', 400, ({ body }) => bot.signs(`${body}&${body}`)],
  ['that is no form', 400, () => bot.signs('<xml/>')],
]

test.each(FORGERIES)(
  'a command %s is refused with %i, and the person reads that it failed',
  async (_, status, forge) => {
    bot.onTheWay(forge)

    await refusedAtTheDoor(async () => {
      expect(await bot.slack.command(MAYA, GPU, ASSIGN)).toMatchObject({ status })
    })

    await told(MAYA, 'dispatch_failed')
  },
)

test.each([...FORGERIES, ...MALFORMED])('a press %s is refused with %i', async (_, status, forge) => {
  await bot.says(MAYA, ASSIGN)
  bot.onTheWay(forge)

  await refusedAtTheDoor(async () => {
    expect(await bot.presses(JONAS, 'Approve')).toMatchObject({ status })
  })
})

describe('the payload of another workspace', () => {
  test('is refused privately as a command', async () => {
    bot.onTheWay((sent) => bot.signs(alteredCommand(sent, { team_id: 'T0ELSEWHERE' })))

    await refusedAtTheDoor(async () => {
      expect(await bot.slack.command(MAYA, GPU, ASSIGN)).toMatchObject({ status: 200 })
    })

    await told(MAYA, 'I did nothing')
  })

  test.each<[string, object]>([
    ['team', { team: { id: 'T0ELSEWHERE', domain: 'elsewhere' } }],
    ['lack of a team', { team: null }],
  ])('is refused privately as a press, by its %s', async (_, changes) => {
    await bot.says(MAYA, ASSIGN)
    bot.onTheWay((sent) => bot.signs(alteredPress(sent, () => changes)))

    await refusedAtTheDoor(() => pressLeadsTo(JONAS, 'Approve', 'I did nothing'))
  })
})

describe.each(STRANGERS)('%s', (_, who, __, why) => {
  const refusal = 'full members of its own organisation only'

  test('asking for a GPU is refused privately, with the reason', async () => {
    await withoutTrace(async () => {
      const answer = await bot.says(who, ASSIGN)

      expect(answer.ephemeralFor).toBe(who)
      expect(textOf(answer)).toMatch(new RegExp(`${refusal}: .*${why}`))
    })
  })

  test.each(['Approve', 'Deny', 'Cancel', 'Whole script'])(
    'pressing %s is refused privately',
    async (label) => {
      await bot.says(MAYA, ASSIGN)

      await withoutTrace(() => pressLeadsTo(who, label, refusal))
    },
  )
})

describe('a button whose payload was tampered with', () => {
  const value = (changes: object): string =>
    JSON.stringify({ kind: 'decide', verdict: 'approve', requestId: 'R-1', version: 1, ...changes })

  beforeEach(async () => {
    await bot.says(MAYA, ASSIGN)
  })

  test.each<[string, object]>([
    ['an action that is not one of ours', { action_id: 'gpu.grant.0' }],
    ['JSON rubbish', { value: '{"kind":"decide",' }],
    ['no value', { value: undefined }],
    ['the name of who shall have pressed', { value: value({ by: PRIYA }) }],
    ['no version, which would fit any', { value: value({ version: undefined }) }],
  ])('to hold %s is answered privately and not taken in', async (_, changes) => {
    bot.onTheWay((sent) => bot.signs(alteredAction(sent, changes)))

    await refusedAtTheDoor(() => pressLeadsTo(JONAS, 'Approve', 'not one of mine'))
  })

  test.each<[string, object, string]>([
    ['another request', { requestId: 'R-99' }, 'no request R-99'],
    ['an older version', { version: 0 }, 'has changed since that button was shown'],
    ['a version to come', { version: 2 }, 'has changed since that button was shown'],
    ['a verdict of another button', { verdict: 'cancel' }, 'may cancel this'],
  ])('to name %s decides nothing, and says so privately', async (_, changes, words) => {
    bot.onTheWay((sent) => bot.signs(alteredAction(sent, { value: value(changes) })))

    await withoutTrace(() => pressLeadsTo(JONAS, 'Approve', words))
  })

  test('to say a command gives whoever presses no role that they lack', async () => {
    const value = JSON.stringify({ kind: 'say', text: 'approve R-1' })
    bot.onTheWay((sent) => bot.signs(alteredAction(sent, { value })))

    await withoutTrace(() => pressLeadsTo(MAYA, 'Whole script', 'does not let you approve'))
  })
})

/** A GPU was given away, nvidia-smi was read and the change announced: nothing more is to come. */
const done = async (): Promise<void> => {
  await seesCard('nvidia-smi in the guest:  verified')
  await seesCard('nvidia-smi in train-01 on hv01')
  await bot.sees(CHANGES, (message) => textOf(message).includes('hv01/gpu0'))
}

describe('the button of a request that is over', () => {
  test.each<[string, () => Promise<unknown>, () => Promise<unknown>, string]>([
    ['done', () => bot.presses(PRIYA, 'Approve'), done, 'already approved by'],
    ['denied', () => bot.presses(PRIYA, 'Deny'), () => seesCard('R-1 was denied'), 'already denied by'],
    ['cancelled', () => bot.presses(MAYA, 'Cancel'), () => seesCard('R-1 · cancelled'), 'already cancelled'],
  ])('because it is %s changes nothing, and who presses it is told so', async (_, decide, over, words) => {
    await bot.says(MAYA, ASSIGN)
    const late = await caught(() => bot.presses(JONAS, 'Approve'))
    await decide()
    await over()

    await withoutTrace(async () => {
      expect(await bot.brings(late)).toMatchObject({ status: 200 })
      await told(JONAS, words)
    })
  })
})

describe('a request that is replayed with its good signature', () => {
  test('asks once, however often it arrives at once', async () => {
    const asked = await caught(() => bot.slack.command(MAYA, GPU, ASSIGN))

    const answers = await Promise.all([asked, asked, asked, asked].map((each) => bot.brings(each)))

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(bot.deliveries()).toBe(1)
    expect(textOf(await seesCard('waiting for an approver'))).toContain('R-1')
  })

  test('neither asks nor approves again when all is done', async () => {
    await bot.says(MAYA, ASSIGN)
    await bot.presses(JONAS, 'Approve')
    await done()
    const [asked, approved] = bot.sent

    await refusedAtTheDoor(async () => {
      expect(await bot.brings(asked!)).toMatchObject({ status: 200 })
      expect(await bot.brings(approved!)).toMatchObject({ status: 200 })
    })
  })
})

describe('a decision', () => {
  const OWN = 'nobody may approve their own request'

  test.each<[string, string, string]>([
    ['an approver', JONAS, OWN],
    ['an administrator', PRIYA, OWN],
    ['a requester', MAYA, 'does not let you approve'],
  ])('of %s on their own request is refused privately, pressed or typed', async (_, who, words) => {
    await bot.says(who, ASSIGN)

    await withoutTrace(async () => {
      await pressLeadsTo(who, 'Approve', words)
      const answer = await bot.says(who, 'approve R-1')
      expect(answer.ephemeralFor).toBe(who)
      expect(textOf(answer)).toContain(words)
    })
  })

  test.each<[string, string, string]>([
    ['approve', 'Approve', 'does not let you approve'],
    ['deny', 'Deny', 'does not let you deny'],
    ['cancel', 'Cancel', 'may cancel this'],
  ])('of someone with no role is refused privately, pressed or typed: %s', async (word, label, words) => {
    await bot.says(MAYA, ASSIGN)

    await withoutTrace(async () => {
      await pressLeadsTo(NOBODY, label, words)
      const answer = await bot.says(NOBODY, `${word} R-1`)
      expect(answer.ephemeralFor).toBe(NOBODY)
      expect(textOf(answer)).toContain('on no list of the policy')
    })
  })
})
