import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals'
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { Chat, MessageRef, SendResult } from '../../src/core/ports/chat'
import type { Clock } from '../../src/core/ports/clock'
import { meetCopy } from '../../src/store/copies'
import { openStore, type Store } from '../../src/store/database'
import { heardAt } from '../../src/store/arrivals'
import { duePosts, editCopies, markSending, post } from '../../src/store/outbox'
import { startDelivering } from '../../src/work/loops/deliver'
import type { Loop } from '../../src/work/context/loop'
import { fakeClock, NINE_O_CLOCK } from '../fakes/clock'
import { useTempDirs } from '../fakes/temp'
import { aNotice, CHANNEL } from '../store/rows'
import { botOver, fleetOf } from './operations/bot'

const DAY_MS = 24 * 3_600_000
const EVER = Number.MAX_SAFE_INTEGER
const ELSEWHERE: Address = { kind: 'channel', chat: 'slack', channel: 'C2' }
const REPLY_URL = 'https://hooks.example/a-capability'
/** One person, in the very channel that the others see. */
const MAYA: Address = {
  kind: 'private',
  chat: 'slack',
  channel: 'C1',
  user: 'U1',
  replyUrl: REPLY_URL,
  replyUntil: NINE_O_CLOCK + DAY_MS,
}
const LATER: SendResult = { kind: 'later', afterMs: 30_000, why: 'rate limited' }
const UNKNOWN: SendResult = { kind: 'unknown', why: 'no answer' }
const IMPOSSIBLE: SendResult = { kind: 'impossible', code: 'not_in_channel', next: 'Say `/invite @gpu`' }

interface Sent {
  readonly to: Address
  readonly notice: Notice
  readonly ref: MessageRef | null
  /** The message in whose thread it left. */
  readonly under: MessageRef | null
  /** Milliseconds since the start. */
  readonly at: number
}
type Fate = SendResult | undefined

const tempDir = useTempDirs()
let dir: string
let store: Store
let clock: Clock
/** What left, in the order in which it left. */
let sent: Sent[]
let logged: unknown[]
/** What becomes of a post; one of which this says nothing arrives, as a message m1, m2, .. by the order of leaving. */
let fate: (each: Sent) => Fate | Promise<Fate>

beforeEach(async () => {
  dir = tempDir()
  store = await openStore(dir)
  sent = []
  logged = []
  fate = () => undefined
  const time = fakeClock()
  clock = {
    now: () => time.now(),
    // Without an end in sight no time passes: only a wake ends such a sleep.
    sleep: (ms, signal) =>
      ms < DAY_MS
        ? time.sleep(ms, signal)
        : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  }
})
afterEach(() => store.close())

/** The fates of the posts, by the order in which they leave; those after the last arrive. */
const fated = (...fates: readonly Fate[]): void => {
  const before = sent.length
  fate = () => fates[sent.length - before - 1]
}

