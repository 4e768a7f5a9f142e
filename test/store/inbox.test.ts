import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import type { Delivery } from '../../src/core/ports/delivery'
import { openStore, type Store } from '../../src/store/database'
import {
  dropBeyond,
  finishDelivery,
  forgetOldDeliveries,
  openDeliveries,
  openInbox,
} from '../../src/store/inbox'
import { fakeClock } from '../fakes/clock'
import { useTempDirs } from '../fakes/temp'
import { aDelivery } from './rows'

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

  const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id)
  const of = (from: string, ...ids: string[]) => ids.map((id) => ({ ...aDelivery(id), from }))
  const acceptAll = async (deliveries: readonly Delivery[]): Promise<void> => {
    const door = inbox()
    for (const each of deliveries) await door.accept(each)
  }

  it('of several people take turns, each person’s oldest first', async () => {
    await acceptAll([...of('slack:T1/U1', 'a', 'b', 'c'), ...of('slack:T1/U2', 'x', 'y')])

    expect(idsOf(await openDeliveries(store.db, 10))).toEqual(['a', 'x', 'b', 'y', 'c'])
    expect(idsOf(await openDeliveries(store.db, 2))).toEqual(['a', 'x'])
  })

  it('are found by the index of the open ones', async () => {
    const plan = await sql<{ detail: string }>`explain query plan select seq,
      row_number() over (partition by account order by seq) from deliveries where done_at is null`.execute(
      store.db,
    )

    expect(plan.rows.map(({ detail }) => detail).join()).toContain('USING INDEX deliveries_open')
  })

  it('beyond so many of one person are finished, and the first of them is given', async () => {
    await acceptAll([...of('slack:T1/U1', 'a', 'b', 'c', 'd'), ...of('slack:T1/U2', 'x', 'y')])

    const dropped = await store.db.transaction().execute((tx) => dropBeyond(tx, 2, 5))

    expect(idsOf(dropped)).toEqual(['c'])
    expect(idsOf(await openDeliveries(store.db, 10))).toEqual(['a', 'x', 'b', 'y'])
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
