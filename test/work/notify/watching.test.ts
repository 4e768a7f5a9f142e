/** `watch` and `unwatch`: who may, what is listed, what is remembered. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { fixedPolicy } from '../../../src/policy-source'
import { aPolicy, JONAS, MAYA, PRIYA, slack } from '../../core/policy/team'
import { useTempDirs } from '../../fakes/temp'
import { ADMIN, APPROVER, DIRECT, inTeams, REQUESTER, slackChannel, startScene, type Scene } from './scene'

const OPS = slackChannel('C7')
const tempDir = useTempDirs()
let scene: Scene
beforeEach(async () => {
  scene = await startScene(tempDir())
})
afterEach(() => scene.end())

it('a channel is subscribed by those whom the policy lets, and told so itself', async () => {
  expect(await scene.says(REQUESTER, 'watch hv01', OPS)).toContain(
    'does not let you say what a channel watches',
  )
  expect(await scene.says(APPROVER, 'watch hv01', OPS)).toContain('does not let you')
  expect(await scene.says(ADMIN, 'watch HV01 here', OPS)).toBe('')

  expect(await scene.told(OPS)).toEqual([expect.stringContaining('This channel now watches hv01:')])
  expect(await scene.says(REQUESTER, 'watch', OPS)).toMatch(
    /^This channel watches hv01\n.*since.*slack:T1\/U3/,
  )
})

it('in the short form of the policy those who administer, else the roles under `watch`, or those who administer', async () => {
  const says = async (policy: object, account: string): Promise<string> => {
    const other = await startScene(tempDir(), () => ({ policy: fixedPolicy(aPolicy(policy)) }))
    const answer = await other.says(account, 'watch all', OPS)
    await other.end()
    return answer
  }

  expect(await says({}, slack(PRIYA))).toBe('')
  expect(await says({}, slack(JONAS))).toContain('does not let you')
  expect(await says({ watch: ['research'] }, slack(MAYA))).toBe('')
  expect(await says({ watch: [] }, slack(PRIYA))).toContain('does not let you')
})

it.each([
  { chat: 'Slack', where: DIRECT, told: 'slack U1' },
  { chat: 'Teams', where: inTeams('a:1x2y3z'), told: 'teams a:1x2y3z' },
])('in a chat with the bot in $chat everybody may watch for themselves', async ({ where, told }) => {
  expect(await scene.says(REQUESTER, 'watch hv01/gpu0', where)).toContain('You now watch hv01/gpu0')
  expect(await scene.says(REQUESTER, 'watch', where)).toContain('You watch hv01/gpu0')
  await scene.asks('hv01/gpu0', 'train-01')

  expect(await scene.told(told)).toEqual([expect.stringContaining('R-1 Assign hv01/gpu0 to train-01')])
})

it('a thread of a channel in Teams is that channel', async () => {
  await scene.says(ADMIN, 'watch all', inTeams('19:gpus@thread.tacv2;messageid=17'))
  await scene.asks('hv01/gpu0', 'train-01')

  const [, news] = (await scene.posted()).filter(({ place }) => place === 'teams 19:gpus@thread.tacv2')
  expect(news?.notice.summary).toContain('R-1')
  expect(await scene.says(ADMIN, 'watch', inTeams('19:gpus@thread.tacv2;messageid=18'))).toContain(
    'everything',
  )
})

it('where nothing is watched, that is said, with how to begin', async () => {
  expect(await scene.says(REQUESTER, 'watch', OPS)).toMatch(/^Nothing is watched here\. .*watch all/)
  expect(await scene.says(ADMIN, 'unwatch hv01', OPS)).toMatch(/^hv01 is not watched here/)
  expect(await scene.says(ADMIN, 'unwatch digest', OPS)).toMatch(/^There is no daily digest here/)
})

it('what is watched already is said to be, and is told once', async () => {
  for (let times = 0; times < 2; times++) await scene.says(ADMIN, 'watch all', OPS)
  expect(await scene.says(ADMIN, 'watch all', OPS)).toMatch(/^everything is watched here already/)
  await scene.asks('hv01/gpu0', 'train-01')

  expect(await scene.told(OPS)).toHaveLength(2)
})

it('unwatch ends one thing, `all` everything, and only here', async () => {
  const other = slackChannel('C8')
  for (const what of ['hv01', 'hv02', 'hv01/gpu0']) await scene.says(ADMIN, `watch ${what}`, OPS)
  await scene.says(ADMIN, 'watch hv01', other)

  await scene.says(ADMIN, 'unwatch HV02', OPS)
  expect(await scene.says(REQUESTER, 'watch', OPS)).toMatch(/^This channel watches hv01, hv01\/gpu0\n/)
  expect(await scene.says(REQUESTER, 'unwatch all', OPS)).toContain('does not let you')
  await scene.says(ADMIN, 'unwatch all', OPS)
  await scene.asks('hv01/gpu0', 'train-01')

  expect(await scene.says(REQUESTER, 'watch', OPS)).toContain('Nothing is watched here')
  expect((await scene.told(OPS)).at(-1)).toMatch(/^This channel does not watch hv01, hv01\/gpu0 any more/)
  expect((await scene.told(other)).at(-1)).toContain('R-1')
})

it('it outlasts a restart', async () => {
  await scene.says(ADMIN, 'watch all', OPS)
  await scene.restarts()
  await scene.asks('hv01/gpu0', 'train-01')

  expect((await scene.told(OPS)).at(-1)).toContain('R-1')
})

it.each([
  { text: 'watch hv09', answer: /there is no GPU, VM or host `hv09`.*hv01/s },
  { text: 'watch hv01/gpu9', answer: /there is no GPU/ },
  { text: 'watch train-01', answer: /train-01 is a VM/ },
  { text: 'watch hv01 there', answer: /`there` at character 12 is out of place/ },
  { text: 'watch hv01 at 09:00', answer: /a time belongs to a digest/ },
  { text: 'watch digest at noon', answer: /`noon` at character 17 is no time of day/ },
  { text: 'watch digest at 24:00', answer: /is no time of day/ },
  { text: 'watch digest at 09:00 in Nowhere/Here', answer: /is no time zone/ },
  { text: 'unwatch', answer: /after `unwatch` I expected a GPU, a host, `all` or `digest`/ },
])('$text is refused', async ({ text, answer }) => {
  expect((await scene.says(ADMIN, text, OPS)).replaceAll('\\', '')).toMatch(
    new RegExp(answer.source, `${answer.flags}i`),
  )
})
