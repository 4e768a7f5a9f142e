/** What those who watch are told of requests, assignments and hosts, as the bot does its work. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Address } from '../../../src/core/ports/address'
import { decide } from '../../../src/work/commands/decide'
import { respond } from '../../../src/work/commands/respond'
import { runRequest } from '../../../src/work/operation/run'
import { expire } from '../../../src/work/loops/watch'
import { useTempDirs } from '../../fakes/temp'
import { assign, decided, stored } from '../operations/bot'
import {
  ADMIN,
  APPROVER,
  ASKED_IN,
  DIRECT,
  REQUESTER,
  slackChannel,
  startScene,
  wordsOf,
  type Scene,
} from './scene'

const OPS = slackChannel('C7')
const CHANGES = slackChannel('C8')
const tempDir = useTempDirs()
let scene: Scene
beforeEach(async () => {
  scene = await startScene(tempDir(), () => ({ changesChannel: CHANGES }))
  await scene.says(ADMIN, 'watch all', OPS)
})
afterEach(() => scene.end())

/** Without the word that it watches. */
const news = async (where: Address = OPS): Promise<string[]> =>
  (await scene.told(where)).filter((summary) => !summary.includes('watches'))
const run = async (id: string): Promise<void> => {
  await runRequest(scene.context, await stored(scene.context.db, id), new AbortController().signal)
}
const words = async (where: Address = OPS): Promise<string> => {
  const here = (await scene.posted()).filter(
    ({ place }) => place === `slack ${(where as { channel: string }).channel}`,
  )
  return here.map(({ notice }) => wordsOf(notice)).join('\n')
}

describe('a request', () => {
  it('is told when it is raised, decided and carried out, in one thread: by whom, approved by whom, from where to where', async () => {
    const id = await scene.asks('hv01/gpu0', 'train-01')
    await scene.posted()
    await scene.passes(60)
    await decided(scene.context, id)
    await scene.posted()
    await scene.passes(60)
    await run(id)

    expect(await news()).toEqual([
      'R-1 Assign hv01/gpu0 to train-01: waiting for an approver',
      'R-1 Assign hv01/gpu0 to train-01: approved',
      'hv01/gpu0 now belongs to train-01',
    ])
    const [, first, ...replies] = (await scene.posted()).filter(({ place }) => place === 'slack C7')
    expect([first?.under, ...replies.map(({ under }) => under)]).toEqual([null, first?.ref, first?.ref])
    expect(await words()).toMatch(
      /Asked for by .*slack:T1\/U1[^]*Approved by .*U2[^]*the host.*train-01.*U1.*U2/,
    )
  })

  it('is one message where it all happens within moments', async () => {
    await scene.assigns('hv01/gpu0', 'train-01')

    expect(await news()).toEqual([
      'R-1 Assign hv01/gpu0 to train-01: waiting for an approver · R-1 Assign hv01/gpu0 to train-01: approved · hv01/gpu0 now belongs to train-01',
    ])
  })

  it('is not told beside its card, nor where changes are announced', async () => {
    await scene.says(ADMIN, 'watch all', ASKED_IN)
    await scene.says(ADMIN, 'watch all', CHANGES)
    await scene.assigns('hv01/gpu0', 'train-01')

    expect(await news(ASKED_IN)).toEqual([
      'R-1 Assign hv01/gpu0 to train-01: done',
      'R-1 was approved: Assign hv01/gpu0 to train-01',
      'R-1 is done: Assign hv01/gpu0 to train-01',
    ])
    expect((await news(CHANGES)).filter((each) => each.includes('now belongs'))).toHaveLength(1)
  })

  it('asked for in a direct message of Slack has its card there, and is not told beside it', async () => {
    const caller = { account: REQUESTER, name: 'Maya', channel: DIRECT, back: DIRECT }
    await scene.says(REQUESTER, 'watch all', DIRECT)
    await scene.says(APPROVER, 'watch all', slackChannel('D8'))
    const asking = await respond(scene.context, assign('hv01/gpu0', 'train-01'), caller)
    await scene.context.db.transaction().execute(asking)
    await decided(scene.context, 'R-1')
    const at = async (place: string): Promise<string> => (await scene.told(place)).join()

    expect([await at('slack D9'), await at('slack U1')]).toEqual([
      expect.stringMatching(/^R-1 .*approved/),
      '',
    ])
    expect(await at('slack U2')).toMatch(/waiting.*approved/)
  })

  it.each([
    { verdict: 'deny' as const, says: 'denied', by: APPROVER },
    { verdict: 'cancel' as const, says: 'cancelled', by: ADMIN },
  ])('is told when it is $says, by whom and why', async ({ verdict, says, by }) => {
    const requestId = await scene.asks('hv01/gpu0', 'train-01')
    await scene.context.db
      .transaction()
      .execute(decide(scene.context, { verdict, requestId, by, reason: 'patch day <!here> *now*' }))

    expect(await news()).toEqual([expect.stringMatching(new RegExp(`: ${says}$`))])
    expect(await words()).toContain(`{"person":"${by}"},": patch day <!here> *now*"`)
  })

  it('is told when nobody decided it', async () => {
    await scene.asks('hv01/gpu0', 'train-01')
    await scene.passes(31 * 60)
    await expire(scene.context)
    await expire(scene.context)

    expect(await news()).toEqual([
      expect.stringMatching(/waiting/),
      'R-1 Assign hv01/gpu0 to train-01: expired without a decision',
    ])
  })

  it('is told when a fact changed under it, and which', async () => {
    const id = await scene.asks('hv01/gpu0', 'train-01')
    await decided(scene.context, id)
    const { hosts } = scene.context
    const host = [...hosts.values()][0]!
    const facts = await host.inventory()
    host.inventory = () =>
      Promise.resolve({
        ...facts,
        vms: facts.vms.map((vm) => ({ ...vm, settings: { ...vm.settings, lowMmioBytes: 2 ** 30 } })),
      })
    await run(id)

    expect((await news()).join()).toContain(': void')
  })

  it('is told when it failed and was undone, and when it needs a person, and what ended that', async () => {
    const id = await scene.asks('hv01/gpu0', 'train-01')
    await decided(scene.context, id)
    const host = [...scene.context.hosts.values()][0]!
    host.run = ({ step }) => Promise.resolve({ kind: 'refused', code: 'Busy', message: `no ${step.kind}` })
    await run(id)

    expect((await news()).join()).toContain(': failed and undone')
    expect(await words()).toContain('Everything is as it was before.')
  })

  it('that is about another host or GPU is not told to whoever watches one', async () => {
    const other = slackChannel('C9')
    await scene.says(ADMIN, 'watch hv02', other)
    await scene.says(ADMIN, 'watch hv01/gpu1', other)
    await scene.assigns('hv01/gpu0', 'train-01')

    expect(await news(other)).toEqual([])
  })
})

