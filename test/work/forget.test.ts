/** `forget`: a GPU that its host shows no more is gone for good. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { jonas, linePolicy, maya, priya, startLine, type Line } from './line'

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

const pulled = async (slot = 'gpu1'): Promise<void> => {
  line.world.rebuild('hv01', { kind: 'pull card', slot })
  await line.goesOn()
}
const isBack = async (slot = 'gpu1'): Promise<void> => {
  line.world.rebuild('hv01', { kind: 'put card', slot })
  await line.goesOn()
}
const FORGOTTEN = 'hv01/gpu1 (NVIDIA A100 80GB PCIe) is forgotten: it is in no list any more'

describe('a GPU that is gone', () => {
  it('is offered to be forgotten by `reconcile`, by its sheet, and by what is told of the host', async () => {
    await pulled()

    expect(await line.says(priya, 'reconcile hv01')).toMatch(/hv01\/gpu1 is missing[^]*\[Forget hv01\/gpu1\]/)
    expect(await line.says(maya, 'show hv01/gpu1')).toContain('is forgotten by forget hv01/gpu1')
  })

  it('is in no list once it is forgotten, and everybody there reads by whom', async () => {
    await pulled()
    expect(await line.says(maya, 'list')).toContain('hv01/gpu1')

    expect(await line.says(priya, 'forget hv01/gpu1')).toBe('')

    expect((await line.posted()).at(-1)).toBe(
      `${FORGOTTEN}, and no other GPU gets its name. Should hv01 show it again, it is back. By @${priya}.`,
    )
    expect(await line.says(maya, 'list')).not.toContain('hv01/gpu1')
    expect(await line.says(maya, 'watch digest')).not.toContain('missing')
    expect(await line.says(priya, 'reconcile hv01')).toContain('each GPU is with its host or in a VM')
    expect(await line.says(maya, 'assign hv01/gpu1 to train-01')).toContain('There is no GPU hv01/gpu1')
    await line.restarts()
    expect(await line.says(maya, 'list')).not.toContain('hv01/gpu1')
  })

  it('is back by its name once its host shows it, and missing when it is gone again', async () => {
    await pulled()
    await line.says(priya, 'forget hv01/gpu1')

    await isBack()
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu1')

    await pulled()
    expect(await line.says(maya, 'list')).toContain('hv01/gpu1 | NVIDIA A100 80GB PCIe | missing')
  })

  it('ends the place of whoever waits for it by its name', async () => {
    await line.says(priya, 'pause hv01/gpu1')
    await line.says(maya, 'queue hv01/gpu1 to train-01')
    await pulled()
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('waiting')

    await line.says(priya, 'forget hv01/gpu1')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('dropped')
  })

  it('takes its pause along: a card that comes back is not paused for a fan of years ago', async () => {
    await line.says(priya, 'pause hv01/gpu1 because its fan is broken')
    await pulled()
    await line.says(priya, 'forget hv01/gpu1')

    await isBack()

    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu1')
  })

  it('is named with the rules of the policy that name it', async () => {
    line.policyBecomes(
      linePolicy({
        rules: [
          { name: 'last', ask: ['vision'], gpus: ['hv01/gpu1'], approve: { by: ['platform'] } },
          { name: 'all', ask: ['vision'], approve: { by: ['platform'] } },
        ],
      }),
    )
    await pulled()

    await line.says(priya, 'forget hv01/gpu1')

    expect((await line.posted()).at(-1)).toContain(
      'Look at the policy: the rule last names hv01/gpu1 under gpus, and there is none.',
    )
  })
})

describe('what is refused', () => {
  it('is a GPU that its host shows, read at this moment', async () => {
    await pulled()
    line.world.rebuild('hv01', { kind: 'put card', slot: 'gpu1' })

    expect(await line.says(priya, 'forget hv01/gpu1')).toContain(
      'hv01 shows hv01/gpu1, and only what is gone is forgotten',
    )
    expect(await line.says(maya, 'list --free')).toContain('hv01/gpu1')
  })

  it('is one of a host that does not answer', async () => {
    await pulled()
    line.world.setReachable('hv01', false)

    expect(await line.says(priya, 'forget hv01/gpu1')).toContain(
      'hv01 does not answer, so that it is not known whether hv01/gpu1 is gone',
    )
  })

  it('is one that a VM lists', async () => {
    await line.says(maya, 'assign hv01/gpu1 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
    await pulled()

    expect(await line.says(priya, 'forget hv01/gpu1')).toContain('train-01 on hv01 lists hv01/gpu1')
  })

  it('is one that an open request is about', async () => {
    await line.says(maya, 'assign hv01/gpu1 to train-01')
    await pulled()

    expect(await line.says(priya, 'forget hv01/gpu1')).toContain('R-1 is about hv01/gpu1 and is open')
  })

  it('is one of which VMs have partitions', async () => {
    line.world.rebuild('hv02', { kind: 'pull card', slot: 'gpu0' })
    await line.goesOn()

    expect(await line.says(priya, 'forget hv02/gpu0')).toMatch(/vdi-05 on hv02 lists hv02\/gpu0/)
  })

  it('is a name that no GPU has', async () => {
    expect(await line.says(priya, 'forget hv01/gpu9')).toContain('There is no GPU hv01/gpu9')
  })
})