const chat: Chat = {
  send: async (to, notice, ref, under = null) => {
    const each = { to, notice, ref, under, at: clock.now() - NINE_O_CLOCK }
    const number = sent.push(each)
    return (await fate(each)) ?? { kind: 'sent', ref: ref ?? `m${number}` }
  },
  identify: () => Promise.resolve({ kind: 'stranger', why: 'not asked here' }),
  linkTo: () => Promise.resolve(null),
}
const started = (): Loop => {
  const note = (what: object, message: string) => void logged.push({ ...what, message })
  const log = { info: note, warn: note, error: note }
  return startDelivering({ ...botOver(store.db, fleetOf(clock), clock), chat, log })
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const allDelivered = async (loop: Loop): Promise<void> => {
  while ((await duePosts(store.db, EVER, { limit: 1 })).posts.length > 0) await nextTurn()
  await loop.stop()
}
const deliverAll = () => allDelivered(started())

const written = (
  text: string,
  to = CHANNEL,
  more: { requestId?: string; otherwise?: Address; asks?: string } = {},
) => store.db.transaction().execute((tx) => post(tx, to, aNotice(text), { at: clock.now(), ...more }))
const edited = (text: string) =>
  store.db.transaction().execute((tx) => editCopies(tx, 'R-1', aNotice(text), clock.now()))
/** The card of a request, posted as message m1. */
const cardPosted = async (otherwise: Address = MAYA): Promise<void> => {
  await written('pending', CHANNEL, { requestId: 'R-1', otherwise })
  await deliverAll()
}
const restarted = async (): Promise<void> => {
  await store.close()
  store = await openStore(dir)
}

const textsSent = () => sent.map(({ notice }) => notice.summary)
/** What left, for reading: the text, the message it edits, and whether it calls itself a second copy. */
const allShown = () =>
  sent.map(({ notice, ref, under }) => {
    const parts = JSON.stringify(notice.parts)
    const doubled = parts.includes('did not confirm an earlier copy') ? ' (second copy)' : ''
    const instead = parts.includes('takes the place of an earlier copy') ? ' (instead)' : ''
    const thread = under === null ? '' : ` under ${under}`
    return `${notice.summary}${ref === null ? '' : ` in ${ref}`}${thread}${doubled}${instead}`
  })

describe('posts to one place', () => {
  it('leave in the order they were written, each when the one before has arrived', async () => {
    let underWay = 0
    const together: number[] = []
    fate = async () => {
      together.push(++underWay)
      await nextTurn()
      underWay -= 1
      return undefined
    }
    for (const text of ['one', 'two', 'three']) await written(text)

    await deliverAll()

    expect(allShown()).toEqual(['one', 'two', 'three'])
    expect(together).toEqual([1, 1, 1])
  })

  it('wait behind one that has to wait', async () => {
    fated(LATER)
    await written('one')
    await written('two')

    await deliverAll()

    expect(textsSent()).toEqual(['one', 'one', 'two'])
  })

  it('wait behind one that has to wait also when they are written only then', async () => {
    fate = async () => {
      if (sent.length > 1) return undefined
      await written('two')
      return LATER
    }
    await written('one')

    await deliverAll()

    expect(textsSent()).toEqual(['one', 'one', 'two'])
  })

  it('are not called a second copy when it was the one before them that is in doubt', async () => {
    fated(UNKNOWN)
    await written('one')
    await written('two')

    await deliverAll()

    expect(allShown().sort()).toEqual(['one', 'one (second copy)', 'two'])
  })
})

describe('posts to other places', () => {
  it('do not wait for one that takes its time, even those to one person in the same channel', async () => {
    let othersLeft: () => void
    const others = new Promise<void>((resolve) => (othersLeft = resolve))
    fate = async ({ notice }) => {
      if (sent.length === 3) othersLeft()
      if (notice.summary === 'slow') await others
      return undefined
    }
    await written('slow')
    await written('for Maya', MAYA)
    await written('elsewhere', ELSEWHERE)

    await deliverAll()

    expect(textsSent()).toHaveLength(3)
  })

  it('do not wait for it either when they are written while it is under way', async () => {
    const arrived: string[] = []
    fate = async ({ notice: { summary } }) => {
      if (summary === 'slow') {
        await written('elsewhere', ELSEWHERE)
        loop.wake()
        // Long enough for whatever does not wait for this post.
        for (let n = 0; n < 1_000 && arrived.length === 0; n++) await nextTurn()
      }
      arrived.push(summary)
      return undefined
    }
    await written('slow')

    const loop = started()
    await allDelivered(loop)

    expect(arrived).toEqual(['elsewhere', 'slow'])
  })

  it('do not wait for one that has to wait', async () => {
    fated(LATER)
    await written('one')
    await written('elsewhere', ELSEWHERE)

    await deliverAll()

    expect(sent.map(({ notice, at }) => [notice.summary, at])).toEqual([
      ['one', 0],
      ['elsewhere', 0],
      ['one', 30_000],
    ])
  })
})

describe('a post', () => {
  it.each([
    ['that arrived does not leave again', [], ['one']],
    ['that has to wait leaves again as it was', [LATER], ['one', 'one']],
    ['whose fate is not known leaves once more and says so', [UNKNOWN], ['one', 'one (second copy)']],
    [
      'whose second copy has to wait still says so',
      [UNKNOWN, LATER],
      ['one', 'one (second copy)', 'one (second copy)'],
    ],
    ['that can never arrive is given up when there is nobody to tell', [IMPOSSIBLE], ['one']],
  ])('%s, whether or not there is a restart', async (_, fates, expected) => {
    fated(...fates)
    await written('one')

    await deliverAll()
    await restarted()
    await deliverAll()

    expect(allShown()).toEqual(expected)
  })

  it('that has to wait leaves less and less often while the chat asks for hardly any time', async () => {
    fated(...Array.from({ length: 6 }, () => ({ ...LATER, afterMs: 10 })))
    await written('one')

    await deliverAll()

    const pauses = sent.slice(1).map(({ at }, index) => at - sent[index]!.at)
    expect(pauses).toEqual([1_000, 2_000, 5_000, 15_000, 60_000, 60_000])
  })

  it('that was under way when the process died leaves once more, as a second copy', async () => {
    await written('one')
    await written('two', ELSEWHERE)
    await markSending(store.db, (await duePosts(store.db, EVER, { limit: 1 })).posts)

    await restarted()
    await deliverAll()

    expect(allShown().sort()).toEqual(['one (second copy)', 'two'])
  })

  it('that can never arrive is told to whoever waits for it, with the reason and what to do', async () => {
    fated(IMPOSSIBLE)
    await written('R-1 waits', CHANNEL, { requestId: 'R-1', otherwise: MAYA })
    await written('another')

    await deliverAll()

    expect(textsSent()).toEqual(['R-1 waits', 'another', 'Not posted: R-1 waits'])
    expect(sent[2]!.to).toEqual(MAYA)
    const told = JSON.stringify(sent[2]!.notice.parts)
    for (const what of ['not_in_channel', '/invite @gpu', 'approve R-1']) expect(told).toContain(what)
  })

  it('that can never arrive is told once, even if that cannot arrive either', async () => {
    fate = () => IMPOSSIBLE
    await written('one', CHANNEL, { requestId: 'R-1', otherwise: MAYA })

    await deliverAll()

    expect(allShown()).toEqual(['one', 'Not posted: one'])
  })

  const OWN_CHAT: Address = { kind: 'channel', chat: 'slack', channel: 'U0MAYA' }
  const OWN_CHAT_IN_TEAMS: Address = {
    ...{ kind: 'channel', chat: 'teams', serviceUrl: 'https://smba.trafficmanager.net/emea/' },
    conversation: 'a:maya',
  }
  it.each([
    ['an answer to them alone', MAYA],
    ['their chat with the bot in Slack', OWN_CHAT],
    ['their chat with the bot in Teams', OWN_CHAT_IN_TEAMS],
  ])(
    'that asks for nothing and can never arrive goes whole to one person, as %s, with why',
    async (_, otherwise) => {
      fated(IMPOSSIBLE)
      await written('one', CHANNEL, { otherwise })

      await deliverAll()

      const [first, again] = sent
      expect(again).toMatchObject({ to: otherwise, notice: { summary: 'one' } })
      expect(again!.notice.parts.slice(1)).toEqual(first!.notice.parts)
      expect(JSON.stringify(again!.notice.parts[0])).toMatch(/for you alone.*not_in_channel.*\/invite @gpu/)
    },
  )

  it('that somebody is asked by is heard when it has arrived, by whichever way', async () => {
    await written('one', CHANNEL, { asks: 'R-1' })
    expect(await heardAt(store.db, 'R-1')).toBe('on its way')
    await deliverAll()
    expect(await heardAt(store.db, 'R-1')).toBe(clock.now())

    fated(IMPOSSIBLE)
    await written('two', CHANNEL, { otherwise: MAYA, asks: 'R-2' })
    await deliverAll()
    expect(allShown()).toContain('two')
    expect(await heardAt(store.db, 'R-2')).toBe(clock.now())

    fated(IMPOSSIBLE)
    await written('three', CHANNEL, { asks: 'R-3' })
    await deliverAll()
    expect(await heardAt(store.db, 'R-3')).toBeNull()
  })

  it('that can never arrive goes whole to nobody where others read', async () => {
    fated(IMPOSSIBLE)
    await written('one', CHANNEL, { otherwise: ELSEWHERE })

    await deliverAll()

    expect(allShown()).toEqual(['one', 'Not posted: one'])
  })

  it('never has the address of a private answer in the log', async () => {
    fated(LATER, UNKNOWN, IMPOSSIBLE)
    await written('for Maya', MAYA)

    await deliverAll()

    expect(logged).toHaveLength(3)
    expect(JSON.stringify(logged)).not.toContain(REPLY_URL)
  })
})

describe('the card of a request', () => {
  it('is edited to the newest state only', async () => {
    await cardPosted()
    for (const text of ['approved', 'running', 'done']) await edited(text)

    await deliverAll()

    expect(allShown()).toEqual(['pending', 'done in m1'])
  })

  it('is edited to what changed while it was under way, be it as a post or as an edit', async () => {
    const changes = [['approved', 'running'], ['step 1', 'step 2', 'done'], []]
    fate = async () => {
      for (const text of changes[sent.length - 1] ?? []) await edited(text)
      return undefined
    }

    await cardPosted()

    expect(allShown()).toEqual(['pending', 'running in m1', 'done in m1'])
  })

  it.each([
    ['is simply edited again when the fate of the edit is not known', [UNKNOWN], ['approved in m1']],
    ['is a new message when the old one can no longer be edited', [IMPOSSIBLE], ['approved (instead)']],
    [
      'is told to whoever waits for it when there can be no new message either',
      [IMPOSSIBLE, IMPOSSIBLE],
      ['approved (instead)', 'Not posted: approved'],
    ],
  ])('%s', async (_, fates, expected) => {
    await cardPosted()
    await edited('approved')
    fated(...fates)

    await deliverAll()

    expect(allShown()).toEqual(['pending', 'approved in m1', ...expected])
  })

  it('that is a new message is the one that is edited from then on, and goes on saying what it replaces', async () => {
    await cardPosted()
    await edited('approved')
    fated(IMPOSSIBLE, UNKNOWN)
    await deliverAll()
    await edited('done')

    await deliverAll()

    expect(allShown().slice(2)).toEqual([
      'approved (instead)',
      'approved (second copy)',
      'done in m4 (second copy)',
    ])
  })

  it('that was given up has no edits any more', async () => {
    fated(IMPOSSIBLE, IMPOSSIBLE)
    await cardPosted()
    await edited('approved')

    await deliverAll()

    expect(allShown()).toEqual(['pending', 'Not posted: pending'])
  })
})

describe('the card of a request in a place that takes no edits', () => {
  const UNEDITABLE: SendResult = { kind: 'impossible', code: 'edit_window_closed', next: 'post anew' }
  const GONE: SendResult = { kind: 'impossible', code: 'message_not_found', next: 'post anew', gone: true }
  const happened = async (...texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      await edited(text)
      await deliverAll()
    }
  }
  beforeEach(async () => {
    await cardPosted()
    fate = ({ ref }) => (ref === null ? undefined : UNEDITABLE)
  })

  it('becomes a second card, and whatever happens then is said in the thread of that', async () => {
    await happened('approved', 'running', 'done')

    expect(
      sent.filter(({ ref }) => ref === null).map(({ notice, under }) => [notice.summary, under]),
    ).toEqual([
      ['pending', null],
      ['approved', null],
      ['running', 'm3'],
      ['done', 'm3'],
    ])
  })

  it('is not tried to be edited any more, and goes on so after a restart', async () => {
    await happened('approved', 'running')
    await restarted()

    await happened('done')

    expect(allShown().slice(-3)).toEqual(['running in m3 (instead)', 'running under m3', 'done under m3'])
  })

  const becomes = async (card: Notice): Promise<void> => {
    await store.db.transaction().execute((tx) => editCopies(tx, 'R-1', card, clock.now()))
    await deliverAll()
  }

  it('says nothing in the thread while nothing happens but that time passes', async () => {
    await happened('approved', 'running')

    for (const runs of [['for 12 s'], ['for 13 s']])
      await becomes({ ...aNotice('running'), tone: 'working', parts: [{ kind: 'text', runs }] })

    expect(allShown().filter((each) => each.startsWith('running under'))).toHaveLength(1)
  })

  it('says there what people say, even while it is at work, and what is new when it is done', async () => {
    const comment = { kind: 'text' as const, runs: [{ person: 'maya' }, ', ', { time: 1 }, ': hurry'] }
    const told = { kind: 'text' as const, runs: ['nvidia-smi: verified'] }
    await happened('approved', 'running')

    await becomes({ ...aNotice('running'), tone: 'working', parts: [comment] })
    await becomes({ ...aNotice('done'), tone: 'good', parts: [comment] })
    await becomes({ ...aNotice('done'), tone: 'good', parts: [comment, told] })

    expect(sent.slice(-3).map(({ notice }) => notice.parts)).toEqual([
      [{ kind: 'text', runs: ['running'] }, comment],
      [{ kind: 'text', runs: ['done'] }],
      [{ kind: 'text', runs: ['done'] }, told],
    ])
  })

  it('keeps the buttons that it would have', async () => {
    const buttons: Notice['parts'][number] = {
      kind: 'buttons',
      buttons: [{ label: 'Cancel', style: 'plain', press: { kind: 'say', text: 'cancel R-1' } }],
    }
    await happened('approved', 'running')

    await becomes({ ...aNotice('waits'), parts: [{ kind: 'note', runs: ['much'] }, buttons] })

    expect(sent.at(-1)!.notice.parts).toEqual([{ kind: 'text', runs: ['waits'] }, buttons])
  })

  it('is posted anew when its thread is gone with it', async () => {
    await happened('approved', 'running')
    fate = ({ under }) => (under === null ? undefined : GONE)

    await happened('done')

    expect(allShown().at(-1)).toBe('done (instead)')
  })

  it('is told to whoever waits for it when the thread takes nothing either', async () => {
    await happened('approved', 'running')
    fate = ({ under }) => (under === null ? undefined : UNEDITABLE)

    await happened('done')

    expect(allShown().at(-1)).toBe('Not posted: done')
  })
})

