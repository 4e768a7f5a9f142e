/** What is said to the bot in a message, in a channel or in its own chat, is answered alike in Slack and in Teams. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { BOT, CHANNELS } from '../../src/playground/slack/local-slack'
import { slackDriver, textOf, type Driver } from './drivers'
import { expectHarmlessInSlack } from './harmless'
import { MEMBERS } from './people'
import { CHATS, startWorkplace, type Workplace } from './workplace'

const PLACES = ['a mention in a channel', 'plain words in the bot’s own chat'] as const
type Place = (typeof PLACES)[number]

let workplace: Workplace

const said = (place: Place, chat: (typeof CHATS)[number]): Driver =>
  (place === 'a mention in a channel' ? workplace.byMention : workplace.inWords('maya'))[chat]

describe.each(CHATS)('in %s', (chat) => {
  describe.each(PLACES)('%s', (place) => {
    beforeAll(async () => {
      workplace = await startWorkplace()
    })
    afterAll(() => workplace.end())

    test.each<{ text: string; answer: RegExp }>([
      { text: 'list', answer: /hv01\/gpu0.*NVIDIA A100/ },
      { text: 'whoami', answer: /Person:? maya.*You may look at everything/ },
      { text: '/gpu requests', answer: /No request is open/ },
      { text: 'lsit', answer: /Did you mean list ?\?/ },
      { text: 'check hv01/gpu0 for train-01', answer: /Possible, with 1 warning/ },
      { text: 'list --host hv01.contoso.com', answer: /(?<!http:\/\/)hv01\.contoso\.com/ },
      { text: 'show <b>&amp;', answer: /<b>&amp;/ },
      { text: 'smi render-01', answer: /nvidia-smi in render-01 on hv01.*NVIDIA A40/ },
    ])('"$text" is answered', async ({ text, answer }) => {
      const shown = await said(place, chat).says('maya', text)

      expect(textOf(shown)).toMatch(answer)
      expect([null, 'maya']).toContain(shown.to)
    })

    test('what is for the asker alone is read by whom it was always read by', async () => {
      const here = said(place, chat)

      const told = await here.says('maya', 'whoami')

      expect(told.to).toBe(here.readers('maya'))
      expect(told.place).toBe(here.place)
    })
  })

  describe('a request', () => {
    beforeEach(async () => {
      workplace = await startWorkplace()
    })
    afterEach(() => workplace.end())

    test('that is made by a mention has its card, and what came of it, in the thread of the question', async () => {
      const { [chat]: here } = workplace.byMention

      const card = await here.says('maya', 'assign hv01/gpu0 to train-01 because a < b & c')
      await here.presses('jonas', 'Approve')
      const reading = await here.sees(({ text }) => text.includes('nvidia-smi in train-01'))

      expect(textOf(card)).toMatch(/R-1 · waiting for an approver.*Maya.*a < b & c/)
      expect(card).toMatchObject({ to: null, under: expect.stringContaining(':') })
      expect(reading).toMatchObject({ to: null, under: card.under })
      await here.sees(({ id, text }) => id === card.id && text.includes('R-1 · done'))
    })

    test('that is none, but a mention alone, is answered with help', async () => {
      expect(textOf(await workplace.byMention[chat].says('maya', ''))).toMatch(/assign GPU to VM/)
    })

    test('of a guest is refused, as it always is, to them alone in Slack', async () => {
      const { [chat]: here } = workplace.byMention

      const told = await here.says('gus', 'assign hv01/gpu0 to train-01')

      expect(textOf(told)).toMatch(/full members of its own organisation only.*guest/)
      expect(told.to).toBe(here.readers('gus'))
    })

    test('that is made in the bot’s own chat is approved by word in a channel', async () => {
      await workplace.inWords('maya')[chat].says('maya', 'assign hv01/gpu0 to train-01')

      await workplace.byMention[chat].says('jonas', 'approve R-1')

      await workplace.in[chat].sees(({ to, text }) => to === 'maya' && text.includes('R-1 · done'))
    })
  })

  test('the bot answers no message of its own', async () => {
    workplace = await startWorkplace()
    const { [chat]: here } = workplace.inWords('maya')

    await here.says('maya', 'whoami')
    await here.says('maya', 'list')
    await here.says('maya', 'help')

    expect(here.messages().filter(({ to }) => to === 'maya')).toHaveLength(3)
    await workplace.end()
  })
})

test('nothing that is said in a message of Slack becomes markup, a mention or a link', async () => {
  workplace = await startWorkplace()
  const { slack: here } = workplace.byMention
  const reason = '<!channel> @channel *bold* @Jonas Weber https://evil.example/?a&b evil.com &lt;@U0JONAS&gt;'

  await here.says('maya', `assign hv01/gpu0 to train-01 because ${reason}`)
  await here.says('maya', 'show <!here> @Jonas Weber')

  const people = [MEMBERS.maya.slack.id]
  const ofBot = workplace.slack.messages(here.place).filter(({ user }) => user === BOT.id)
  expect(ofBot).toHaveLength(2)
  for (const message of ofBot) expectHarmlessInSlack(message, people)
  await workplace.end()
})

describe('in a channel of Slack where the bot is not', () => {
  const ELSEWHERE = { id: 'C0ELSEWHERE', name: 'elsewhere', topic: '', bot: 'outside' } as const
  let here: Driver
  beforeEach(async () => {
    workplace = await startWorkplace({ channels: [...CHANNELS, ELSEWHERE] })
    here = slackDriver(workplace.slack, { channel: ELSEWHERE.id })
  })
  afterEach(() => workplace.end())
  const ownChat = () => workplace.alone('maya').slack.place

  test('nvidia-smi is shown in the chat with the bot, whole, with why', async () => {
    const told = await here.says('maya', 'smi render-01')

    expect(told).toMatchObject({ place: ownChat(), to: 'maya' })
    expect(textOf(told)).toMatch(
      /for you alone.*not_in_channel.*\/invite.*nvidia-smi in render-01.*NVIDIA A40/,
    )
  })

  test('an answer is shown there through the address that came with the command', async () => {
    expect(await here.says('maya', 'whoami')).toMatchObject({ place: ELSEWHERE.id, to: 'maya' })
  })

  test('an answer whose address has expired is shown in the chat with the bot, once, with why', async () => {
    workplace.slack.fault({ method: 'response_url', times: 1, kind: 'error', error: 'expired_url' })

    const told = await here.says('maya', 'whoami')
    await here.says('maya', 'list')

    expect(told).toMatchObject({ place: ownChat(), to: 'maya' })
    expect(textOf(told)).toMatch(/for you alone.*not_in_channel.*Person:? maya/)
    expect(here.messages().filter(({ text }) => /Person:? maya/.test(text))).toHaveLength(1)
  })

  test('a mention is not heard', async () => {
    expect(await workplace.slack.say('U0MAYA', ELSEWHERE.id, '@GPU ChatOps list')).toBeNull()
  })
})

test('a person of Enterprise Grid whose account is of another workspace asks and decides as everybody else', async () => {
  workplace = await startWorkplace({ workspaces: { jonas: ['T0ELSEWHERE', 'T0PLAYGROUND'] } })
  const { slack: here } = workplace.byMention

  await here.says('maya', 'assign hv01/gpu0 to train-01')
  await here.presses('jonas', 'Approve')

  await here.sees(({ text }) => text.includes('R-1 · done') && text.includes('Jonas Weber'))
  await workplace.end()
})
