/**
 * A week of a team that shares its GPUs, in two chats, while the bot is killed again and again. What people did and the
 * bot acknowledged is answered, every request is shown as it ended, and what is shown twice says so.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../../src/core/ports/address'
import { request } from '../../../src/core/request/request'
import { STATE_WORDS } from '../../../src/core/request/words'
import { BOT, TEAM } from '../../../src/playground/slack/local-slack'
import { isOpenLease, lease } from '../../../src/core/lease/lease'
import { waiter } from '../../../src/core/queue/waiter'
import { openStore } from '../../../src/store/database'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { dice } from '../../core/grammar/seeded'
import type { Shown } from '../drivers'
import type { Who } from '../people'
import { CHANGES, GPU } from '../playground'
import { CHATS, driversOf, policyOf, SLACK, startChats, TEAMS_CHANNEL } from '../workplace'
import { mortal, type Mortal } from './mortal'
import { team, type Team } from './team'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY
/** Each a test of its own. */
/** Each is a test with a minute of its own: a kill and a start may take half of that on a busy machine. */
const PARTS = 112
const STRIDE_MS = HOUR / 6
const ONE_DEATH_IN = 9
/** Of the event loop: in fewer than these a bot has answered, and posted what is due. */
const TURNS = 200

const REPLACES = /did not confirm an earlier copy|takes the place of an earlier copy/

let dir: string
let chats: Awaited<ReturnType<typeof startChats>>
let people: ReturnType<typeof driversOf>
let bot: Mortal
let everybody: Team
let began = 0

beforeAll(async () => {
  dir = makeTempDir()
  const policy = {
    ...policyOf(1),
    leases: { end: { then: 'shutdown', grace: '1h' } },
    queue: { offer: '6h' },
  }
  writeFileSync(join(dir, 'gpu-chatops.yaml'), JSON.stringify({ policy }))
  chats = await startChats(() => bot.port())
  people = driversOf(chats.slack, chats.teams)
  const { cloud } = chats.teams.config
  const inSlack = (channel: string): Address => ({ kind: 'channel', chat: 'slack', channel })
  const inTeams = (conversation: string): Address => ({
    ...{ kind: 'channel', chat: 'teams', conversation },
    serviceUrl: cloud.kind === 'local' ? cloud.serviceUrl : '',
  })
  bot = mortal(
    {
      slack: {
        ...SLACK,
        appToken: null,
        apiUrl: chats.slack.apiUrl,
        teamId: TEAM.id,
        botId: BOT.botId,
        botUserId: BOT.id,
        command: '/gpu',
      },
      teams: chats.teams.config,
      channels: {
        requestsChannels: [inSlack(GPU), inTeams(TEAMS_CHANNEL)],
        changesChannel: inSlack(CHANGES),
      },
      limits: { requestExpiresMs: 6 * HOUR, pollMs: HOUR / 4, tickMs: HOUR / 60 },
    },
    { dir, start: Date.now(), strideMs: STRIDE_MS },
  )
  everybody = team(people, bot, deeds)
  await bot.start(0)
})
afterAll(async () => {
  await bot.kill()
  await Promise.all([chats.slack.close(), chats.teams.close()])
  removeTempDir(dir)
})

const shown = (): Shown[] => CHATS.flatMap((chat) => people[chat].messages())

/** When people act, and the bot dies, is the seed's alone; what they do depends on what they see. */
const course = dice(20_261_125)
const deeds = dice(20_261_126)
let events = 0
let kills = 0

/** How the bot dies while people act: before it has heard them, or a while after. */
const event = async (people: Team): Promise<void> => {
  events += 1
  const dies = course.roll(ONE_DEATH_IN) === 0
  const atOnce = dies && course.roll(3) === 0
  const laterMs = course.roll(dies ? HOUR / 10 : HOUR)
  const acting = people.act()
  if (atOnce) await bot.kill()
  const acknowledged = await acting
  if (!acknowledged && !atOnce) throw new Error('what somebody did was not acknowledged')
  if (!dies) return bot.passes(laterMs)
  kills += 1
  await bot.dies(laterMs, course.roll(TURNS))
  await bot.start(course.roll(2 * HOUR))
}

/** Messages come by the place where they stand, so that the last one need not be of the newest. */
const newestRequest = (): string => `R-${Math.max(1, ...people.slack.messages().flatMap(requestNumbers))}`
const requestNumbers = ({ text }: Shown): number[] => (/\bR-(\d+) · /.exec(text)?.slice(1) ?? []).map(Number)

