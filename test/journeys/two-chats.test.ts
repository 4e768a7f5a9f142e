/** One request, many views: asked for in one chat, decided in the other, and the same in both at every state. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { steppedClock } from '../fakes/stepped-clock'
import { fleetOfTwoA40s } from '../fakes/two-a40s'
import { textOf, type Shown } from './drivers'
import { boundTo } from './people'
import { GPU } from './playground'
import {
  CHATS,
  otherThan,
  policyOf,
  startServedInBoth,
  startWorkplace,
  TEAMS_CHANNEL,
  type ChatName,
  type Workplace,
  type WorkplaceOptions,
} from './workplace'

const MINUTE_MS = 60_000
const ASK = 'assign hv01/gpu0 to train-01 because fine-tuning'
const PLACES: Readonly<Record<ChatName, string>> = { slack: GPU, teams: TEAMS_CHANNEL }

let workplace: Workplace
let ends: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(ends.map((end) => end()))
  ends = []
})

const start = async (options: WorkplaceOptions = {}): Promise<void> => {
  workplace = await startWorkplace({ requests: CHATS, ...options })
  ends.push(() => workplace.end())
}

const isCardOf = (id: string, { to, text, place }: Shown): boolean =>
  to === null && Object.values(PLACES).includes(place) && text.includes(`${id} · `)
const copiesIn = (chat: ChatName, id: string): Shown[] =>
  workplace.in[chat].messages().filter((message) => isCardOf(id, message))

/** Both copies come to say so, and there are no others. */
const bothSay = async (id: string, words: string): Promise<Readonly<Record<ChatName, Shown>>> => {
  const [slack, teams] = await Promise.all(
    CHATS.map((chat) =>
      workplace.in[chat].sees((message) => isCardOf(id, message) && message.text.includes(words)),
    ),
  )
  for (const chat of CHATS) expect(copiesIn(chat, id)).toHaveLength(1)
  return { slack: slack!, teams: teams! }
}