describe('a card that was posted twice', () => {
  const pressed = (ref: MessageRef) =>
    store.db
      .transaction()
      .execute((tx) => meetCopy(tx, { requestId: 'R-1', place: CHANNEL, ref }, clock.now()))
  const closed = () => sent.filter(({ notice }) => notice.summary.includes('closed')).map(({ ref }) => ref)

  it('has its older copy closed when somebody presses that', async () => {
    fated(UNKNOWN)
    await cardPosted()

    await pressed('m1')
    await deliverAll()

    expect(closed()).toEqual(['m1'])
    expect(JSON.stringify(sent.at(-1)!.notice.parts)).toMatch(/show R-1/)
    expect(JSON.stringify(sent.at(-1)!.notice.parts)).not.toContain('buttons')
  })

  it('has it closed once, however often that is pressed, and is edited itself as before', async () => {
    fated(UNKNOWN)
    await cardPosted()
    for (const ref of ['m1', 'm1', 'm2']) await pressed(ref)
    await edited('approved')

    await deliverAll()

    expect(closed()).toEqual(['m1'])
    expect(allShown()).toContain('approved in m2 (second copy)')
  })

  it('is left alone when the older copy takes no edit', async () => {
    fated(UNKNOWN)
    await cardPosted()
    await pressed('m1')
    fate = () => IMPOSSIBLE

    await deliverAll()

    expect(sent).toHaveLength(3)
  })

  it('is not posted a second time once somebody has pressed the first, which is edited from then on', async () => {
    await written('pending', CHANNEL, { requestId: 'R-1' })
    await markSending(store.db, (await duePosts(store.db, EVER, { limit: 1 })).posts)

    await pressed('m-arrived')
    await deliverAll()
    await edited('approved')
    await deliverAll()

    expect(allShown()).toEqual(['pending in m-arrived', 'approved in m-arrived'])
  })

  it('is closed when it arrives after somebody has pressed the first', async () => {
    await written('pending', CHANNEL, { requestId: 'R-1' })
    await markSending(store.db, (await duePosts(store.db, EVER, { limit: 1 })).posts)
    fate = async ({ ref }) => {
      if (ref === null) await pressed('m-arrived')
      return undefined
    }

    await deliverAll()

    expect(closed()).toEqual(['m1'])
    expect(allShown()).toContain('pending in m-arrived')
  })
})

test.each([
  ['of which one copy alone can be seen', 'R-1'],
  ['of a request that nobody knows', 'R-9'],
])('a press on a message that is not known, for a card %s, closes nothing', async (_, requestId) => {
  await cardPosted()

  await store.db
    .transaction()
    .execute((tx) => meetCopy(tx, { requestId, place: CHANNEL, ref: 'm7' }, clock.now()))
  await deliverAll()

  expect(allShown()).toEqual(['pending'])
})
