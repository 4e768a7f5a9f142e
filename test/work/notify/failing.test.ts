/** A card that fails by what nvidia-smi says in its VM is lent to nobody, until it works or somebody says so. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { HostFacts } from '../../../src/core/inventory/inventory'
import type { SmiAnswer } from '../../../src/core/ports/host'
import { refreshHost } from '../../../src/work/readings/reading'
import { sample } from '../../../src/work/loops/sample'
import type { Context } from '../../../src/work/context/context'
import { CHANNEL } from '../operations/bot'
import { useTempDirs } from '../../fakes/temp'
import { ADMIN, DIRECT, REQUESTER, slackChannel, startScene, type Scene } from './scene'

const OPS = slackChannel('C7')
const tempDir = useTempDirs()
let scene: Scene
let answers: (real: SmiAnswer) => SmiAnswer
let shows: (real: HostFacts) => HostFacts

const listening = (context: Context): Partial<Context> => ({
  health: { everyMs: 60_000, hotCelsius: null },
  requestsChannels: [CHANNEL],
  hosts: new Map(
    [...context.hosts].map(([name, host]) => [
      name,
      {
        name,
        inventory: async () => shows(await host.inventory()),
        run: (order) => host.run(order),
        adopt: (adoption) => host.adopt(adoption),
        forget: (gpu) => host.forget(gpu),
        smi: async (target) => (name === 'hv01' ? answers(await host.smi(target)) : host.smi(target)),
      },
    ]),
  ),
})

beforeEach(async () => {
  answers = (answer) => answer
  shows = (facts) => facts
  scene = await startScene(tempDir(), listening)
  await scene.says(ADMIN, 'watch hv01/gpu2', OPS)
})
afterEach(() => scene.end())

const said = (exitCode: number, stdout: string): SmiAnswer => ({
  kind: 'ran',
  exitCode,
  stdout,
  problemCode: null,
})
const lost = said(15, 'the GPU is lost')
const passes = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) {
    await scene.clock.sleep(60_000)
    await sample(scene.context, new AbortController().signal)
  }
}
const gpu2 = (): Promise<string> => scene.says(REQUESTER, 'show hv01/gpu2', DIRECT)

describe('a card that fails by its guest', () => {
  it('is in quarantine at once, and the administrators are told once, as those who watch are', async () => {
    answers = () => lost
    await passes(1)
    expect(await gpu2()).toMatch(/in quarantine: the GPU is lost: it has fallen off the bus/)

    await passes(4)

    const told = async (place: Parameters<Scene['told']>[0]) =>
      (await scene.told(place)).filter((each) => each.includes('the GPU is lost'))
    expect(await told(OPS)).toEqual(['hv01/gpu2 in render-01: the GPU is lost: it has fallen off the bus'])
    expect(await told(CHANNEL)).toHaveLength(1)
    expect(await scene.says(REQUESTER, 'watch digest', DIRECT)).toContain('1 in quarantine, 1 to look at')
  })

  it('is told to whoever holds it, once, with what that means', async () => {
    await scene.assigns('hv01/gpu0', 'train-01')
    answers = () => lost
    await passes(5)

    const told = (await scene.posted())
      .map(({ notice }) => JSON.stringify(notice.parts))
      .filter((each) => each.includes('Your lease of'))
    expect(told).toEqual([
      expect.stringMatching(
        /hv01\/gpu0.* in train-01 \(R-1\): the GPU is lost.*you keep it and may give it back/,
      ),
    ])
  })

  it('is well again once nvidia-smi shows it in order', async () => {
    answers = () => lost
    await passes(2)
    answers = (answer) => answer
    await passes(1)

    expect(await gpu2()).not.toContain('quarantine')
  })

  it('stays so when its VM has given it back, until an administrator says otherwise', async () => {
    answers = () => lost
    await passes(2)
    shows = (facts) => ({
      ...facts,
      vms: facts.vms.map((vm) => ({ ...vm, assigned: [], devices: [] })),
      gpus: facts.gpus.map((gpu) => ({ ...gpu, problemCode: 0 })),
    })
    for (const host of scene.context.hosts.values()) await refreshHost(scene.context, host)
    expect(await gpu2()).toContain('in quarantine: the GPU is lost')

    await scene.says(ADMIN, 'resume hv01/gpu2', OPS)

    expect(await gpu2()).not.toContain('quarantine')
  })

  it.each([
    ['no driver', said(9, '')],
    ['no nvidia-smi', said(127, '')],
    ['Code 43 in the guest', { ...said(0, ''), problemCode: 43 } as SmiAnswer],
  ])('is not one whose guest has %s', async (_what, answer) => {
    answers = () => answer
    await passes(2)

    expect(await gpu2()).not.toContain('quarantine')
  })
})
