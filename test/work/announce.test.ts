/** Who is told what, where, beside what, and how often. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { News } from '../../src/core/news/news'
import { policyOfLists } from '../../src/core/policy/policy'
import type { Address } from '../../src/core/ports/address'
import { fixedPolicy } from '../../src/policy-source'
import { openStore, type Store } from '../../src/store/database'
import { duePosts, markFailed, post } from '../../src/store/outbox'
import { markShown } from '../../src/store/shown'
import { placeKey, subscribe, type Reader } from '../../src/store/subscriptions'
import { announce } from '../../src/work/telling/announce'
import { useTempDirs } from '../fakes/temp'
import { aNotice } from '../store/rows'

const MAYA = 'slack:T1/U1'
const FIRST: Address = { kind: 'channel', chat: 'slack', channel: 'C1' }
const SECOND: Address = { kind: 'channel', chat: 'slack', channel: 'C2' }
const DM: Address = { kind: 'channel', chat: 'slack', channel: 'U1' }
const inTeams = (thread = '', serviceUrl = 'https://smba.trafficmanager.net/emea/'): Address => ({
  kind: 'channel',
  chat: 'teams',
  serviceUrl,
  conversation: `19:gpus@thread.tacv2${thread}`,
})

const tempDir = useTempDirs()
let store: Store
beforeEach(async () => {
  store = await openStore(tempDir())
})
afterEach(() => store.close())

const policy = (ask: string[] = [MAYA]) => fixedPolicy(policyOfLists({ ask, approve: [], admin: [] }))
const watch = (to: Address, scope: string, reader: Reader = { of: 'channel' }) =>
  store.db
    .transaction()
    .execute((tx) => subscribe(tx, { key: placeKey(to), to, scope, reader, by: MAYA, at: 0 }))
const say = (news: readonly News[], at = 0, more: { except?: Address[]; known?: string[] } = {}) =>
  store.db
    .transaction()
    .execute((tx) =>
      announce({ policy: policy(more.known) }, tx, news, { at, ...(more.except && { except: more.except }) }),
    )
const due = async () => (await duePosts(store.db, Infinity, { limit: 50 })).posts
const told = async () => (await due()).map(({ to, notice }) => [placeKey(to), notice.summary])

const lost = (host = 'hv01'): News => ({ kind: 'host', host, is: 'unreachable', since: 0, why: 'no route' })
const drift = (gpu = 'hv01/gpu0', requestId: string | null = null): News => ({
  kind: 'drift',
  host: gpu.split('/')[0]!,
  gpus: [gpu],
  requestId,
  found: [['its VM was removed']],
})
const changedAt = (gpu: string) => `${gpu} was changed by somebody else`

describe('who is told', () => {
  it('whoever watches the GPU, its host or everything, and nobody else', async () => {
    await watch(FIRST, 'hv01/gpu0')
    await watch(SECOND, 'hv01')
    await watch(DM, 'all', { of: 'person', account: MAYA })
    await watch(inTeams(), 'hv01/gpu1')

    await say([drift()])

    const text = changedAt('hv01/gpu0')
    expect(await told()).toEqual([
      ['slack C1', text],
      ['slack C2', text],
      ['slack U1', text],
    ])
  })

  it('each place once, however much of what it watches is concerned; a host that is lost is one message', async () => {
    for (const scope of ['all', 'hv01', 'hv01/gpu0', 'hv01/gpu1']) await watch(FIRST, scope)

    await say([lost()])

    expect(await told()).toEqual([['slack C1', 'hv01 does not answer']])
  })

  it('not a host whose name begins alike', async () => {
    await watch(FIRST, 'hv01')
    await watch(SECOND, 'hv01/gpu1')
    await say([lost('hv011'), lost('hv0'), drift('hv01/gpu11')])

    expect(await told()).toEqual([['slack C1', changedAt('hv01/gpu11')]])
  })

  it('nobody whom the policy does not name any more, but the channel that they subscribed', async () => {
    await watch(DM, 'all', { of: 'person', account: MAYA })
    await watch(FIRST, 'all')

    await say([lost()], 0, { known: [] })

    expect(await told()).toEqual([['slack C1', 'hv01 does not answer']])
  })

  it('not where the same is told in another way', async () => {
    await watch(FIRST, 'all')
    await watch(inTeams(), 'all')

    await say([lost()], 0, {
      except: [FIRST, inTeams(';messageid=17', 'https://smba.trafficmanager.net/teams/')],
    })

    expect(await told()).toEqual([])
  })

  it('nobody, when the change does not come about', async () => {
    await watch(FIRST, 'all')
    const undone = store.db.transaction().execute(async (tx) => {
      await announce({ policy: policy() }, tx, [lost()], { at: 0 })
      throw new Error('the change failed')
    })

    await expect(undone).rejects.toThrow('the change failed')
    expect(await told()).toEqual([])
  })
})

describe('what comes within moments', () => {
  it('is one message for each host and place', async () => {
    await watch(FIRST, 'all')
    await say([drift('hv01/gpu0'), drift('hv01/gpu1')], 0)
    await say([drift('hv02/gpu0')], 1_000)
    await say([drift('hv01/gpu2')], 29_999)
    await say([drift('hv01/gpu3')], 30_000)

    expect(await told()).toEqual([
      ['slack C1', ['gpu0', 'gpu1', 'gpu2'].map((gpu) => changedAt(`hv01/${gpu}`)).join(' · ')],
      ['slack C1', changedAt('hv02/gpu0')],
      ['slack C1', changedAt('hv01/gpu3')],
    ])
  })

  it('is an edit of the message where that one has left, and a new one where it did not arrive', async () => {
    await watch(FIRST, 'all')
    await say([drift('hv01/gpu0')])
    const [sent] = await due()
    await markShown(store.db, [{ post: sent!, ref: 'C1:1.1', at: 0 }])

    await say([drift('hv01/gpu1')], 1)
    expect((await due()).map(({ ref, notice }) => [ref, notice.parts.length])).toEqual([['C1:1.1', 4]])

    await markFailed(store.db, sent!.seq, 'channel_not_found')
    await say([drift('hv01/gpu2')], 2)
    expect((await due()).map(({ ref, notice }) => [ref, notice.summary])).toEqual([
      [null, changedAt('hv01/gpu2')],
    ])
  })
})

describe('about one request', () => {
  const LATER = 60_000

  it('the replies stand under its card, in the thread where that is, and wait for it to be there', async () => {
    const thread = inTeams(';messageid=17')
    await watch(inTeams(), 'all')
    await store.db
      .transaction()
      .execute((tx) => post(tx, thread, aNotice('card'), { at: 0, requestId: 'R-1' }))
    await say([drift('hv01/gpu0', 'R-1')])

    const [card, ...more] = await due()
    expect([card!.notice.summary, more]).toEqual(['card', []])
    await markShown(store.db, [{ post: card!, ref: '["19:a","17"]', at: 0 }])

    expect((await due()).map(({ to, under }) => [to, under])).toEqual([[thread, '["19:a","17"]']])
  })

  it('they stand under the first that was told of it where its card is not shown', async () => {
    await watch(FIRST, 'all')
    await say([drift('hv01/gpu0', 'R-1')])
    const [first] = await due()
    await markShown(store.db, [{ post: first!, ref: 'C1:1.1', at: 0 }])

    for (const time of [1, 2]) {
      await say([drift('hv01/gpu0', 'R-1')], time * LATER)
      const [reply] = await due()
      expect([reply!.under, reply!.ref]).toEqual(['C1:1.1', null])
      await markShown(store.db, [{ post: reply!, ref: `C1:2.${time}`, at: 0 }])
    }
    await say([drift('hv01/gpu0', 'R-2')], 2 * LATER)
    expect((await due()).map(({ under }) => under)).toEqual([null])
  })
})
