import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openStore, type Store } from '../../src/store/database'
import { history } from '../../src/store/history'
import {
  VersionMoved,
  apply,
  findRequest,
  insertRequest,
  nextRequestId,
  recordDecision,
  requestsIn,
} from '../../src/store/requests'
import { useTempDirs } from '../fakes/temp'
import { aRequest } from './rows'

const APPROVERS = ['slack:T1/U2', 'slack:T1/U3'] as const
const tempDir = useTempDirs()
let store: Store

beforeEach(async () => {
  store = await openStore(tempDir())
  await store.db.transaction().execute((tx) => insertRequest(tx, aRequest('R-1')))
})
afterEach(() => store.close())

describe('requests', () => {
  it('come back as they were written', async () => {
    expect(await findRequest(store.db, 'R-1')).toEqual(aRequest('R-1'))
    expect(await findRequest(store.db, 'R-2')).toBeNull()
  })

  it('let one of two people through who decide on the same version', async () => {
    const approve = (by: string) =>
      store.db
        .transaction()
        .execute((tx) =>
          apply(tx, aRequest('R-1'), { kind: 'approve', by, person: by, roles: ['approve'], at: 5 }),
        )

    const [first, second] = await Promise.allSettled(APPROVERS.map(approve))

    expect(first?.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(VersionMoved) as unknown })
    expect(await findRequest(store.db, 'R-1')).toMatchObject({
      version: 2,
      state: 'approved',
      authority: { kind: 'quorum' },
      approvals: [{ by: APPROVERS[0] }],
    })
  })

  it('write nothing when the event is not legal', async () => {
    const next = await store.db
      .transaction()
      .execute((tx) => apply(tx, aRequest('R-1'), { kind: 'roll-back', at: 5, why: 'no' }))

    expect(next.ok).toBe(false)
    expect(await findRequest(store.db, 'R-1')).toEqual(aRequest('R-1'))
    expect(await history(store.db, { limit: 10, mentioning: null })).toHaveLength(1)
  })

  it('leave one event row for each transition, newest first', async () => {
    await store.db
      .transaction()
      .execute((tx) => apply(tx, aRequest('R-1'), { kind: 'deny', by: APPROVERS[0], at: 5 }))

    expect(
      (await history(store.db, { limit: 10, mentioning: null })).map(({ what, by, at }) => [what, by, at]),
    ).toEqual([
      ['deny', APPROVERS[0], 5],
      ['asked', 'slack:T1/U1', 1],
    ])
  })

  it('are found in the past by whole names in any case, of what they are about and of who did it', async () => {
    await store.db.transaction().execute(async (tx) => {
      await apply(tx, aRequest('R-1'), { kind: 'deny', by: APPROVERS[0], at: 5 })
      await insertRequest(tx, aRequest('R-12'))
    })
    const mentioning = async (...names: string[]) =>
      (await history(store.db, { limit: 10, mentioning: names })).map(({ what, of }) => `${of} ${what}`)
    const [asked, denied, other] = ['R-1 asked', 'R-1 deny', 'R-12 asked']

    for (const name of ['hv01', 'HV01/GPU0', 'Train-01', 'slack:T1/U1', 'u1'])
      expect([name, await mentioning(name)]).toEqual([name, [other, denied, asked]])
    expect(await mentioning('u2')).toEqual([denied])
    expect(await mentioning('r-1')).toEqual([denied, asked])
    expect(await mentioning('r-12', 'u2')).toEqual([other, denied])
    for (const name of ['hv0', 'gpu0', 'train', '', '%']) expect(await mentioning(name)).toEqual([])
  })

  it('keep one decision a person, the last one, whatever account it came from', async () => {
    const decision = { requestId: 'R-1', person: 'jonas', account: APPROVERS[0], verdict: 'approve', at: 5 }
    await store.db.transaction().execute(async (tx) => {
      await recordDecision(tx, decision)
      await recordDecision(tx, { ...decision, account: APPROVERS[1], verdict: 'deny', at: 6 })
    })

    expect(await store.db.selectFrom('decisions').select(['account', 'verdict', 'at']).execute()).toEqual([
      { account: APPROVERS[1], verdict: 'deny', at: 6 },
    ])
  })

  it('are listed by state in the order in which they were asked for, beyond R-9', async () => {
    await store.db.transaction().execute(async (tx) => {
      for (const id of ['R-10', 'R-9']) await insertRequest(tx, aRequest(id))
      await apply(tx, aRequest('R-1'), { kind: 'deny', by: APPROVERS[0], at: 5 })
    })

    expect((await requestsIn(store.db, ['pending'])).map(({ id }) => id)).toEqual(['R-9', 'R-10'])
  })

  it('get a number that no other has', async () => {
    const next = () => store.db.transaction().execute(nextRequestId)

    expect(await Promise.all([next(), next(), next()])).toEqual(['R-1', 'R-2', 'R-3'])
  })
})
