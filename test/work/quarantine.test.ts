/** A GPU that is not fit is lent to nobody: paused by hand, reported by its host, or pulled. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { GpuFacts, HostFacts } from '../../src/core/inventory/inventory'
import { jonas, linePolicy, maya, priya, startLine, type Line } from './line'
import { CHANNEL } from './operations/bot'

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

/** Of hv01, from the next reading on. */
const gpuBecomes = (slot: string, change: Partial<GpuFacts>): void =>
  line.hostSays((facts: HostFacts) =>
    facts.name === 'hv01'
      ? { ...facts, gpus: facts.gpus.map((gpu) => (gpu.slot === slot ? { ...gpu, ...change } : gpu)) }
      : facts,
  )
const isPulled = (slot: string): void => gpuBecomes(slot, { problemCode: null })
const isWell = (): void => line.hostSays((facts) => facts)

/** One way each to be unfit, what people read of it, and what ends it. */
const WAYS = [
  {
    way: 'paused by hand',
    falls: () => line.says(priya, 'pause hv01/gpu0 because its fan is broken'),
    mends: () => line.says(priya, 'resume hv01/gpu0'),
    brief: 'in quarantine: its fan is broken',
    words: 'hv01/gpu0 is in quarantine: an administrator paused it (its fan is broken)',
    cure: 'An administrator ends it with resume hv01/gpu0.',
  },
  {
    way: 'reported by its host',
    falls: async () => {
      gpuBecomes('gpu0', { problemCode: 43 })
      await line.goesOn()
    },
    mends: () => {
      isWell()
      return Promise.resolve('')
    },
    brief: 'in quarantine: problem code 43',
    words: 'hv01/gpu0 is in quarantine: hv01 reports problem code 43 of it (its driver stopped it)',
    cure: 'It ends once hv01 reports the GPU in order',
  },
]

describe.each(WAYS)('a GPU that is $way', ({ falls, mends, brief, words, cure }) => {
  it('is not free, and is shown with its reason', async () => {
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu0')

    await falls()

    expect(await line.says(maya, 'list --free')).not.toContain('hv01/gpu0')
    expect(await line.says(maya, 'list')).toContain(`hv01/gpu0 | NVIDIA A100 80GB PCIe | ${brief}`)
    expect(await line.says(maya, 'show hv01')).toContain(brief)
    const sheet = await line.says(maya, 'show hv01/gpu0')
    expect(sheet).toContain(`Where: ${brief}`)
    expect(sheet).toContain(cure)
    const checked = await line.says(maya, 'check hv01/gpu0 for train-01')
    expect(checked).toContain('Not possible: 1 check against it')
    expect(checked).toContain(`✗ Quarantine: ${words}`)
  })

  it('is refused with the reason and what to do', async () => {
    await falls()

    const refused = await line.says(maya, 'assign hv01/gpu0 to train-01')

    expect(refused).toContain(words)
    expect(refused).toContain('Choose another GPU (list --free).')
    expect(refused).toContain(cure)
    expect(await line.requests()).toEqual([])
  })

  it('is in the digest, and counted', async () => {
    expect(await line.says(maya, 'watch digest')).toContain('4 of 6 GPUs free, 1 to look at')

    await falls()

    const digest = await line.says(maya, 'watch digest')
    expect(digest).toContain('3 of 6 GPUs free, 1 in quarantine, 2 to look at')
    expect(digest).toContain(`hv01/gpu0 ${brief}`)
  })

  it('is named by `why`, of a command and of a request', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    expect(await line.says(maya, 'why R-1')).not.toContain('quarantine')

    await falls()

    expect(await line.says(maya, 'why R-1')).toContain(words)
    expect(await line.says(maya, 'why "assign hv01/gpu0 to train-01"')).toContain(words)
    expect(await line.says(maya, 'why "assign hv01/gpu1 to train-01"')).not.toContain('quarantine')
  })

  it('is not offered, counts for no estimate, and is offered once it is well', async () => {
    await falls()
    expect(await line.says(maya, 'queue hv01/gpu0 to train-01')).toMatch(
      new RegExp(`Start: not known\\nIn the way: hv01/gpu0: it is ${brief}`),
    )
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('waiting')

    await mends()
    await line.goesOn()
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('that was on offer is taken back with the reason, and the place is kept', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('offered')

    await falls()
    await line.goesOn()

    expect((await line.told(maya)).at(-1)).toBe(
      `What was on offer to you is taken back: it is ${brief}. You keep your place (Q-1).`,
    )
    expect(await line.says(maya, 'take Q-1')).toContain('othing is offered to you yet')
  })

  it('is passed over for one that is well, where any of the model will do', async () => {
    await falls()
    await line.says(maya, 'queue any A100 to train-01')

    await line.goesOn()

    expect((await line.told(maya)).at(-1)).toContain('hv01/gpu1 is on offer to you')
  })

  it('voids a request that was approved and has not begun, with the reason', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await falls()

    await line.goesOn()

    expect(await line.says(maya, 'show R-1')).toMatch(/R-1 · void[^]*is in quarantine/)
    expect(line.world.facts('hv01').gpus.find(({ slot }) => slot === 'gpu0')?.problemCode).toBe(0)
  })
})

