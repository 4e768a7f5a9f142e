/** Who waits for what they may not have now: the length that a lease may last, quotas, and how many one person may ask for. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { jonas, LINE, linePolicy, maya, mayaInTeams, priya, startLine, type Line } from './line'

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

const offersTo = async (account: string) =>
  (await line.told(account)).filter((text) => text.includes('is on offer to you'))

describe('the length of a lease', () => {
  const longest = linePolicy({ leases: { longest: '2h' } })

  it('is asked for where the policy has a longest one, in the words of the request for the same', async () => {
    line.policyBecomes(longest)

    const words =
      'The policy lets a lease last 2h at most, and it was asked for without an end.\n→ Ask for it for 2h, or for less.'
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain(words)
    expect(await line.says(maya, 'queue any A100 to train-01')).toContain(words)
    expect(await line.says(maya, 'queue any A100 to train-01 for 3h')).toContain('3h were asked for')
    expect(await line.says(maya, 'queue any A100 to train-01 for 2h')).toContain('Q-1: you wait for')
  })

  it('is asked for where the policy counts hours', async () => {
    line.policyBecomes(linePolicy({ leases: { team: { gpuHours: 10 } } }))

    expect(await line.says(maya, 'queue hv01/gpu0')).toContain(
      'The policy counts GPU-hours, and it was asked for without an end.\n→ Say for how long: add for 8h.',
    )
    expect(await line.says(maya, 'queue hv01/gpu0 for 8h')).toContain('Q-1: you wait for')
  })

  it('is asked for where the only rule that would fit has a longest one', async () => {
    const [giveBack, all] = LINE.rules
    line.policyBecomes(linePolicy({ rules: [giveBack, { ...all, longest: '4h' }] }))

    const words =
      'The rule all of the policy lets a lease last 4h at most, and it was asked for without an end.\n→ Ask for it for 4h, or for less.'
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain(words)
    expect(await line.says(maya, 'queue hv01/gpu0')).toContain(words)
    expect(await line.says(jonas, 'queue hv01/gpu0')).toContain('No rule of the policy fits')
  })

  it('is that of the queue when the button is pressed, and what the offer says', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01 for 8h')
    await line.goesOn()
    expect((await offersTo(maya))[0]).toContain('For: train-01\nLent: for 8h')

    await line.presses(maya, 'Take it')

    expect(await line.says(maya, 'show R-1')).toContain('for 8h')
  })

  it('is another one when the offer is taken for it, and no longer than is allowed', async () => {
    line.policyBecomes(longest)
    await line.says(maya, 'queue hv01/gpu0 to train-01 for 2h')
    await line.goesOn()

    expect(await line.says(maya, 'take Q-1 for 3h')).toContain('lets a lease last 2h at most')
    expect(await line.stateOf('Q-1')).toBe('offered')
    await line.says(maya, 'take Q-1 for 1h')

    expect(await line.says(maya, 'show R-1')).toContain('for 1h')
  })

  it('is the longest there is for whoever queued before there was one, and the offer says so', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.says(priya, 'queue hv01/gpu1 to train-01 for 1d')
    line.policyBecomes(longest)
    await line.goesOn()
    for (const who of [maya, priya]) expect((await offersTo(who))[0]).toContain('Lent: for 2h')

    await line.presses(maya, 'Take it')

    expect(await line.says(maya, 'show R-1')).toContain('for 2h')
  })
})

describe('a quota', () => {
  const one = linePolicy({ leases: { person: { gpus: 1 } } })
  const mayaHolds = async () => {
    await line.says(maya, 'assign hv01/gpu1 to train-01')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()
  }

  it('passes over whoever has as much as it lets them have: they keep the place, and the next one is asked', async () => {
    line.policyBecomes(one)
    await mayaHolds()
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0 to train-02')

    await line.goesOn()

    expect([await line.stateOf('Q-1'), await line.stateOf('Q-2')]).toEqual(['waiting', 'offered'])
    const why = 'passed over for now: they already hold 1 of 1 GPUs, and this asks for 1 more'
    expect(await line.says(jonas, 'queue')).toContain(`start not known · ${why} · hv01/gpu0: on offer until`)
    for (const asks of ['show Q-1', 'why Q-1', 'why q-1']) expect(await line.says(maya, asks)).toContain(why)

    await line.says(priya, 'leave Q-2')
    await line.says(maya, 'release hv01/gpu1 --shutdown')
    for (let n = 0; n < 3; n++) await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('is said to whoever joins, and lets them wait', async () => {
    line.policyBecomes(one)
    await mayaHolds()

    expect(await line.says(maya, 'queue hv01/gpu0')).toContain(
      'In the way: passed over for now: you already hold 1 of 1 GPUs, and this asks for 1 more',
    )
  })

  it('counts what is on offer: one person is offered no more than they may take', async () => {
    line.policyBecomes(one)
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.says(maya, 'queue hv01/gpu1 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue any A100 to train-02')

    await line.goesOn()

    expect(await offersTo(maya)).toHaveLength(1)
    expect(await offersTo(priya)).toHaveLength(1)
    expect(await line.says(jonas, 'show Q-2')).toContain(
      'they already hold or have asked for 1 of 1 GPUs, with Q-1 still open',
    )
  })

  it('that is full by now takes an offer back, with the place kept, and the next one is asked', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0 to train-02')
    await line.goesOn()
    line.policyBecomes(one)
    await mayaHolds()

    await line.goesOn()

    expect(await line.told(maya)).toContainEqual(
      'What was on offer to you is taken back: you already hold or have asked for 1 of 1 GPUs, with R-1 still open, and this asks for 1 more. You keep your place (Q-1).',
    )
    expect(await line.stateOf('Q-2')).toBe('offered')
  })

  it('of a team counts what its others have', async () => {
    line.policyBecomes(
      linePolicy({
        people: { ...LINE.people, jonas: { ...LINE.people.jonas, team: 'vision' } },
        rules: [{ ...LINE.rules[1], ask: ['vision', 'speech', 'platform'] }],
        leases: { team: { gpus: 1 } },
      }),
    )
    await line.says(maya, 'assign hv01/gpu1 to train-01')
    await line.says(jonas, 'queue hv01/gpu0 to train-02')
    await line.goesOn()

    expect(await line.says(priya, 'show Q-1')).toContain(
      'passed over for now: team vision already holds or has asked for 1 of 1 GPUs, with R-1 still open',
    )
  })

  it('reads no host again and again for somebody who is passed over', async () => {
    line.policyBecomes(one)
    await mayaHolds()
    await line.says(maya, 'queue hv01/gpu0')
    const asked: string[] = []
    const hosts = new Map(
      [...line.context.hosts].map(([name, host]) => [
        name,
        { ...host, inventory: () => (asked.push(name), host.inventory()) },
      ]),
    )

    await sweepQueue({ ...line.context, hosts })

    expect(asked).toEqual([])
  })
})

describe('open requests', () => {
  it('count in quotas, and the refusal names them', async () => {
    line.policyBecomes(linePolicy({ leases: { person: { gpus: 2 } } }))
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(maya, 'assign hv01/gpu1 to train-02 --shutdown')

    expect(await line.says(mayaInTeams, 'assign hv02/gpu0 to vdi-06 --mode partition')).toContain(
      'You already hold or have asked for 2 of 2 GPUs, with R-1, R-2 still open, and this asks for 0.25 more.',
    )
    await line.says(maya, 'cancel R-2')
    await line.says(maya, 'assign hv01/gpu1 to train-02 --shutdown')
    expect((await line.requests()).filter((each) => each.endsWith('pending'))).toHaveLength(2)
  })

  it('count with their hours', async () => {
    line.policyBecomes(linePolicy({ leases: { person: { gpuHours: 10 } } }))
    await line.says(maya, 'assign hv01/gpu0 to train-01 for 6h')

    expect(await line.says(maya, 'assign hv01/gpu1 to train-02 --shutdown for 6h')).toContain(
      'You have 4 of 10 GPU-hours left in 7 days, with R-1 still open, and this asks for 6.',
    )
  })

  it('count for how many GPUs one person may wait, and so do places', async () => {
    line.policyBecomes(linePolicy({ queue: { most: 2 } }))
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    await line.says(maya, 'queue hv01/gpu2')

    const refused = 'You wait for 2 GPUs already (Q-1, R-1), and the policy allows 2.'
    expect(await line.says(maya, 'assign hv01/gpu1 to train-02 --shutdown')).toContain(refused)
    expect(await line.says(mayaInTeams, 'queue any A100')).toContain(refused)
    expect(await line.says(priya, 'assign hv01/gpu1 to train-02 --shutdown')).toBe('')
  })

  it('of one person come one after the other, also when two are asked at once', async () => {
    line.policyBecomes(linePolicy({ leases: { person: { gpus: 1 } } }))

    await Promise.all([
      line.says(maya, 'assign hv01/gpu0 to train-01'),
      line.says(mayaInTeams, 'assign hv01/gpu1 to train-02 --shutdown'),
    ])

    expect((await line.requests()).filter((each) => each.endsWith('pending'))).toHaveLength(1)
  })

  it('do not keep an offer from being taken that counts among them', async () => {
    line.policyBecomes(linePolicy({ queue: { most: 1 }, leases: { person: { gpus: 1 } } }))
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()

    await line.presses(maya, 'Take it')

    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
  })
})
