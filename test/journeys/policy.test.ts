/** A team with rules, over the wire: several approvers press at once, and the policy changes while the bot runs. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { policyFile } from '../../src/core/policy/schema'
import { GPU, JONAS, MAYA, PRIYA, startServed, textOf, type Served } from './playground'

const TEAM = {
  people: { maya: { slack: MAYA }, jonas: { slack: JONAS }, priya: { slack: PRIYA } },
  roles: { research: ['maya'], platform: ['jonas', 'priya'] },
  administer: ['platform'],
  rules: [{ name: 'all', ask: ['research'], approve: { by: ['platform'], count: 2 } }],
}

let bot: Served
beforeEach(async () => {
  bot = await startServed({ policy: policyFile.parse(TEAM) })
})
afterEach(() => bot.end())

const sees = (words: string) =>
  bot.sees(GPU, (message) => message.ephemeralFor === undefined && textOf(message).includes(words))

test('two approvers who press the same button at once are both counted, and the card names both', async () => {
  await bot.says(MAYA, 'assign hv01/gpu0 to train-01')

  await Promise.all([JONAS, PRIYA].map((each) => bot.presses(each, 'Approve')))
  const card = textOf(await sees('R-1 · done'))

  for (const each of [JONAS, PRIYA]) expect(card).toContain(`Approved by  @${each}`)
  expect(bot.decisions()).toHaveLength(2)
})

test('a reload takes a new policy in, and a wrong file changes nothing and says every error', async () => {
  bot.writesPolicy({ ...TEAM, administer: ['admins'], rules: [{ name: 'all' }] })
  const refused = textOf(await bot.says(JONAS, 'reload'))
  expect(refused).toContain('there is no role admins (line 1)')
  expect(refused).toContain('policy.rules.0.ask')
  expect(textOf(await bot.says(MAYA, 'why "assign hv01/gpu0 to train-01"'))).toContain('2 of platform')

  bot.writesPolicy({
    ...TEAM,
    rules: [{ name: 'all', ask: ['research'], approve: { by: ['platform'] } }],
  })
  expect(textOf(await bot.says(MAYA, 'reload'))).toContain('does not let you reload')
  expect(textOf(await bot.says(JONAS, 'reload'))).toContain('The policy was read again')
  expect(textOf(await bot.says(MAYA, 'why "assign hv01/gpu0 to train-01"'))).toContain('one of platform')
})

test('quiet hours hold what was approved, which whoever asked is told at once, and a reload without them lets it go', async () => {
  const quietHours = [{ name: 'always', from: '00:00', until: '00:00' }]
  bot.writesPolicy({ ...TEAM, quietHours })
  await bot.says(JONAS, 'reload')

  await bot.says(MAYA, 'assign hv01/gpu0 to train-01')
  const later = 'R-1 begins later: the quiet hours always last until'
  await bot.sees(GPU, (message) => message.ephemeralFor === MAYA && textOf(message).includes(later))
  expect(textOf(await bot.says(MAYA, 'why R-1'))).toContain('It begins later: the quiet hours always')
  for (const each of [JONAS, PRIYA]) await bot.presses(each, 'Approve')
  await sees('R-1 · approved, waiting: the quiet hours always')
  await sees('held back until')

  bot.writesPolicy(TEAM)
  await bot.says(JONAS, 'reload')
  await sees('R-1 · done')
})
