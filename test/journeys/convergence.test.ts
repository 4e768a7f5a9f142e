/** However the chats fail, every copy comes to show how the request ended, or a later one beside it, or its thread, does and says so. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { address } from '../../src/core/ports/address'
import type { RequestState } from '../../src/core/request/request'
import { steppedClock } from '../fakes/stepped-clock'
import type { Shown } from './drivers'
import { misfortune } from './misfortune'
import { GPU } from './playground'
import { CHATS, otherThan, startWorkplace, TEAMS_CHANNEL, type ChatName, type Workplace } from './workplace'

/** Each a test of its own, with requests of both lanes. */
const ROUNDS = 6
const REQUESTS_IN_ROUND = 10
/** Time passes in such strides. */
const STRIDE_MS = 5_000
const YEAR_MS = 365 * 24 * 3_600_000
/** Each lane has a GPU and a VM of its own, so that two requests run at any time. */
const LANES = { slack: ['hv01/gpu0', 'train-01'], teams: ['hv01/gpu1', 'train-02'] } as const
const PLACES: Readonly<Record<ChatName, string>> = { slack: GPU, teams: TEAMS_CHANNEL }
const REPLACES = /did not confirm an earlier copy|takes the place of an earlier copy/

const ENDS = { succeeded: 'done', denied: 'denied' } as const
type End = keyof typeof ENDS

const fate = misfortune(20_260_105)
const clock = steppedClock({ strideMs: STRIDE_MS })
let workplace: Workplace
/** How each request ended. */
const ends = new Map<string, End>()

beforeAll(async () => {
  workplace = await startWorkplace({
    requests: CHATS,
    clock,
    limits: { requestExpiresMs: YEAR_MS, pollMs: YEAR_MS, hostPatienceMs: YEAR_MS, tickMs: 60_000 },
    misfortune: fate.slack,
  })
  workplace.teams.fault = fate.teams
})
afterAll(() => workplace.end())

const becomes = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await clock.sleep(STRIDE_MS)
}
const rows = () => workplace.db.selectFrom('outbox').selectAll().execute()

/** Requests one after the other, asked for in one chat and decided in the other. */
const laneIn = (here: ChatName): ((count: number) => Promise<void>) => {
  const [gpu, vm] = LANES[here]
  let asked = 0
  let assigned = false
  const requests = (state?: RequestState) =>
    workplace.db
      .selectFrom('requests')
      .select(['id', 'state'])
      .where('body', 'like', `%"alias":"${gpu}"%`)
      .$if(state !== undefined, (query) => query.where('state', '=', state!))
      .execute()
  const shownCopies = async (id: string): Promise<number> => {
    const copies = workplace.db.selectFrom('outbox').where('request_id', '=', id).where('shown', '>', 0)
    return (await copies.select('seq').execute()).length
  }
  const one = async (): Promise<void> => {
    asked += 1
    await workplace.in[here].types(
      'maya',
      assigned ? `release ${gpu} --power-off` : `assign ${gpu} to ${vm} --shutdown`,
    )
    await becomes(async () => (await requests()).length === asked)
    const [{ id } = { id: '' }] = await requests('pending')
    await becomes(async () => (await shownCopies(id)) === CHATS.length)
    const end: End = asked % 4 === 0 ? 'denied' : 'succeeded'
    await workplace.in[otherThan(here)].types('jonas', `${end === 'denied' ? 'deny' : 'approve'} ${id}`)
    await becomes(async () => (await requests(end)).some((each) => each.id === id))
    if (end === 'succeeded') assigned = !assigned
    ends.set(id, end)
  }
  return async (count) => {
    for (let n = 0; n < count; n++) await one()
  }
}
const lanes = CHATS.map(laneIn)

const inChannels = (): Shown[] =>
  CHATS.flatMap((chat) => workplace.in[chat].messages()).filter(({ to }) => to === null)

/** A second card that takes no edit goes on in its thread. */
const isSaidUnder = (card: Shown, all: readonly Shown[], words: string): boolean =>
  all.some(({ under, text }) => under === card.id && text.includes(words))

/** In the threads of second cards. One that was posted twice counts once. */
const wordsAfterTheFirst = (): number => {
  const words = inChannels().filter(
    ({ under, text }) => under !== null && /R-\d+ (?:Assign|Release) .*: /.test(text),
  )
  const told = new Set(words.map(({ under, text }) => `${under ?? ''} ${text}`))
  return told.size - new Set(words.map(({ under }) => under)).size
}

const found = () => {
  const all = inChannels()
  const lost: string[] = []
  const stale: string[] = []
  let superseded = 0
  for (const [id, end] of ends)
    for (const chat of CHATS) {
      const copies = all.filter(({ place, text }) => place === PLACES[chat] && text.includes(`${id} · `))
      const newest = copies.at(-1)
      if (!newest) lost.push(`${id} in ${chat}`)
      else if (!newest.text.includes(`${id} · ${ENDS[end]}`) && !isSaidUnder(newest, all, `: ${ENDS[end]}`))
        stale.push(`${id} in ${chat}: ${newest.text}`)
      superseded += Math.max(0, copies.length - 1)
      stale.push(
        ...copies
          .slice(1)
          .filter(({ text }) => !REPLACES.test(text))
          .map(({ text }) => `unsaid: ${text}`),
      )
    }
  return { lost, stale, superseded }
}

test.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
  'while the chats fail at random, no post is lost, none is doubled without cause, and no copy stays stale: %i',
  async (round) => {
    await clock.until(Promise.all(lanes.map((lane) => lane(REQUESTS_IN_ROUND / lanes.length))))
    await clock.until(
      becomes(async () =>
        (await rows()).every(({ wanted, shown, failure }) => shown >= wanted || failure !== null),
      ),
    )

    expect(ends.size).toBe(round * REQUESTS_IN_ROUND)
    expect(found()).toMatchObject({ lost: [], stale: [] })
  },
)

test('every way to fail was tried, and what is shown more than once is what nobody knew to have arrived', async () => {
  const posts = (await rows()).filter(({ address: to }) => address.parse(JSON.parse(to)).kind === 'channel')
  const { post, edit } = fate.fallen
  const { lost, superseded, stale } = found()
  process.stdout.write(
    `convergence: ${posts.length} posts, ${edit.none + edit['cut after']} edits, ${lost.length} lost, ${superseded} superseded, ${stale.length} stale\n`,
  )
  expect(posts.filter(({ failure }) => failure !== null)).toEqual([])
  // Beside those, what replaced a message that took no edits, and what was said in its thread after the first word there.
  expect(inChannels()).toHaveLength(posts.length + post['cut after'] + edit.refused + wordsAfterTheFirst())
  const { refused: _, ...blows } = post
  for (const times of [...Object.values(blows), ...Object.values(edit)]) expect(times).toBeGreaterThan(0)
})
