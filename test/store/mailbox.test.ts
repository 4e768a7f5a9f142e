import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openStore, type Store } from '../../src/store/database'
import {
  duePosts,
  editCopies,
  finishDelivery,
  forgetOldDeliveries,
  markFailed,
  markLater,
  markSending,
  markShown,
  openDeliveries,
  openInbox,
  post,
  supersede,
  type Post,
} from '../../src/store/mailbox'
import { fakeClock } from '../fakes/clock'
import { useTempDirs } from '../fakes/temp'
import { CHANNEL, aDelivery, aNotice } from './rows'

const DAY_MS = 24 * 3_600_000
const tempDir = useTempDirs()
let store: Store

beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(() => store.close())

describe('deliveries', () => {
  const inbox = () => openInbox(store.db, fakeClock(), () => undefined)

  it('that arrive in one turn are all durable when the first of them is acknowledged', async () => {
    const door = inbox()

    const [first, ...others] = ['a', 'b', 'c'].map((id) => door.accept(aDelivery(id)))
    await first

    expect((await openDeliveries(store.db, 10)).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    await Promise.all(others)
  })

  it('wake the work only once they are durable', async () => {
    const found: Promise<number>[] = []
    const door = openInbox(store.db, fakeClock(), () => {
      found.push(openDeliveries(store.db, 10).then((open) => open.length))
    })

    await door.accept(aDelivery('a'))

    expect(await Promise.all(found)).toEqual([1])
  })

  it('are a rush only when several come together, and until they have stopped coming for a while', async () => {
    const clock = fakeClock()
    const door = openInbox(store.db, clock, () => undefined)
    await door.accept(aDelivery('alone'))
    const afterOne = door.rush()

    await Promise.all(['a', 'b', 'c'].map((id) => door.accept(aDelivery(id))))
    const afterFour = door.rush()
    await clock.sleep(afterFour)

    expect(afterOne).toBe(0)
    expect(afterFour).toBeGreaterThan(0)
    expect(door.rush()).toBe(0)
    await door.accept(aDelivery('later'))
    expect(door.rush()).toBe(0)
  })

  it('of a known id are accepted again and change nothing, in one turn or later', async () => {
    const door = inbox()

    await Promise.all([door.accept(aDelivery('a', 'first')), door.accept(aDelivery('a', 'second'))])
    await door.accept(aDelivery('a', 'third'))

    expect((await openDeliveries(store.db, 10)).map(({ said }) => said)).toEqual([
      { kind: 'text', text: 'first' },
    ])
  })

  it('are finished exactly once', async () => {
    await inbox().accept(aDelivery('a'))

    const finish = () => store.db.transaction().execute((tx) => finishDelivery(tx, 'a', 5))

    expect(await Promise.all([finish(), finish()])).toEqual([true, false])
    expect(await openDeliveries(store.db, 10)).toEqual([])
  })

  it('stay open when the work they cause is rolled back', async () => {
    await inbox().accept(aDelivery('a'))

    const work = store.db.transaction().execute(async (tx) => {
      await finishDelivery(tx, 'a', 5)
      throw new Error('the work failed')
    })

    await expect(work).rejects.toThrow('the work failed')
    expect(await openDeliveries(store.db, 10)).toHaveLength(1)
  })

  it('that are done are known for a day and then forgotten; open ones never are', async () => {
    const door = inbox()
    await door.accept(aDelivery('done'))
    await door.accept(aDelivery('open'))
    await store.db.transaction().execute((tx) => finishDelivery(tx, 'done', 5))
    const known = async () =>
      (await store.db.selectFrom('deliveries').select('id').execute()).map(({ id }) => id)

    await forgetOldDeliveries(store.db, 5 + DAY_MS)
    expect(await known()).toEqual(['done', 'open'])
    await forgetOldDeliveries(store.db, 6 + DAY_MS)
    expect(await known()).toEqual(['open'])
  })
})

describe('the outbox', () => {
  const posted = (text: string, requestId?: string) =>
    store.db
      .transaction()
      .execute((tx) =>
        post(tx, CHANNEL, aNotice(text), requestId === undefined ? { at: 1 } : { at: 1, requestId }),
      )
  const edited = (text: string) =>
    store.db.transaction().execute((tx) => editCopies(tx, 'R-1', aNotice(text), 1))
  const due = async (now = 1) => (await duePosts(store.db, now, { limit: 10 })).posts
  const only = async (): Promise<Post> => {
    const [first, ...more] = await due()
    if (!first || more.length > 0) throw new Error('not exactly one post is due')
    return first
  }
  const shown = (sent: Post) => markShown(store.db, [{ post: sent, ref: 'm1', at: 1 }])

  it('sends edits that pile up as one, the newest', async () => {
    await posted('pending', 'R-1')
    for (const text of ['approved', 'running', 'done']) await edited(text)

    const sent = await only()
    await shown(sent)

    expect(sent.notice.summary).toBe('done')
    expect(await due()).toEqual([])
  })

  it('sends once more what changed while it was being sent, as an edit of the same message', async () => {
    await posted('pending', 'R-1')
    const sent = await only()
    await edited('approved')

    await shown(sent)

    expect(await only()).toMatchObject({ ref: 'm1', doubtful: false, notice: { summary: 'approved' } })
  })

  it('edits every copy of a request and nothing else', async () => {
    await posted('copy one', 'R-1')
    await posted('copy two', 'R-1')
    await posted('another', 'R-2')
    await posted('an answer')

    await edited('approved')

    expect((await due()).map(({ notice }) => notice.summary)).toEqual([
      'approved',
      'approved',
      'another',
      'an answer',
    ])
  })

  it('knows after a crash that a first post may have left', async () => {
    await posted('pending', 'R-1')

    await markSending(store.db, [await only()])

    expect(await only()).toMatchObject({ ref: null, doubtful: true })
  })

  it('holds a post back until its time and says when that is', async () => {
    await posted('pending', 'R-1')

    await markLater(store.db, await only(), { at: 50, sending: false })

    expect(await duePosts(store.db, 49, { limit: 10 })).toEqual({ posts: [], nextAt: 50 })
    expect(await due(50)).toMatchObject([{ tries: 1, doubtful: false }])
  })

  it('gives up what can never be sent, and edits to it', async () => {
    await posted('pending', 'R-1')
    await markFailed(store.db, (await only()).seq, 'channel_not_found')

    await edited('approved')

    expect(await duePosts(store.db, 99, { limit: 10 })).toEqual({ posts: [], nextAt: null })
  })

  it('posts a new message in place of one that can no longer be edited', async () => {
    await posted('pending', 'R-1')
    await shown(await only())
    await edited('approved')

    await supersede(store.db, await only(), 1)

    expect(await only()).toMatchObject({ ref: null, doubtful: false, notice: { summary: 'approved' } })
  })
})