describe.each(CHATS)('a request that is asked for in %s', (here) => {
  const there = otherThan(here)

  test('may move a GPU to a VM of another host, with one decision', async () => {
    const rules = policyOf(1).rules.map((rule) => ({ ...rule, force: true }))
    await start({ fleet: fleetOfTwoA40s, policy: { ...policyOf(1), rules } })
    await workplace.in[here].types('maya', 'move any A40 from render-01 to vdi-06 --shutdown')
    const asked = await bothSay('R-1', 'R-1 · waiting for an approver')
    for (const { text } of Object.values(asked))
      expect(text).toMatch(/hv02\/gpu1.*hv01\/gpu2.*On hv02.*On hv01/)

    await workplace.in[there].presses('jonas', 'Approve', 'R-1')

    await bothSay('R-1', 'R-1 · done')
    await workplace.inChanges.slack.sees(({ text }) => /hv02\/gpu1.*vdi-06.*hv01\/gpu2.*render-01/.test(text))
    for (const chat of CHATS)
      await workplace.in[chat].sees(({ text }) => text.includes('nvidia-smi in vdi-06 on hv02'))
  })

  test('is shown in both, approved in the other, and told in both to the end', async () => {
    await start()
    await workplace.in[here].says('maya', ASK)
    const asked = await bothSay('R-1', 'R-1 · waiting for an approver')
    for (const chat of CHATS) expect(asked[chat].place).toBe(PLACES[chat])

    await workplace.in[there].presses('jonas', 'Approve', 'R-1')

    const done = await bothSay('R-1', 'R-1 · done')
    for (const chat of CHATS) {
      expect(done[chat]).toMatchObject({ id: asked[chat].id, edited: true, buttons: [] })
      const { place, under } = await workplace.in[chat].sees(({ text }) =>
        text.includes('nvidia-smi in train-01'),
      )
      expect(place.split(';')[0]).toBe(PLACES[chat])
      // In a channel of Teams a post by itself would begin another conversation.
      expect(under).toBe(chat === 'teams' ? asked[chat].id : null)
    }
  })

  test('says to who asked it elsewhere where its card is', async () => {
    await start()

    const alone = workplace.alone('maya')[here]
    await alone.types('maya', ASK)

    await alone.sees(({ text }) => text.includes('The card of R-1 is in the channel for requests.'))
    await bothSay('R-1', 'R-1 · waiting for an approver')
  })

  test.each<{ words: string; end: () => Promise<unknown> }>([
    {
      words: 'R-1 · denied',
      end: () => workplace.in[there].says('jonas', 'deny R-1 because patching'),
    },
    { words: 'R-1 · denied', end: () => workplace.in[there].presses('priya', 'Deny', 'R-1') },
    { words: 'R-1 · cancelled', end: () => workplace.in[there].presses('maya', 'Cancel', 'R-1') },
    {
      words: 'R-1 · void',
      end: async () => {
        workplace.world.setVmState('hv01', 'train-01', 'Running')
        await workplace.in[there].presses('jonas', 'Approve', 'R-1')
      },
    },
    {
      words: 'R-1 · failed and undone',
      end: async () => {
        workplace.world.inject({ host: 'hv01', step: 'attachDevice', times: 1, kind: 'refuse' })
        await workplace.in[there].presses('jonas', 'Approve', 'R-1')
      },
    },
    {
      words: 'R-1 · approved, waiting: hv01 is paused',
      end: async () => {
        await workplace.in[here].says('priya', 'pause hv01')
        await workplace.in[there].presses('jonas', 'Approve', 'R-1')
      },
    },
    {
      words: 'R-1 · needs attention',
      end: async () => {
        for (const step of ['attachDevice', 'mountDevice'] as const)
          workplace.world.inject({ host: 'hv01', step, times: 1, kind: 'refuse' })
        await workplace.in[there].presses('jonas', 'Approve', 'R-1')
      },
    },
  ])('says in both: $words', async ({ words, end }) => {
    await start()
    await workplace.in[here].says('maya', ASK)
    await bothSay('R-1', 'R-1 · waiting for an approver')

    await end()

    const shown = await bothSay('R-1', words)
    expect(shown.teams.buttons).toEqual(shown.slack.buttons)
  })

  test('has its undo tried again once, whoever presses first, and the other reads who did', async () => {
    const policy = { ...policyOf(1), administer: ['oncall', 'platform'] }
    await start({ policy })
    await workplace.in[here].says('maya', ASK)
    await bothSay('R-1', 'R-1 · waiting for an approver')
    for (const step of ['attachDevice', 'mountDevice'] as const)
      workplace.world.inject({ host: 'hv01', step, times: 1, kind: 'refuse' })
    await workplace.in[there].presses('jonas', 'Approve', 'R-1')
    await bothSay('R-1', 'R-1 · needs attention')

    const presser = { [here]: 'jonas', [there]: 'priya' } as const
    await Promise.all(
      CHATS.map((chat) => workplace.in[chat].presses(presser[chat]!, 'Try the undo again', 'R-1')),
    )

    await bothSay('R-1', 'R-1 · failed and undone')
    await Promise.any(
      CHATS.map((chat) => workplace.in[chat].tells(presser[chat]!, 'R-1 was already tried again by')),
    )
    const gpu = workplace.world.facts('hv01').gpus.find(({ slot }) => slot === 'gpu0')
    expect(gpu?.problemCode).toBe(0)
  })

  test('expires in both', async () => {
    const clock = steppedClock({ strideMs: MINUTE_MS })
    await start({ clock, limits: { requestExpiresMs: 30 * MINUTE_MS } })
    await workplace.in[here].says('maya', ASK)
    await bothSay('R-1', 'R-1 · waiting for an approver')

    await clock.pass(31 * MINUTE_MS)

    // Beside the card there is what reminded of it.
    for (const chat of CHATS)
      for (const { text } of copiesIn(chat, 'R-1')) expect(text).toContain('R-1 · expired')
  })

  test('is not approved by the same person from their account in the other', async () => {
    await start()
    await workplace.in[here].says('maya', ASK)

    await workplace.in[there].presses('maya', 'Approve', 'R-1')

    await workplace.in[there].tells('maya', 'own request')
    expect(textOf(await workplace.in[there].says('maya', 'approve R-1'))).toContain('own request')
    await bothSay('R-1', 'R-1 · waiting for an approver')
  })

  test('counts an approver of both chats once, and runs with the second person', async () => {
    await start({ policy: policyOf(2) })
    await workplace.in[here].says('maya', ASK)
    await workplace.in[here].presses('jonas', 'Approve', 'R-1')
    await bothSay('R-1', '1 of 2')

    await workplace.in[there].presses('jonas', 'Approve', 'R-1')

    await workplace.in[there].tells('jonas', 'each person counts once')
    await bothSay('R-1', '1 of 2')
    await workplace.in[there].presses('priya', 'Approve', 'R-1')
    await bothSay('R-1', 'R-1 · done')
  })

  test('is not asked for or decided by an account that is bound to nobody, also when the other one is', async () => {
    const { people, ...rest } = policyOf(1)
    const half = { [here]: boundTo('jonas')[here] }
    await start({ policy: { ...rest, people: { ...people, jonas: half } } })
    await workplace.in[here].says('maya', ASK)
    await bothSay('R-1', 'R-1 · waiting for an approver')

    for (const words of [ASK, 'approve R-1', 'deny R-1'])
      expect(textOf(await workplace.in[there].says('jonas', words))).toContain('policy')
    await workplace.in[there].presses('jonas', 'Approve', 'R-1')
    await bothSay('R-1', 'R-1 · waiting for an approver')

    await workplace.in[here].presses('jonas', 'Approve', 'R-1')
    await bothSay('R-1', 'R-1 · done')
  })

  test('is shown where it was asked for too, when only the other chat has a channel for requests', async () => {
    await start({ requests: [there] })

    const answer = await workplace.in[here].says('maya', ASK)
    await workplace.in[there].presses('jonas', 'Approve', 'R-1')

    expect(answer.place).toBe(workplace.in[here].place)
    await workplace.in[here].sees(({ id, text }) => id === answer.id && text.includes('R-1 · done'))
    await workplace.in[there].sees(
      ({ place, text }) => place === PLACES[there] && text.includes('R-1 · done'),
    )
  })
})

test('a person is shown by the account that they have in the chat where it is read', async () => {
  await start()
  await workplace.in.slack.says('maya', ASK)
  await workplace.in.teams.presses('jonas', 'Approve', 'R-1')

  const shown = await bothSay('R-1', 'R-1 · done')

  for (const chat of CHATS) expect(textOf(shown[chat])).toMatch(/Asked by maya.*Approved by jonas/i)
  expect(textOf(shown.slack)).toMatch(/Asked by Maya Chen.*Approved by Jonas Weber/)
  expect(textOf(shown.teams)).toContain('Approved by Jonas Weber')
})

test('the channels of the configuration file are where a server shows requests, in both chats', async () => {
  const served = await startServedInBoth()
  ends.push(() => served.end())

  await served.slack.says('maya', ASK)

  for (const chat of CHATS)
    await served[chat].sees(({ place, text }) => place === PLACES[chat] && text.includes('R-1 · waiting'))
})
