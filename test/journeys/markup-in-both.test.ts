/** What is typed in one chat is shown in both as the text that it is, in every place where a person can type something. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { HOSTILE } from '../chat/hostile'
import { textOf, type Shown } from './drivers'
import { expectHarmlessInSlack, expectHarmlessInTeams } from './harmless'
import { MEMBERS, WHO } from './people'
import { CHATS, startWorkplace, type Workplace } from './workplace'

const ATTACKS = [
  ...HOSTILE.filter(([, text]) => text !== ''),
  ['30,000 characters', '<at>everyone</at> '.repeat(1_700)],
] as const

/** What is shown, however lines are broken and runs are cut. */
const bare = (text: string): string => text.replace(/\s+/g, '').replace(/\p{Surrogate}/gu, '\uFFFD')

let workplace: Workplace
let number = 0

const expectAllHarmless = (): void => {
  const everybody = WHO.map((who) => MEMBERS[who].slack.id)
  const inSlack = workplace.slack.channels.flatMap(({ id }) => workplace.slack.messages(id))
  for (const message of inSlack) if (message.user === 'U0GPUBOT') expectHarmlessInSlack(message, everybody)
  workplace.teams.messages.forEach(expectHarmlessInTeams)
}

describe.each(CHATS)('typed in %s', (chat) => {
  beforeAll(async () => {
    workplace = await startWorkplace({ requests: CHATS })
    number = 0
  })
  afterAll(() => workplace.end())

  test.each(ATTACKS.map(([name, text]) => ({ name, text })))('$name is text', async ({ text }) => {
    const people = workplace.in[chat]
    const quoted = `"${text.replaceAll('"', '')}"`

    for (const command of [
      text,
      `show ${quoted}`,
      `assign ${quoted} to train-01`,
      `help ${quoted}`,
      `why ${quoted}`,
    ])
      await people.says('maya', command)
    const asked = await people.says('maya', `assign hv01/gpu0 to train-01 because ${text}`)

    if (textOf(asked).includes(' · waiting for an approver')) {
      const id = `R-${(number += 1)}`
      const both = await Promise.all(
        CHATS.map((each) => workplace.in[each].sees((card) => isCard(card, id, 'waiting'))),
      )
      for (const card of both) expect(bare(textOf(card))).toContain(bare(text))
      await people.says('jonas', `deny ${id} because ${text}`)
      await Promise.all(CHATS.map((each) => workplace.in[each].sees((card) => isCard(card, id, 'denied'))))
      for (const command of [`show ${id}`, 'requests --all', 'history']) await people.says('maya', command)
    } else expect(textOf(asked)).toMatch(/cannot be seen|a command has at most 2000/)
    expectAllHarmless()
  })
})

const isCard = ({ to, text }: Shown, id: string, state: string): boolean =>
  to === null && text.includes(`${id} · ${state}`)
