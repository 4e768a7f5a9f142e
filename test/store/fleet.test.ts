import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostName } from '../../src/core/inventory/inventory'
import { openStore, type Store } from '../../src/store/database'
import { hostViews, saveFacts, saveUnreachable } from '../../src/store/fleet'
import { aHost, aVm } from '../fakes/facts'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
let store: Store
beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(() => store.close())

const HV01 = hostName.parse('hv01')
const view = async () => (await hostViews(store.db, [HV01]))[0]!
const revision = async () =>
  (await store.db.selectFrom('readings').select('revision').executeTakeFirstOrThrow()).revision

describe('what was last read of a host', () => {
  it('is its facts and their age, and is written anew only when the facts differ', async () => {
    await saveFacts(store.db, aHost(), 1)
    const first = await view()
    await saveFacts(store.db, aHost(), 2)

    expect(first).toEqual({
      name: HV01,
      facts: aHost(),
      readAt: 1,
      error: null,
      paused: false,
      pauseReason: null,
      marks: [],
      asides: [],
      bar: null,
    })
    expect([await view(), await revision()]).toEqual([{ ...first, readAt: 2 }, 1])
  })

  it('is what it is now, however often it was looked at before', async () => {
    for (const vms of [[aVm()], [aVm(), aVm({}, 2)], [aVm()]]) {
      await saveFacts(store.db, aHost({ vms }), 1)
      expect((await view()).facts?.vms).toEqual(vms)
    }
    expect(await revision()).toBe(3)
  })

  it('stays while the host does not answer, with the reason', async () => {
    await saveUnreachable(store.db, HV01, 'no route')
    expect(await view()).toMatchObject({ facts: null, readAt: null, error: 'no route' })
    await saveFacts(store.db, aHost(), 1)
    await saveUnreachable(store.db, HV01, 'no answer')

    expect(await view()).toMatchObject({ facts: aHost(), readAt: 1, error: 'no answer' })
  })
})
