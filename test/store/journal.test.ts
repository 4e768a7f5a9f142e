import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { JournalEntry } from '../../src/core/operation/progress'
import { openStore, type Store } from '../../src/store/database'
import { append, entriesOf, lockHosts, raiseFence, unlockHosts } from '../../src/store/journal'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
let store: Store

beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(() => store.close())

const lock = (host: string, request: string) =>
  store.db.transaction().execute((tx) => lockHosts(tx, [host], request))
const unlock = (request: string) => store.db.transaction().execute((tx) => unlockHosts(tx, request))

describe("a host's lock", () => {
  it('is for one request at a time, each host on its own', async () => {
    expect(await lock('hv01', 'R-1')).toBe(1)
    expect(await lock('hv01', 'R-2')).toBeNull()
    expect(await lock('hv02', 'R-2')).toBe(2)
  })

  it('gives a higher fence at each claim, also to the request that has it', async () => {
    expect(await lock('hv01', 'R-1')).toBe(1)
    expect(await lock('hv01', 'R-1')).toBe(2)
    await unlock('R-1')
    expect(await lock('hv01', 'R-2')).toBe(3)
  })

  it('can be given back only by the request that has it', async () => {
    await lock('hv01', 'R-1')

    await unlock('R-2')

    expect(await lock('hv01', 'R-2')).toBeNull()
  })

  it('gives a fence above what its hosts have seen, and none below it afterwards', async () => {
    await lock('hv01', 'R-1')
    const raise = (seen: number) => store.db.transaction().execute((tx) => raiseFence(tx, 'R-1', seen))

    expect(await raise(0)).toBe(1)
    expect(await raise(1)).toBe(2)
    expect(await raise(300)).toBe(301)
    expect(await raise(7)).toBe(301)
    await unlock('R-1')
    expect(await lock('hv01', 'R-2')).toBe(302)
  })

  it('takes no fence when the claim is rolled back', async () => {
    const claim = store.db.transaction().execute(async (tx) => {
      await lockHosts(tx, ['hv01'], 'R-1')
      throw new Error('died')
    })

    await expect(claim).rejects.toThrow('died')
    expect(await lock('hv01', 'R-2')).toBe(1)
  })
})

describe('the journal', () => {
  it('keeps the entries of each request in their order', async () => {
    const unwinding = (why: string): JournalEntry => ({ kind: 'unwinding', at: 1, why })
    await store.db.transaction().execute(async (tx) => {
      await append(tx, 'R-1', unwinding('first'))
      await append(tx, 'R-2', unwinding('other'))
      await append(tx, 'R-1', unwinding('second'))
    })

    expect(await entriesOf(store.db, 'R-1')).toEqual([unwinding('first'), unwinding('second')])
  })

  it('does not know what was done where an entry cannot be read, or one that may be of any request', async () => {
    const entry: JournalEntry = { kind: 'again', at: 1 }
    const write = (id: string, body: string) =>
      store.db.insertInto('journal').values({ request_id: id, body }).execute()
    for (const id of ['R-1', 'R-2', 'R-3'])
      await store.db.transaction().execute((tx) => append(tx, id, entry))
    await write('R-1', '{"kind": "aga')

    expect(await entriesOf(store.db, 'R-1')).toBeNull()
    expect(await entriesOf(store.db, 'R-1')).toBeNull()
    expect(await entriesOf(store.db, 'R-2')).toEqual([entry])

    await write('whose?', JSON.stringify(entry))
    expect(await entriesOf(store.db, 'whose?')).toBeNull()
    expect(await entriesOf(store.db, 'R-2')).toBeNull()
    expect(await entriesOf(store.db, 'R-3')).toBeNull()
  })
})
