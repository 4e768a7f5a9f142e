/** A lease in either chat: lent, asked for by somebody else, extended by a press of the reminder, given back by a press. */
import { afterEach, expect, test } from '@jest/globals'
import { steppedClock } from '../fakes/stepped-clock'
import { boundTo, MEMBERS, type Who } from './people'
import { CHATS, policyOf, startWorkplace, type ChatName, type Workplace } from './workplace'

const YEAR_MS = 365 * 24 * 3_600_000
const MINUTE_MS = 60_000

let workplace: Workplace
afterEach(() => workplace.end())

/** Where this person alone reads what the bot says: in Slack their conversation with it, in Teams too. */
const isPrivateTo = (chat: ChatName, who: Who, place: string): boolean =>
  place === (chat === 'slack' ? `D${MEMBERS[who].slack.id.slice(1)}` : `a:${boundTo(who).teams}`)

test.each(CHATS)('in %s', async (chat) => {
  workplace = await startWorkplace({
    changes: chat,
    policy: { ...policyOf(1), leases: { longest: '1d', end: { then: 'shutdown', grace: '30m' } } },
    clock: steppedClock({ strideMs: MINUTE_MS }),
    limits: { requestExpiresMs: YEAR_MS, pollMs: YEAR_MS, hostPatienceMs: YEAR_MS, tickMs: 60_000 },
  })
  const here = workplace.in[chat]
  const privately = (words: string) =>
    here.sees(({ place, text }) => isPrivateTo(chat, 'maya', place) && text.includes(words))

  await here.types('maya', 'assign hv01/gpu0 to train-01 for 2d')
  await here.sees(({ text }) => text.includes('last 1d at most'))
  await here.types('maya', 'assign hv01/gpu0 to train-01 for 65m')
  await here.sees(({ text }) => text.includes('R-1 · waiting'))
  await here.types('jonas', 'approve R-1')
  await here.sees(({ text }) => text.includes('R-1 · done') && text.includes('until'))

  await here.types('jonas', 'ask hv01/gpu0 because of the demo')
  expect((await privately('asks you for')).text).toMatch(/Jonas Weber.*of the demo/)

  await privately('Your lease of hv01/gpu0 in train-01 ends')
  await here.presses('maya', 'Extend by 4h', '')
  await here.sees(({ text }) => text.includes('hv01/gpu0 in train-01: ') && text.includes('until'))
  await here.types('maya', 'done R-1 --shutdown')
  await here.sees(({ text }) => text.includes('R-2 · done') && text.includes('ends the lease'))
  expect(workplace.world.facts('hv01').vms.find(({ name }) => name === 'train-01')?.assigned).toEqual([])
})