describe('whoever has it', () => {
  const mayaHolds = async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
  }

  it('is told of a pause, once, keeps it, and may give it back', async () => {
    await mayaHolds()

    await line.says(priya, 'pause hv01/gpu0 because its fan is broken')

    expect(await line.told(maya)).toEqual([
      `Your lease of hv01/gpu0 in train-01 (R-1): it was paused, by @${priya}: its fan is broken.\nIt is in quarantine: you keep it and may give it back, and nobody else is given it.`,
    ])
    expect(await line.says(priya, 'pause hv01/gpu0')).toBe('hv01/gpu0 was paused already.')
    expect(await line.says(maya, 'list')).toContain('train-01 (Running), in quarantine: its fan is broken')
    await line.says(maya, 'release hv01/gpu0 --shutdown')
    await line.goesOn()
    expect(await line.requests()).toContain('release hv01/gpu0 succeeded')
    expect(await line.says(maya, 'list')).toContain(
      'hv01/gpu0 | NVIDIA A100 80GB PCIe | in quarantine: its fan is broken',
    )
  })

  it('cannot have it moved to another VM', async () => {
    await mayaHolds()
    await line.says(priya, 'pause hv01/gpu0')

    const refused = await line.says(maya, 'move hv01/gpu0 to train-02 --shutdown')

    expect(refused).toContain('hv01/gpu0 is in quarantine: an administrator paused it')
  })

  it('is not told of what they did themselves', async () => {
    await line.says(priya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()

    await line.says(priya, 'pause hv01/gpu0')

    expect(await line.told(priya)).toEqual([])
  })
})

