/** A GPU that somebody waits for: nobody goes past them, also in the moment before the queue is asked. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { jonas, LINE, linePolicy, maya, mayaInTeams, priya, startLine, type Line } from './line'

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const pending = async () => (await line.requests()).filter((each) => each.endsWith('pending'))

it.each([
  { waits: 'queue hv01/gpu0' },
  { waits: 'queue any A100' },
  { waits: 'queue any with 64GiB free to train-02' },
])('is not assigned past who waits for it before they are asked: $waits', async ({ waits }) => {
  await line.says(priya, waits)
  await line.says(priya, 'queue hv01/gpu1')

  const answer = await line.says(maya, 'assign hv01/gpu0 to train-01')

  expect(answer).toContain('hv01/gpu0 goes to the next in the queue first (priya, Q-1)\n')
  expect(answer).toContain('queue hv01/gpu0 puts you in the line for it.')
  expect(await line.says(maya, 'assign hv01/gpu0 to train-01 --dry-run')).toContain('priya, Q-1')
  expect(await pending()).toEqual([])
  await line.goesOn()
  expect(await line.stateOf('Q-1')).toBe('offered')
})

it('is not assigned past them in quiet hours either, in which nobody is asked', async () => {
  line.policyBecomes(linePolicy({ quietHours: [{ name: 'days', from: '08:00', until: '20:00' }] }))
  await line.says(priya, 'queue hv01/gpu0')
  await line.goesOn()

  expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain('priya, Q-1')
})

it('is for anybody where those who wait want another one, or may not have it', async () => {
  await line.says(priya, 'queue any A40')
  await line.says(priya, 'queue hv01/gpu0')
  line.policyBecomes(linePolicy({ roles: { ...LINE.roles, speech: [] } }))

  expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toBe('')
  expect(await pending()).toEqual(['assign hv01/gpu0 pending'])
})

it('is taken by the one whose turn it is when they ask for it by its name, from whichever chat', async () => {
  await line.says(maya, 'queue any A100')
  await line.passes(1)
  await line.says(priya, 'queue any A100')

  expect(await line.says(mayaInTeams, 'assign hv01/gpu0 to train-01')).toBe('')

  expect(await pending()).toEqual(['assign hv01/gpu0 pending'])
  expect(await line.stateOf('Q-1')).toBe('accepted')
  expect(await line.told(maya)).toEqual(['You took hv01/gpu0: R-1 asks for it.'])
  expect(await line.stateOf('Q-2')).toBe('waiting')
})

it('is taken in the same way when it is on offer already', async () => {
  await line.says(maya, 'queue hv01/gpu0 to train-02')
  await line.goesOn()

  expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toBe('')

  expect(await line.told(maya)).toEqual(['You took hv01/gpu0: R-1 asks for it.'])
  expect(await line.stateOf('Q-1')).toBe('accepted')
})

it('keeps the place of whoever only looks at the plan, or may not have it as they ask for it', async () => {
  await line.says(maya, 'queue hv01/gpu0')

  await line.says(maya, 'assign hv01/gpu0 to train-01 --dry-run')
  await line.says(maya, 'assign hv01/gpu0 to train-02')

  expect(await line.stateOf('Q-1')).toBe('waiting')
})

it('is not kept by who cancels and asks again: then it is the turn of those who waited', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  await line.says(priya, 'queue hv01/gpu0')
  await line.goesOn()
  expect(await line.stateOf('Q-1')).toBe('waiting')

  await line.says(maya, 'cancel R-1')
  expect(await line.says(maya, 'again R-1')).toContain('goes to the next in the queue first (priya, Q-1)')
  await line.goesOn()

  expect(await line.stateOf('Q-1')).toBe('offered')
})

it('is not lost to whom it was taken from on the host: what is put back goes before those who wait', async () => {
  await line.says(maya, 'assign hv01/gpu0 to train-01')
  await line.says(jonas, 'approve R-1')
  await line.goesOn()
  await line.says(priya, 'queue hv01/gpu0')
  const { instanceId, locationPath } = line.world.facts('hv01').gpus.find(({ slot }) => slot === 'gpu0')!
  const [vm] = line.world.facts('hv01').vms.filter(({ name }) => name === 'train-01')
  line.world.act('hv01', {
    kind: 'detachDevice',
    gpu: { alias: 'hv01/gpu0', instanceId, locationPath },
    vm: { id: vm!.id, name: 'train-01' },
  })

  expect(await line.says(priya, 'assign hv01/gpu0 to train-01 --restore R-1')).not.toContain(
    'next in the queue',
  )
})

describe('a request that keeps a GPU from somebody who waits', () => {
  beforeEach(async () => {
    await line.end()
    line = await startLine(linePolicy(), { requestExpiresMs: 24 * HOUR })
  })

  it('expires sooner: it has as long as an offer has, and whoever asked is told so once', async () => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.passes(HOUR)
    await line.goesOn()
    expect(await line.told(maya)).toEqual([])
    await line.says(priya, 'queue hv01/gpu0')

    await line.goesOn()
    await line.goesOn()

    expect(await line.told(maya)).toEqual([
      'Somebody waits for hv01/gpu0 (Q-1), so R-1 now expires at 2026-01-05 10:30 (UTC) if nobody decides it.',
    ])
    expect(await line.says(jonas, 'show R-1')).toContain('expires 2026-01-05 10:30')
    expect(await line.says(jonas, 'history R-1')).toContain('somebody waits for it, so it expires sooner')
    await line.passes(30 * MINUTE)
    await line.goesOn()
    expect(await line.requests()).toEqual(['assign hv01/gpu0 expired'])
    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('has its time in which a change could begin: a night does not count', async () => {
    line.policyBecomes(linePolicy({ quietHours: [{ name: 'days', from: '09:10', until: '20:00' }] }))
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(priya, 'queue hv01/gpu0')

    await line.goesOn()

    expect(await line.told(maya)).toEqual([expect.stringContaining('expires at 2026-01-05 20:20')])
  })

  it.each([
    { says: 'of the one who waits for it themselves', who: maya, waits: 'queue hv01/gpu0' },
    { says: 'where they wait for another one', who: priya, waits: 'queue any A40' },
    { says: 'where they are offered another one', who: priya, waits: 'queue any A100' },
  ])('keeps its time $says', async ({ who, waits }) => {
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(who, waits)

    await line.goesOn()
    await line.passes(2 * HOUR)
    await line.goesOn()

    expect(await pending()).toEqual(['assign hv01/gpu0 pending'])
  })

  it('keeps its time while a quota keeps the GPU from the one who waits, and no longer', async () => {
    await line.says(priya, 'queue hv01/gpu0')
    await line.says(priya, 'assign hv01/gpu1 to train-02 --shutdown')
    line.policyBecomes(linePolicy({ leases: { person: { gpus: 1 } } }))
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.goesOn()
    expect(await line.told(maya)).toEqual([])

    await line.says(priya, 'cancel R-1')
    await line.goesOn()

    expect(await line.told(maya)).toEqual([expect.stringContaining('Somebody waits for hv01/gpu0')])
  })

  it('keeps its time where its person has waited too', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0')
    await line.goesOn()
    await line.presses(maya, 'Take it')

    await line.goesOn()
    await line.passes(2 * HOUR)
    await line.goesOn()

    expect(await pending()).toEqual(['assign hv01/gpu0 pending'])
  })
})
