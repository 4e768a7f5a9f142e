import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { GPU, JONAS, MAYA, PRIYA, startJourney, textOf, type Journey } from './playground'

const ROUNDS = 100
const TOGETHER = 10

let journey: Journey
beforeAll(async () => {
  journey = await startJourney()
})
afterAll(() => journey.end())

test.each(Array.from({ length: ROUNDS / TOGETHER }, (_, n) => 1 + n * TOGETHER))(
  'of two approvers who press at once, one decides and the other is told privately: from round %i on, ten times',
  async (first) => {
    for (let round = first; round < first + TOGETHER; round++) {
      const id = `R-${round} `
      const words = round % 2 === 1 ? 'assign hv01/gpu0 to train-01' : 'release hv01/gpu0'
      await journey.says(MAYA, `${words} --power-off`)
      await journey.sees(
        GPU,
        (message) => textOf(message).includes(id) && textOf(message).includes('waiting for an approver'),
      )

      const approvers = round % 3 === 0 ? [JONAS, PRIYA] : [PRIYA, JONAS]
      const acknowledged = await Promise.all(approvers.map((each) => journey.presses(each, 'Approve')))

      expect(acknowledged.map((each) => each.status)).toEqual([200, 200])
      const told = await journey.sees(
        GPU,
        (message) =>
          message.ephemeralFor !== undefined && textOf(message).includes(`${id}was already approved by`),
      )
      const card = await journey.sees(
        GPU,
        (message) => message.ephemeralFor === undefined && textOf(message).includes(`${id}· done`),
      )
      const winner = textOf(card).includes(`Approved by  @${JONAS}`) ? JONAS : PRIYA
      expect(textOf(card)).toContain(`Approved by  @${winner}`)
      expect(told.ephemeralFor).toBe(winner === JONAS ? PRIYA : JONAS)
    }
  },
)

test('in a hundred rounds there are a hundred who were second', () => {
  const losers = journey.slack
    .messages(GPU)
    .filter((message) => textOf(message).includes('was already approved by'))
  expect(losers).toHaveLength(ROUNDS)
})
