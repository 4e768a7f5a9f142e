import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { textOf, type Shown } from './drivers'
import type { Who } from './people'
import { CHATS, otherThan, startWorkplace, type ChatName, type Workplace } from './workplace'

const ROUNDS = 100
const TOGETHER = 10

let workplace: Workplace
beforeAll(async () => {
  workplace = await startWorkplace({ requests: CHATS })
})
afterAll(() => workplace.end())

test.each(Array.from({ length: ROUNDS / TOGETHER }, (_, n) => 1 + n * TOGETHER))(
  'of two approvers who press at once, one in each chat, one decides and the other is told in theirs: from round %i on, ten times',
  async (first) => {
    for (let round = first; round < first + TOGETHER; round++) {
      const id = `R-${round}`
      const card = (chat: ChatName, words: string): Promise<Shown> =>
        workplace.in[chat].sees(({ to, text }) => to === null && text.includes(`${id} · ${words}`))
      const words = round % 2 === 1 ? 'assign hv01/gpu0 to train-01' : 'release hv01/gpu0'
      const asking = CHATS[round % 2]!
      await workplace.in[asking].says('maya', `${words} --power-off`)
      await Promise.all(CHATS.map((chat) => card(chat, 'waiting for an approver')))

      const approver = { [asking]: 'jonas', [otherThan(asking)]: 'priya' } as const
      const order = round % 4 < 2 ? CHATS : CHATS.toReversed()
      await Promise.all(order.map((chat) => workplace.in[chat].presses(approver[chat]!, 'Approve', id)))

      const done = await Promise.all(CHATS.map((chat) => card(chat, 'done')))
      // Teams knows the names of those who have acted there; the others go by their names in the policy.
      const says = ({ text }: Shown, words: string, who: Who): boolean =>
        new RegExp(`${words} ${who}`, 'i').test(text)
      const winner = CHATS.find((chat) => says(done[0]!, 'Approved by', approver[chat]!))!
      const loser = otherThan(winner)
      const told = await workplace.in[loser].tells(approver[loser]!, `${id} was already approved by`)
      expect(says(told, 'approved by', approver[winner]!)).toBe(true)
      for (const copy of done) {
        expect(says(copy, 'Approved by', approver[winner]!)).toBe(true)
        expect(textOf(copy)).not.toMatch(new RegExp(approver[loser]!, 'i'))
      }
    }
  },
)

test('in a hundred rounds there are a hundred decisions, and a hundred who were second', async () => {
  const losers = CHATS.flatMap((chat) => workplace.in[chat].messages()).filter(({ text }) =>
    text.includes('was already approved by'),
  )
  expect(losers).toHaveLength(ROUNDS)
  expect(await workplace.db.selectFrom('decisions').selectAll().execute()).toHaveLength(ROUNDS)
})
