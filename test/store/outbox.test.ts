import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openStore, type Store } from '../../src/store/database'
import {
  duePosts,
  editCopies,
  forgetOldPosts,
  markFailed,
  markLater,
  markSending,
  post,
  supersede,
  type Post,
} from '../../src/store/outbox'
import { markShown } from '../../src/store/shown'
import { useTempDirs } from '../fakes/temp'
import { CHANNEL, aNotice } from './rows'

const DAY_MS = 24 * 3_600_000
const tempDir = useTempDirs()
let store: Store

beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(() => store.close())

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

  it('refuses what could not be read again, and what lies in it stays readable', async () => {
    const late = { ...aNotice('x'), parts: [{ kind: 'text' as const, runs: [{ time: 2 ** 53 }] }] }

    await expect(
      store.db.transaction().execute((tx) => post(tx, CHANNEL, late, { at: 1 })),
    ).rejects.toMatchObject({
      code: 'store',
    })
    expect((await duePosts(store.db, 1, { limit: 10 })).posts).toEqual([])
  })

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

  it('forgets a post a day after it was shown, and never a copy of a request', async () => {
    await posted('over')
    await posted('of a request', 'R-1')
    for (const each of await due()) await shown(each)
    const left = async () =>
      (await store.db.selectFrom('outbox').select('request_id').execute()).map((row) => row.request_id)

    await forgetOldPosts(store.db, 1 + DAY_MS)
    const afterADay = await left()
    await forgetOldPosts(store.db, 2 + DAY_MS)

    expect(afterADay).toEqual([null, 'R-1'])
    expect(await left()).toEqual(['R-1'])
  })

  it('leaves a post that was not shown yet where it is, however old it is', async () => {
    await posted('still to be sent')

    await forgetOldPosts(store.db, 30 * DAY_MS)

    expect(await due(30 * DAY_MS)).toHaveLength(1)
  })
})
