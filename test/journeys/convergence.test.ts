/** However the chats fail, every copy comes to show how the request ended, or a later one beside it does and says so. */
import { expect, test } from '@jest/globals'
import { address } from '../../src/core/ports'
import type { RequestState } from '../../src/core/request'
import { fastClock } from '../fakes/fast-clock'
import { misfortune } from './misfortune'
import { GPU } from './playground'
import { CHATS, otherThan, startWorkplace, TEAMS_CHANNEL, type ChatName, type Workplace } from './workplace'

const REQUESTS = 50
const TIMES = 400
const YEAR_MS = 365 * 24 * 3_600_000
/** Each lane has a GPU and a VM of its own, so that two requests run at any time. */
const LANES = { slack: ['hv01/gpu0', 'train-01'], teams: ['hv01/gpu1', 'train-02'] } as const
const PLACES: Readonly<Record<ChatName, string>> = { slack: GPU, teams: TEAMS_CHANNEL }
const REPLACES = /did not confirm an earlier copy|takes the place of an earlier copy/

const ENDS = { succeeded: 'done', denied: 'denied' } as const
type End = keyof typeof ENDS

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await nextTurn()
}

/** Requests one after the other, asked for in one chat and decided in the other; how each ended. */
const lane = async (workplace: Workplace, here: ChatName): Promise<Map<string, End>> => {
  const [gpu, vm] = LANES[here]
  const ends = new Map<string, End>()
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
  let assigned = false
  for (let n = 1; n <= REQUESTS / CHATS.length; n++) {
    await workplace.in[here].types(
      'maya',
      `${assigned ? 'release' : 'assign'} ${gpu} ${assigned ? '' : `to ${vm} `}--shutdown`,
    )
    await until(async () => (await requests()).length === n)
    const [{ id } = { id: '' }] = await requests('pending')
    await until(async () => (await shownCopies(id)) === CHATS.length)
    const end: End = n % 4 === 0 ? 'denied' : 'succeeded'
    await workplace.in[otherThan(here)].types('jonas', `${end === 'denied' ? 'deny' : 'approve'} ${id}`)
    await until(async () => (await requests(end)).some((each) => each.id === id))
    if (end === 'succeeded') assigned = !assigned
    ends.set(id, end)
  }
  return ends
}

test('while the chats fail at random, no post is lost, none is doubled without cause, and no copy stays stale', async () => {
  const fate = misfortune(20_260_105)
  const workplace = await startWorkplace({
    requests: CHATS,
    clock: fastClock(TIMES),
    limits: { requestExpiresMs: YEAR_MS, pollMs: YEAR_MS, hostPatienceMs: YEAR_MS, tickMs: 60_000 },
    misfortune: fate.slack,
  })
  workplace.teams.fault = fate.teams
  try {
    const ended = await Promise.all(CHATS.map((chat) => lane(workplace, chat)))
    const ends = new Map(ended.flatMap((each) => [...each]))
    const rows = () => workplace.db.selectFrom('outbox').selectAll().execute()
    await until(async () =>
      (await rows()).every(({ wanted, shown, failure }) => shown >= wanted || failure !== null),
    )

    const all = CHATS.flatMap((chat) => workplace.in[chat].messages()).filter(({ to }) => to === null)
    const lost: string[] = []
    const stale: string[] = []
    let superseded = 0
    for (const [id, end] of ends)
      for (const chat of CHATS) {
        const copies = all.filter(({ place, text }) => place === PLACES[chat] && text.includes(`${id} · `))
        const newest = copies.at(-1)
        if (!newest) lost.push(`${id} in ${chat}`)
        else if (!newest.text.includes(`${id} · ${ENDS[end]}`)) stale.push(`${id} in ${chat}: ${newest.text}`)
        superseded += Math.max(0, copies.length - 1)
        stale.push(
          ...copies
            .slice(1)
            .filter(({ text }) => !REPLACES.test(text))
            .map(({ text }) => `unsaid: ${text}`),
        )
      }

    const posts = (await rows()).filter(({ address: to }) => address.parse(JSON.parse(to)).kind === 'channel')
    const { post, edit } = fate.fallen
    process.stdout.write(
      `convergence: ${posts.length} posts, ${edit.none + edit['cut after']} edits, ${lost.length} lost, ${superseded} superseded, ${stale.length} stale\n`,
    )
    expect(ends.size).toBe(REQUESTS)
    expect(lost).toEqual([])
    expect(stale).toEqual([])
    expect(posts.filter(({ failure }) => failure !== null)).toEqual([])
    // What is more than the posts is what nobody knew to have arrived, and what replaced a message that took no edits.
    expect(all).toHaveLength(posts.length + post['cut after'] + edit.refused)
    const { refused: _, ...blows } = post
    for (const times of [...Object.values(blows), ...Object.values(edit)]) expect(times).toBeGreaterThan(0)
  } finally {
    await workplace.end()
  }
}, 300_000)