describe('a pause of one GPU', () => {
  it('is for administrators, and for a GPU that there is', async () => {
    expect(await line.says(priya, 'pause hv01/gpu9')).toContain('There is no GPU hv01/gpu9')
    expect(await line.says(priya, 'pause hv01/gpu0 --now')).toContain('Say pause hv01 --now')
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu0')
  })

  it('goes on when the bot is started anew, and when all hosts are resumed', async () => {
    await line.says(priya, 'pause hv01/gpu0 because its fan is broken')
    await line.says(priya, 'pause all')
    await line.restarts()

    await line.says(priya, 'resume all')

    expect(await line.says(maya, 'list')).toContain('in quarantine: its fan is broken')
    expect(await line.says(maya, 'assign hv01/gpu1 to train-01')).toBe('')
  })

  it('takes another reason, and keeps the one it has when none is said', async () => {
    await line.says(priya, 'pause hv01/gpu0 because its fan is broken')
    await line.says(priya, 'pause hv01/gpu0 because it is too hot')
    expect(await line.says(maya, 'list')).toContain('in quarantine: it is too hot')

    expect(await line.says(priya, 'pause hv01/gpu0')).toBe('hv01/gpu0 was paused already.')
    expect(await line.says(maya, 'list')).toContain('in quarantine: it is too hot')
  })

  it('ends by `resume` alone, which says what its host reports all the same', async () => {
    await line.says(priya, 'pause hv01/gpu0')
    gpuBecomes('gpu0', { problemCode: 43 })
    await line.goesOn()
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain(
      'an administrator paused it; hv01 reports problem code 43 of it',
    )

    await line.says(priya, 'resume hv01/gpu0')

    const again = await line.says(priya, 'resume hv01/gpu0')
    expect(again).toContain('hv01/gpu0: nothing was paused. hv01/gpu0 is in quarantine: hv01 reports')
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).not.toContain('an administrator paused it')
  })

  it('can be ended when the fleet has the GPU no more', async () => {
    await line.says(priya, 'pause hv01/gpu0')
    line.hostSays((facts) => ({ ...facts, gpus: facts.gpus.filter(({ slot }) => slot !== 'gpu0') }))
    await line.goesOn()

    await line.says(priya, 'resume HV01/GPU0')

    isWell()
    await line.goesOn()
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu0')
  })

  it('says nothing that a person typed as markup or command', async () => {
    await line.says(priya, 'pause hv01/gpu0 because `resume all` <!channel>')

    expect(await line.says(maya, 'list')).toContain('in quarantine: ˋresume allˋ <!channel>')
  })
})

describe('what a host reports', () => {
  it.each([
    ['nothing', null, 'missing: the host shows no such device'],
    ['no driver', 28, 'free'],
    ['a driver that cannot be loaded', 31, 'free'],
    ['that it is disabled', 22, 'disabled on the host'],
    ['that it waits for a restart', 14, 'waits for a restart of the host: needs attention'],
    ['that it cannot start', 10, 'in quarantine: problem code 10'],
    ['a code that is new', 99, 'in quarantine: problem code 99'],
  ])('is taken for what it is: %s', async (_what, problemCode, where) => {
    gpuBecomes('gpu0', { problemCode })
    await line.goesOn()

    expect(await line.says(maya, 'list')).toContain(`hv01/gpu0 | NVIDIA A100 80GB PCIe | ${where}`)
  })

  it('of a GPU that a VM has is nothing against it: its node on the host is not present', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    gpuBecomes('gpu0', { problemCode: 45 })
    await line.goesOn()

    expect(await line.says(maya, 'list')).toContain('hv01/gpu0 | NVIDIA A100 80GB PCIe | train-01 (Running)')
    expect(await line.says(maya, 'list')).not.toContain('quarantine')
  })

  it('is no partition of a sick GPU for anybody', async () => {
    line.hostSays((facts) =>
      facts.name === 'hv02'
        ? { ...facts, gpus: facts.gpus.map((gpu) => ({ ...gpu, problemCode: 43 })) }
        : facts,
    )
    await line.goesOn()

    expect(await line.says(maya, 'assign hv02/gpu0 to vdi-02 --mode partition --shutdown')).toContain(
      'hv02/gpu0 is in quarantine: hv02 reports problem code 43',
    )
  })
})

