/** Samples of nvidia-smi in VMs: what they keep, how they look, and what is told of failing, hot and erring GPUs. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostName } from '../../../src/core/inventory/inventory'
import type { SmiAnswer } from '../../../src/core/ports/host'
import { saveFacts } from '../../../src/store/fleet'
import { forgetOldSamples, samplesOf } from '../../../src/store/samples'
import type { Context } from '../../../src/work/context/context'
import { sample } from '../../../src/work/loops/sample'
import { useTempDirs } from '../../fakes/temp'
import { ADMIN, DIRECT, REQUESTER, slackChannel, startScene, type Scene } from './scene'

const OPS = slackChannel('C7')
const ELSEWHERE = slackChannel('C8')
const RUNNING = new AbortController().signal
const tempDir = useTempDirs()
let scene: Scene
/** What the one VM with a GPU answers, in place of what it would. */
let answers: (true_: SmiAnswer) => SmiAnswer
let asked: string[]
let together: { now: number; most: number }

const listening = (context: Context): Partial<Context> => ({
  health: { everyMs: 60_000, hotCelsius: 85 },
  hosts: new Map(
    [...context.hosts].map(([name, host]) => [
      name,
      {
        name,
        inventory: () => host.inventory(),
        run: (order) => host.run(order),
        adopt: (adoption) => host.adopt(adoption),
        forget: (gpu) => host.forget(gpu),
        smi: async (target) => {
          asked.push(target.kind === 'guest' ? target.vm : 'host')
          together.most = Math.max(together.most, ++together.now)
          await new Promise((resolve) => setImmediate(resolve))
          together.now--
          const answer = await host.smi(target)
          return name === 'hv01' ? answers(answer) : answer
        },
      },
    ]),
  ),
})

beforeEach(async () => {
  answers = (answer) => answer
  asked = []
  together = { now: 0, most: 0 }
  scene = await startScene(tempDir(), listening)
  await scene.says(ADMIN, 'watch hv01/gpu2', OPS)
  await scene.says(ADMIN, 'watch hv01/gpu0', ELSEWHERE)
})
afterEach(() => scene.end())

const passes = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) {
    await scene.clock.sleep(60_000)
    await sample(scene.context, RUNNING)
  }
}
const news = async (): Promise<string[]> =>
  (await scene.told(OPS)).filter((each) => !each.includes('now watches'))
const lost: SmiAnswer = { kind: 'ran', exitCode: 15, stdout: 'the GPU is lost', problemCode: null }
const figures =
  (change: { celsius?: number; errors?: number | string; load?: string }) =>
  (answer: SmiAnswer): SmiAnswer => {
    if (answer.kind !== 'ran') throw new Error('it did not run')
    const [head = '', ...rows] = answer.stdout.trim().split('\n')
    const columns = head.split(', ').map((each) => each.split(' ')[0])
    const changed = rows.map((row) =>
      row
        .split(', ')
        .map((cell, index) => {
          if (columns[index] === 'temperature.gpu') return change.celsius ?? cell
          if (columns[index] === 'utilization.gpu') return change.load ?? cell
          return columns[index] === 'ecc.errors.uncorrected.volatile.total' ? (change.errors ?? cell) : cell
        })
        .join(', '),
    )
    return { ...answer, stdout: [head, ...changed].join('\n') }
  }

describe('sampling', () => {
  it('asks VMs that run and have a GPU of NVIDIA, each once, two at a time, and keeps figures for three days', async () => {
    await passes(2)

    const facts = await Promise.all([...scene.context.hosts.values()].map((host) => host.inventory()))
    const having = facts.flatMap(({ vms }) =>
      vms
        .filter((vm) => vm.state === 'Running' && vm.assigned.length + vm.partitions.length > 0)
        .map(({ id }) => id as string),
    )
    expect([...asked].sort()).toEqual([...having, ...having].sort())
    expect(together.most).toBe(2)
    const vm = facts[0]!.vms.find(({ name }) => name === 'render-01')!.id
    const kept = async () => [...(await samplesOf(scene.context.db, { host: 'hv01', vm, since: 0 })).values()]
    expect(await kept()).toEqual([
      [60_000, 120_000].map((ms) => ({
        at: Date.UTC(2026, 0, 5, 9) + ms,
        processes: null,
        memoryUsedBytes: expect.any(Number),
        utilizationPercent: expect.any(Number),
      })),
    ])
    await scene.context.db
      .transaction()
      .execute((tx) => forgetOldSamples(tx, scene.clock.now() + 3 * 86_400_000))
    expect((await kept())[0]).toHaveLength(1)
  })

  it('asks no more VMs once it is stopped', async () => {
    const stopping = new AbortController()
    answers = (answer) => {
      stopping.abort()
      return answer
    }
    await sample(scene.context, stopping.signal)
    const before = asked.length
    await sample(scene.context, stopping.signal)

    expect([before > 0, asked.length]).toEqual([true, before])
  })

  it('leaves alone hosts that do not answer', async () => {
    for (const host of scene.context.hosts.keys()) scene.dark.add(host)
    await scene.passes(15)
    await passes(1)

    expect(asked).toEqual([])
  })

  it('a guest that cannot be asked is no news', async () => {
    answers = () => ({ kind: 'not-run', why: 'no route' })
    await passes(5)

    expect(await news()).toEqual([])
  })
})