describe('a host', () => {
  const goes = async (times: readonly number[]): Promise<void> => {
    for (const seconds of times) await scene.passes(seconds)
  }

  it('that does not answer is told once it has lasted, once, whatever happens to the process; and that it is back', async () => {
    scene.dark.add('hv01')
    await goes([15, 15])
    expect(await news()).toEqual([])
    await goes([15])
    await scene.restarts()
    await goes([15, 15])
    expect(await news()).toEqual(['hv01 does not answer'])

    scene.dark.clear()
    await goes([60, 30])
    await scene.restarts()
    await goes([15])

    expect(await news()).toEqual(['hv01 does not answer', 'hv01 answers again'])
    expect(await words()).toMatch(/no route[^]*answers again, after 2 min/)
  })

  it('that misses a reading or two is not told', async () => {
    for (let times = 0; times < 10; times++) {
      scene.dark.add('hv01')
      await goes([15])
      scene.dark.clear()
      await goes([15])
    }

    expect(await news()).toEqual([])
  })

  it('that comes and goes is told ever less often', async () => {
    const perHour: number[] = []
    for (let hour = 0; hour < 3; hour++) {
      const before = (await news()).length
      for (let half = 0; half < 12; half++) {
        if (half % 2 === 0) scene.dark.add('hv01')
        else scene.dark.clear()
        await goes([60, 60, 60, 60, 60])
      }
      perHour.push((await news()).length - before)
    }

    expect(perHour[0]).toBeLessThanOrEqual(8)
    expect(perHour.slice(1)).toEqual([0, 0])
  })

  it('that was lost while the bot was away is told after the start', async () => {
    scene.dark.add('hv01')
    await scene.restarts()
    await goes([15, 15, 15])

    expect(await news()).toEqual(['hv01 does not answer'])
  })
})
