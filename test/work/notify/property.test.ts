/** Whatever happens in whatever order, with restarts in between: each event reaches each watcher once, and nobody else. */
import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { News } from '../../../src/core/news/news'
import type { Address } from '../../../src/core/ports/address'
import { post } from '../../../src/store/outbox'
import { announce } from '../../../src/work/telling/announce'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { aNotice } from '../../store/rows'
import { ADMIN, inTeams, slackChannel, startScene } from './scene'

const PLACES: readonly { readonly type: Address; readonly key: string }[] = [
  { type: slackChannel('C1'), key: 'slack C1' },
  { type: slackChannel('D2'), key: 'slack U3' },
  { type: inTeams('19:gpus@thread.tacv2;messageid=1'), key: 'teams 19:gpus@thread.tacv2' },
  { type: inTeams('a:admin'), key: 'teams a:admin' },
]
const HOSTS = ['hv01', 'hv02'] as const
const SCOPES = ['all', ...HOSTS, 'hv01/gpu0', 'hv01/gpu1', 'hv02/gpu0'] as const

const place = fc.nat(PLACES.length - 1)
const deed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant('watch' as const), place, scope: fc.constantFrom(...SCOPES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('unwatch' as const), place, scope: fc.constantFrom(...SCOPES) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('happens' as const),
      host: fc.constantFrom(...HOSTS),
      gpu: fc.constantFrom('all' as const, 'gpu0' as const, 'gpu1' as const),
      requestId: fc.constantFrom(null, 'R-1', 'R-2'),
      rolledBack: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('passes' as const),
      seconds: fc.constantFrom(1, 20, 40, 4_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('delivers' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restarts' as const) }) },
)
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

const newsOf = (n: number, { host, gpu, requestId }: Extract<Deed, { does: 'happens' }>): News => ({
  kind: 'drift',
  host,
  gpus: gpu === 'all' ? 'all' : [`${host}/${gpu}`],
  requestId,
  found: [[`event ${n}!`]],
})

/** Said here once more, in other words than the product's. */
const watches = (scopes: ReadonlySet<string>, { host, gpu }: Extract<Deed, { does: 'happens' }>): boolean =>
  ['all', host, ...(gpu === 'all' ? ['hv01/gpu0', 'hv01/gpu1', 'hv02/gpu0'] : [`${host}/${gpu}`])].some(
    (scope) => scopes.has(scope) && (scope === 'all' || scope.split('/')[0] === host),
  )

const live = async (deeds: readonly Deed[]): Promise<{ expected: string[]; told: string[] }> => {
  const dir = makeTempDir()
  const scene = await startScene(dir)
  try {
    await scene.context.db
      .transaction()
      .execute((tx) => post(tx, PLACES[0]!.type, aNotice('card'), { at: 0, requestId: 'R-1' }))
    const watching = PLACES.map(() => new Set<string>())
    const expected: string[] = []
    for (const [n, each] of deeds.entries()) {
      switch (each.does) {
        case 'watch':
        case 'unwatch': {
          const where = PLACES[each.place]!
          await scene.says(ADMIN, `${each.does} ${each.scope}`, where.type)
          if (each.does === 'watch') watching[each.place]!.add(each.scope)
          else if (each.scope === 'all') watching[each.place]!.clear()
          else watching[each.place]!.delete(each.scope)
          break
        }
        case 'happens': {
          const change = scene.context.db.transaction().execute(async (tx) => {
            await announce(scene.context, tx, [newsOf(n, each)], { at: scene.clock.now() })
            if (each.rolledBack) throw new Error('undone')
          })
          await change.catch(() => undefined)
          if (each.rolledBack) break
          for (const [index, scopes] of watching.entries())
            if (watches(scopes, each)) expected.push(`${PLACES[index]!.key}: event ${n}!`)
          break
        }
        case 'passes':
          await scene.clock.sleep(each.seconds * 1_000)
          break
        case 'delivers':
          await scene.posted()
          break
        case 'restarts':
          await scene.restarts()
      }
    }
    const told = (await scene.posted()).flatMap(({ place: key, notice }) =>
      [...JSON.stringify(notice.parts).matchAll(/event \d+!/g)].map(
        ([event]) => `${key.split(';')[0]}: ${event}`,
      ),
    )
    return { expected: expected.sort(), told: told.sort() }
  } finally {
    await scene.end()
    removeTempDir(dir)
  }
}

it.each([7, 8, 9, 10])('each event reaches each watcher exactly once, and nobody else: %i', async (seed) => {
  let reached = 0
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 60 }), async (deeds) => {
      const { expected, told } = await live(deeds)
      reached += told.length
      expect(told).toEqual(expected)
    }),
    { numRuns: 10, seed },
  )
  expect(reached).toBeGreaterThan(75)
})