describe('a GPU that is pulled', () => {
  it('keeps the place of whoever waits for it, and takes back the offer of it', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    isPulled('gpu0')
    await line.goesOn()
    await line.goesOn()

    expect((await line.told(maya)).at(-1)).toBe(
      'What was on offer to you is taken back: missing: the host shows no such device. You keep your place (Q-1).',
    )
    isWell()
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('is counted by the digest without being something to look at each day', async () => {
    isPulled('gpu0')
    await line.goesOn()

    expect(await line.says(maya, 'watch digest')).toContain('GPUs free, 1 missing')
  })
})

describe('a pause of a host', () => {
  it('keeps its reason, and shows it', async () => {
    await line.says(priya, 'pause hv01 because it is patched')
    await line.says(priya, 'pause hv01 --now')

    expect(await line.says(maya, 'show hv01')).toContain('resume hv01 (it is patched)')
    expect(await line.says(maya, 'list')).not.toContain('quarantine')
  })
})

describe('what a host reports of a GPU that somebody has', () => {
  const MINUTE = 60_000
  beforeEach(async () => {
    await line.end()
    line = await startLine(linePolicy(), {}, [CHANNEL])
  })
  const goesOnFor = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute++) {
      await line.passes(MINUTE)
      await line.goesOn()
    }
  }
  const about = (posts: readonly string[], words: string): string[] =>
    posts.filter((each) => each.includes(words))

  it('is told to the holder and to the administrators, once, when it has lasted', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    line.world.rebuild('hv01', { kind: 'pull card', slot: 'gpu0' })
    await line.goesOn()
    expect(about(await line.posted(), 'train-01 has it, and hv01 shows no such device')).toEqual([])

    await goesOnFor(5)

    const why = 'train-01 has it, and hv01 shows no such device'
    expect(about(await line.told(maya), why)).toEqual([
      `Your lease of hv01/gpu0 in train-01 (R-1): ${why}.\nIt is in quarantine: you keep it and may give it back, and nobody else is given it.`,
    ])
    expect(about(await line.posted(), `hv01/gpu0: ${why}`)).toEqual([
      `hv01/gpu0: ${why}\nIn quarantine: nobody else is given it. It ends once hv01 shows the GPU again: look whether the card is seated and powered.`,
    ])
  })

  it('is told as over, once', async () => {
    gpuBecomes('gpu0', { problemCode: 43 })
    await goesOnFor(2)
    isWell()
    await goesOnFor(5)

    expect(about(await line.posted(), 'hv01/gpu0: hv01 ')).toEqual([
      expect.stringContaining('hv01/gpu0: hv01 reports problem code 43 of it (its driver stopped it)'),
      'hv01/gpu0: hv01 shows it in order again',
    ])
  })

  it('is told as another fault where it became one', async () => {
    gpuBecomes('gpu0', { problemCode: 43 })
    await goesOnFor(2)
    gpuBecomes('gpu0', { problemCode: 10 })
    await goesOnFor(5)

    expect(about(await line.posted(), 'hv01/gpu0: hv01 reports').length).toBe(2)
  })

  it('is not told twice by the bot that was started anew', async () => {
    gpuBecomes('gpu0', { problemCode: 43 })
    await goesOnFor(2)
    await line.restarts()
    await goesOnFor(5)

    expect(about(await line.posted(), 'hv01/gpu0: hv01 reports')).toHaveLength(1)
  })

  it('is nothing to those who have a GPU that is well', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    gpuBecomes('gpu1', { problemCode: 43 })

    await goesOnFor(5)

    expect(about(await line.told(maya), 'quarantine')).toEqual([])
  })

  it('is told to who has a partition of a GPU that is gone, while others read it of the host', async () => {
    await line.says(maya, 'assign hv02/gpu0 to vdi-06 --mode partition')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    line.hostSays((facts) =>
      facts.name === 'hv02'
        ? { ...facts, gpus: facts.gpus.map((gpu) => ({ ...gpu, problemCode: null })) }
        : facts,
    )

    await goesOnFor(5)

    expect(about(await line.told(maya), 'hv02 shows no such device')).toEqual([
      expect.stringContaining('Your lease of hv02/gpu0 in vdi-06 (R-1): hv02 shows no such device'),
    ])
    expect(about(await line.posted(), 'hv02/gpu0: hv02 shows no such device')).toEqual([])
  })
})