/** What the rest of the week need not have by chance; it ends with two GPUs that nobody holds. */
test('on the first day nobody dies, and something of everything happens once', async () => {
  const says = async (who: Who, text: string): Promise<void> => {
    await people.slack.types(who, text)
    await bot.passes(HOUR / 6)
  }
  /** What it was asked by. */
  const asksAndGets = async (who: Who, text: string): Promise<string> => {
    await says(who, text)
    const id = newestRequest()
    await says('jonas', `approve ${id}`)
    return id
  }
  await says('maya', 'assign hv01/gpu0 to train-01 --shutdown')
  await bot.passes(7 * HOUR)
  await asksAndGets('maya', 'assign hv01/gpu0 to train-01 for 2h --shutdown')
  await bot.passes(5 * HOUR)
  const inFirst = await asksAndGets('maya', 'assign hv01/gpu0 to train-01 for 9h --shutdown')
  const inSecond = await asksAndGets('maya', 'assign hv01/gpu1 to train-02 for 9h --shutdown')
  await says('priya', 'queue any A100 to train-01 --shutdown for 3h')
  await says('maya', `done ${inFirst} --shutdown`)
  await asksAndGets('priya', 'take Q-1')
  await says('priya', 'queue any A100 to train-01 --shutdown for 3h')
  await says('maya', `done ${inSecond} --shutdown`)
  await bot.passes(7 * HOUR)
  for (const decided of ['deny', 'cancel']) {
    await says('maya', 'assign hv01/gpu0 to train-01 --shutdown')
    await says('maya', `${decided} ${newestRequest()}`)
  }
  for (const does of ['disable', 'enable'] as const) {
    await bot.befall({ kind: 'by-hand', host: 'hv02', slot: 'gpu1', does })
    await bot.passes(HOUR)
  }
  began = bot.now()
  const said = shown().map(({ text }) => text)
  for (const state of ['succeeded', 'denied', 'cancelled', 'expired'] as const)
    expect(said).toContainEqual(expect.stringContaining(STATE_WORDS[state]))
  for (const words of [
    'on the end of the lease',
    'it has ended',
    'You took hv01/gpu0',
    'your wait (Q-2) is over',
    'was changed outside this bot',
  ])
    expect(said).toContainEqual(expect.stringContaining(words))
})

test.each(Array.from({ length: PARTS }, (_, n) => n + 1))(
  'in a week of kills people are heard whenever the bot lives: 90 minutes, %i of 112',
  async (part) => {
    const end = began + (part * WEEK) / PARTS
    while (bot.now() < end) await event(everybody)
  },
)

test('two days later the bot is done', async () => {
  await bot.passes(2 * DAY)
  await bot.kill()
})

test('a week of kills loses no post and doubles none without saying so', async () => {
  const store = await openStore(dir)
  const rows = await store.db.selectFrom('outbox').selectAll().execute()
  const bodies = await store.db.selectFrom('requests').select('body').execute()
  const leases = (await store.db.selectFrom('leases').select('body').execute()).map(({ body }) =>
    lease.parse(JSON.parse(body)),
  )
  const waiters = (await store.db.selectFrom('queue').select('body').execute()).map(({ body }) =>
    waiter.parse(JSON.parse(body)),
  )
  await store.close()
  const requests = bodies.map(({ body }) => request.parse(JSON.parse(body)))

  const all = shown()
  const lost = rows.filter((row) => row.shown < row.wanted).map((row) => `${row.address}: ${row.notice}`)
  for (const question of everybody.questions)
    if (!all.some(({ text }) => text.includes(question))) lost.push(question)
  const stale: string[] = []
  const states = Object.values(STATE_WORDS)
  const copies = (id: string, place: string): Shown[] =>
    all.filter(
      ({ place: there, text, to }) =>
        there === place && to === null && states.some((state) => text.includes(`${id} · ${state}`)),
    )
  const wantedCopies = (id: string, chat: string): number =>
    rows.filter((row) => row.request_id === id && row.address.includes(`"chat":"${chat}"`)).length
  for (const { id, state } of requests)
    for (const [chat, place] of [
      ['slack', GPU],
      ['teams', TEAMS_CHANNEL],
    ] as const) {
      const wanted = wantedCopies(id, chat)
      const there = copies(id, place)
      const upToDate = there.filter(({ text }) => text.includes(`${id} · ${STATE_WORDS[state]}`))
      const replacing = there.filter(({ text }) => REPLACES.test(text))
      if (wanted === 0 || there.length < wanted) lost.push(`${id} in ${place}`)
      if (upToDate.length < wanted) stale.push(`${id} in ${place}`)
      if (there.length > wanted + replacing.length)
        stale.push(`${id} is doubled in ${place}, and nothing says so`)
    }
  for (const { entry } of waiters)
    if (entry.state !== 'waiting' && !all.some(({ text }) => text.includes(entry.id))) lost.push(entry.id)
  for (const { id, endsAt } of leases.filter(isOpenLease))
    if (endsAt !== null && endsAt < bot.now() - DAY) stale.push(`${id} is lent long past its end`)
  for (const { entry } of waiters)
    if (entry.state === 'offered' && entry.until < bot.now() - HOUR)
      stale.push(`${entry.id} is offered past its end`)
  const held = leases.filter(isOpenLease).map(({ gpu }) => gpu.alias)
  const superseded = all.filter(({ text }) => REPLACES.test(text)).length
  process.stdout.write(
    `week suite: ${events} events, ${kills} kills, ${lost.length} lost, ${superseded} superseded\n`,
  )
  expect(lost).toEqual([])
  expect(stale).toEqual([])
  expect(held).toEqual([...new Set(held)])
  expect(events).toBeGreaterThanOrEqual(260)
  expect(kills).toBeGreaterThanOrEqual(25)
})