describe('a digest', () => {
  const digest = async (): Promise<string> => {
    await scene.assigns('hv01/gpu0', 'train-01')
    return scene.says(REQUESTER, 'watch digest', DIRECT)
  }

  it('says since when a GPU that is held computes nothing', async () => {
    const began = scene.clock.now() + 60_000
    answers = figures({ load: '0 %' })
    await passes(180)

    expect(await digest()).toContain(`" render-01",", computes nothing since ",{"time":${began}}`)
  })

  it.each([
    { name: 'of one that computes', load: '40 %', minutes: 180 },
    { name: 'of one whose load is not known', load: '[N/A]', minutes: 180 },
    { name: 'before two hours are over', load: '0 %', minutes: 119 },
  ])('says nothing of it $name', async ({ load, minutes }) => {
    answers = figures({ load })
    await passes(minutes)

    const said = await digest()
    expect(said).toContain('render-01')
    expect(said).not.toContain('computes nothing')
  })
})

describe('a GPU', () => {
  it('that is lost is told once to whoever watches it, also over a restart, and that it works again', async () => {
    answers = () => lost
    await passes(1)
    expect(await news()).toEqual([])
    await passes(1)
    await scene.restarts()
    await passes(2)
    expect(await news()).toEqual(['hv01/gpu2 in render-01: the GPU is lost: it has fallen off the bus'])
    expect(await scene.says(REQUESTER, 'watch digest', DIRECT)).toMatch(
      /1 to look at.*"Look at".*render-01.*the GPU is lost/s,
    )

    answers = (answer) => answer
    await passes(2)

    expect((await news()).slice(1)).toEqual(['hv01/gpu2 in render-01 works again'])
    expect((await scene.told(ELSEWHERE)).slice(1)).toEqual([])
    expect(await scene.says(REQUESTER, 'watch digest', DIRECT)).toMatch(/^Nothing new/)
  })

  it('that is hot is told, and that it is cooler only some degrees below', async () => {
    for (const celsius of [84, 85, 86, 84, 83, 81, 86]) {
      answers = figures({ celsius })
      await passes(2)
    }
    expect(await news()).toEqual(['hv01/gpu2 in render-01: 85 °C'])
    answers = figures({ celsius: 80 })
    await passes(2)

    expect((await news()).slice(1)).toEqual(['hv01/gpu2 in render-01: 80 °C again'])
  })

  it('of a VM that does not run any more is nothing to look at, where it is the driver that fails', async () => {
    answers = () => ({ kind: 'ran', exitCode: 9, stdout: '', problemCode: null })
    await passes(2)
    expect(await scene.says(REQUESTER, 'watch digest', DIRECT)).toContain('no NVIDIA driver runs there')
    const facts = await scene.context.hosts.get(hostName.parse('hv01'))!.inventory()
    const vms = facts.vms.map((vm) => ({ ...vm, state: 'Off' as const }))
    await saveFacts(scene.context.db, { ...facts, vms }, scene.clock.now())

    expect(await scene.says(REQUESTER, 'watch digest', DIRECT)).toMatch(/^Nothing new/)
  })

  it('is never told to be hot where no limit is set', async () => {
    answers = figures({ celsius: 110 })
    const context = { ...scene.context, health: { everyMs: 1, hotCelsius: null } }
    for (let times = 0; times < 3; times++) {
      await scene.clock.sleep(60_000)
      await sample(context, RUNNING)
    }

    expect(await news()).toEqual([])
  })

  it('whose memory has errors that were not corrected is told at once, then once an hour at most, and anew after the driver was', async () => {
    const after: number[] = []
    for (const errors of ['0', '[N/A]', 1, 2, 3, 3]) {
      answers = figures({ errors })
      await passes(1)
      after.push((await news()).length)
    }
    expect(after).toEqual([0, 0, 1, 1, 1, 1])
    await passes(60)
    expect(await news()).toHaveLength(2)
    for (const errors of [0, 1]) {
      answers = figures({ errors })
      await passes(61)
    }

    const texts = (await scene.posted()).map(({ notice }) => JSON.stringify(notice.parts))
    expect(texts.flatMap((text) => /\d+ errors? of its memory/.exec(text)?.[0] ?? [])).toEqual([
      '1 error of its memory',
      '3 errors of its memory',
      '1 error of its memory',
    ])
  })
})
