/** Waiting for a GPU: the line, the offer, and what it becomes. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import type { HostFacts } from '../../src/core/inventory/inventory'
import { policyOfLists } from '../../src/core/policy/policy'
import { sweepQueue } from '../../src/work/sweeps/queue'
import { jonas, LINE, linePolicy, maya, mayaInTeams, priya, startLine, type Line } from './line'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

/** Maya's GPU, by request R-1. */
const mayaHolds = async (gpu = 'hv01/gpu0') => {
  await line.says(maya, `assign ${gpu} to train-01`)
  await line.says(jonas, 'approve R-1')
  await line.goesOn()
}
const mayaGivesBack = async (gpu = 'hv01/gpu0') => {
  await line.says(maya, `release ${gpu} --shutdown`)
  await line.goesOn()
  await line.goesOn()
}
const offersTo = async (account: string) =>
  (await line.told(account)).filter((text) => text.includes('is on offer to you'))

describe('the line', () => {
  it('says when nobody waits, and what to do', async () => {
    expect(await line.says(maya, 'queue')).toBe(
      'The queue\nNobody waits for a GPU. list --free shows those that are free; queue GPU to VM waits for one that is not, queue any A40 for any of a model.',
    )
  })

  it('says to who joins their place, what is in the way and whose it is', async () => {
    await mayaHolds()

    const answer = await line.says(priya, 'queue hv01/gpu0 to train-02')

    expect(answer).toContain('Q-1: you wait for hv01/gpu0 for train-02.')
    expect(answer).toContain('Place: number 1 in line')
    expect(answer).toContain('Start: not known')
    expect(answer).toContain(`In the way: hv01/gpu0: @${maya} has it without an end (R-1)`)
  })

  it('can be looked at by its name, while it stands and after', async () => {
    await line.says(maya, 'queue hv01/gpu2 to train-02')

    expect(await line.says(jonas, 'show q-1')).toContain('number 1 in line')
    await line.says(maya, 'leave Q-1')
    expect(await line.says(jonas, 'show Q-1')).toContain('is out of the queue')
    expect(await line.says(jonas, 'show Q-7')).toContain('here is no place Q-7')
  })

  it('keeps everybody in it while nobody knows whom the policy names', async () => {
    await mayaHolds()
    await line.says(priya, 'queue hv01/gpu0 to train-02')
    const nobody = policyOfLists({ ask: [], approve: [], admin: [] })
    const silent = { ...line.context.policy, inForce: () => nobody, incomplete: () => 'Slack is silent' }

    await sweepQueue({ ...line.context, policy: silent })

    expect(await line.stateOf('Q-1')).toBe('waiting')
  })

  it('shows all who wait, in the order in which they are served', async () => {
    await mayaHolds()
    await line.says(maya, 'queue hv01/gpu2')
    await line.passes(MINUTE)
    await line.says(priya, 'queue hv01/gpu0 to train-02')
    await line.says(priya, 'queue any A40')

    const shown = await line.says(jonas, 'queue')

    expect(shown.match(/Q-\d/g)).toEqual(['Q-2', 'Q-3', 'Q-1'])
    expect(shown).toContain(`Q-3 @${priya} (speech): any A40`)
    expect(shown).toMatch(
      /Q-1 .*\nnumber 2 in line, start not known · hv01\/gpu2: render-01 \(Running\).* · 1 other comes first \(speech\)/,
    )
  })

  it.each([
    {
      why: 'a request that is open',
      text: 'hv01/gpu0: R-1 is open (waiting for an approver)',
      before: () => line.says(maya, 'assign hv01/gpu0 to train-01'),
    },
    {
      why: 'a host that is paused',
      text: 'hv01/gpu0: hv01 is paused',
      before: () => line.says(priya, 'pause hv01'),
    },
    {
      why: 'a host that does not answer',
      text: 'hv01/gpu0: hv01 does not answer',
      before: async () => {
        line.world.setReachable('hv01', false)
        await line.goesOn()
      },
    },
    {
      why: 'nothing',
      text: 'nothing: the offer comes as soon as the host was read',
      before: () => Promise.resolve(),
    },
  ])('names what is in the way: $why', async ({ text, before }) => {
    await before()

    expect(await line.says(priya, 'queue hv01/gpu0')).toContain(text)
  })

  it.each([
    { command: 'queue any T4', why: 'No GPU that can be given to a VM as a whole is like that' },
    { command: 'queue any with 96GiB free', why: 'No GPU that can be given to a VM as a whole is like that' },
    {
      command: 'queue any A100 to vdi-01',
      why: 'vdi-01 is on hv02, where no GPU is like that: those are on hv01',
    },
    { command: 'queue hv02/gpu1', why: 'no Access Control Services' },
    { command: 'queue hv02/gpu0', why: 'is partitioned' },
    { command: 'queue hv01/gpu9', why: 'There is no GPU' },
    { command: 'queue hv01/gpu0 to vdi-01', why: 'vdi-01 is on hv02' },
    { command: 'queue hv01/gpu0 with 24GiB free', why: 'is one GPU' },
  ])('refuses at once what could never be offered: $command', async ({ command, why }) => {
    expect(await line.says(priya, command)).toContain(why)
    expect(await line.says(priya, 'queue')).toContain('Nobody waits')
  })

  it('is not for whoever the policy lets have nothing of it', async () => {
    expect(await line.says(jonas, 'queue hv01/gpu0')).toContain('lets only vision or speech ask')
  })

  it('takes nobody twice for the same, in whichever chat, nor for more GPUs than the policy says', async () => {
    line.policyBecomes(linePolicy({ queue: { most: 2 } }))
    await line.says(maya, 'queue hv01/gpu2')

    expect(await line.says(mayaInTeams, 'queue hv01/gpu2')).toContain('You wait for that already, as Q-1')
    await line.says(mayaInTeams, 'queue any A100')
    expect(await line.says(maya, 'queue hv01/gpu0')).toContain('the policy allows 2')
  })

  it('is left by whoever stands in it, or by an administrator who puts them out, and by nobody else', async () => {
    await line.says(maya, 'queue hv01/gpu2')
    await line.says(priya, 'queue hv01/gpu2')

    expect(await line.says(jonas, 'leave Q-1')).toContain("somebody else's place")
    expect(await line.says(priya, 'leave Q-2')).toContain('You left the queue (Q-2)')
    expect(await line.says(priya, 'leave Q-1')).toContain('Q-1 is out of the queue')

    expect(await line.told(maya)).toEqual([`Q-1 was taken out of the queue. By @${priya}.`])
    expect(await line.says(maya, 'leave Q-1')).toContain('Q-1 is withdrawn')
    expect(await line.says(maya, 'leave Q-9')).toContain('no place Q-9')
  })
})

describe('a GPU that becomes free', () => {
  it('is offered in private, and kept meanwhile: others are told until when', async () => {
    await mayaHolds()
    await line.says(priya, 'queue hv01/gpu0 to train-02 --shutdown')
    expect(await offersTo(priya)).toEqual([])

    await mayaGivesBack()

    expect(await line.told(priya)).toEqual([
      expect.stringMatching(
        /^hv01\/gpu0 is on offer to you\nIt is kept for you until .*; you waited for it as Q-1\.\nFor: train-02\n\[Take it\] \[Leave the queue\]/,
      ),
    ])
    const refused = await line.says(maya, 'assign hv01/gpu0 to train-01')
    expect(refused).toMatch(
      /hv01\/gpu0 is on offer to the next in the queue \(Q-1\) until 2026-01-05 \d\d:\d\d \(UTC\)/,
    )
    expect(await line.says(jonas, 'queue')).toContain('hv01/gpu0 is on offer to them until')
    expect(await line.says(jonas, 'list')).toContain(
      'hv01/gpu0 | NVIDIA A100 80GB PCIe | free (on offer, Q-1)',
    )
    expect(await line.says(jonas, 'list --free')).not.toContain('hv01/gpu0')
    expect((await line.requests()).filter((each) => each.endsWith('pending'))).toEqual([])
  })

  it('becomes an ordinary request once it is taken, and is kept for that', async () => {
    await mayaHolds()
    await line.says(priya, 'queue hv01/gpu0 to train-02 --shutdown because nightly runs')
    await mayaGivesBack()

    await line.presses(priya, 'Take it')

    expect(await line.requests()).toContain('assign hv01/gpu0 pending')
    expect(await line.told(priya)).toEqual(['You took hv01/gpu0: R-3 asks for it.'])
    expect(await line.says(maya, 'assign hv01/gpu0 to train-01')).toContain('request R-3 comes first')
    await line.says(jonas, 'approve R-3')
    await line.goesOn()
    expect(await line.says(jonas, 'show R-3')).toMatch(/R-3 · done[^]*nightly runs/)
    expect(await line.says(jonas, 'queue')).toContain('Nobody waits')
  })

  it('goes to the next one when nobody takes it in time, and who missed it is told', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    expect([await offersTo(maya), await offersTo(priya)].map(({ length }) => length)).toEqual([1, 0])

    await line.passes(30 * MINUTE)
    await line.goesOn()
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('lapsed')
    expect((await line.told(maya)).join('\n')).toMatch(
      /The offer of hv01\/gpu0 has ended \(Q-1\)\.[^]*You did not take hv01\/gpu0/,
    )
    expect(await offersTo(priya)).toHaveLength(1)
    expect(await line.says(maya, 'take Q-1')).toContain('Q-1 is over: lapsed')
  })

  it('goes to the next one at once when it is left', async () => {
    await line.says(maya, 'queue hv01/gpu0')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0')
    await line.goesOn()

    await line.presses(maya, 'Leave the queue')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('declined')
    expect(await offersTo(priya)).toHaveLength(1)
  })

  it('goes first to the team that has used least', async () => {
    await mayaHolds('hv01/gpu1')
    await line.passes(HOUR)
    await line.says(maya, 'queue hv01/gpu0')
    await line.passes(MINUTE)
    await line.says(priya, 'queue hv01/gpu0')

    await line.goesOn()

    expect(await line.stateOf('Q-2')).toBe('offered')
    expect(await line.stateOf('Q-1')).toBe('waiting')
  })

  it('goes first to whoever has lost patience, whatever their team used', async () => {
    line.policyBecomes(linePolicy({ queue: { patience: '1h' } }))
    await mayaHolds('hv01/gpu1')
    await line.says(priya, 'pause hv01')
    await line.says(maya, 'queue hv01/gpu0')
    await line.passes(HOUR)
    await line.says(priya, 'queue hv01/gpu0')

    await line.says(priya, 'resume hv01')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it.each([
    { command: 'queue any A100', gpu: 'hv01/gpu0' },
    { command: 'queue any big to train-01', gpu: 'hv01/gpu0' },
    { command: 'queue any with 64GiB free', gpu: 'hv01/gpu0' },
    { command: 'queue any to train-01', gpu: 'hv01/gpu0' },
    { command: 'queue to train-01', gpu: 'hv01/gpu0' },
  ])('is offered to whom any such will do: $command', async ({ command, gpu }) => {
    await line.says(maya, command)

    await line.goesOn()

    expect((await offersTo(maya))[0]).toContain(`${gpu} is on offer`)
  })

  it("is never two people's: each of several that are free goes to another one", async () => {
    for (const who of [maya, priya]) await line.says(who, 'queue any A100')
    await line.says(maya, 'queue hv01/gpu0')

    await line.goesOn()

    expect([await offersTo(maya), await offersTo(priya)].map(([first]) => first?.slice(0, 9))).toEqual([
      'hv01/gpu0',
      'hv01/gpu1',
    ])
    expect(await line.stateOf('Q-3')).toBe('waiting')
  })

  it('is not offered on what was read before an operation that has ended meanwhile', async () => {
    await line.says(maya, 'queue hv01/gpu0')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0')
    const { hosts } = line.context
    const [name, host] = [...hosts][0]!
    const outrun = {
      ...host,
      inventory: async () => {
        const facts = await host.inventory()
        await line.says(maya, 'assign hv01/gpu0 to train-01')
        await line.says(jonas, 'approve R-1')
        await line.goesOn()
        return facts
      },
    }

    await sweepQueue({ ...line.context, hosts: new Map([...hosts, [name, outrun]]) })

    expect(await line.requests()).toEqual(['assign hv01/gpu0 succeeded'])
    expect([await line.stateOf('Q-1'), await line.stateOf('Q-2')]).toEqual(['accepted', 'waiting'])
  })
})

describe('taking what is on offer', () => {
  it('names the VM then, when it was not named before', async () => {
    await line.says(maya, 'queue hv01/gpu0')
    await line.goesOn()
    expect((await offersTo(maya))[0]).toContain('say for which VM: take Q-1 to VM')

    expect(await line.says(maya, 'take Q-1')).toContain('Q-1 names no VM')
    await line.says(maya, 'take Q-1 to train-01')

    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
  })

  it('leaves the offer as it is when there is a reason against the plan', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-02')
    await line.goesOn()

    expect(await line.presses(maya, 'Take it')).toContain('--shutdown')
    expect(await line.stateOf('Q-1')).toBe('offered')
    await line.says(maya, 'take Q-1 --shutdown')

    expect(await line.stateOf('Q-1')).toBe('accepted')
  })

  it('is for the one it is offered to, in whichever chat they are', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()

    expect(await line.says(priya, 'take Q-1')).toContain('made to somebody else')
    await line.says(mayaInTeams, 'take Q-1')

    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
  })

  it('is too late once its time is over, noted or not', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    await line.passes(30 * MINUTE)

    expect(await line.presses(maya, 'Take it')).toContain('has lapsed')
    expect(await line.requests()).toEqual([])
  })

  it('happens once, and a button of an earlier offer does nothing', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    const twice = await Promise.all(
      [line.says(maya, 'take Q-1'), line.says(maya, 'take Q-1')].map((each) => each.catch(String)),
    )

    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
    expect(twice.filter((each) => each === '')).toHaveLength(1)
  })
})

describe('at each moment the facts and the roles of that moment count', () => {
  it('who has lost the role is out, and told why', async () => {
    await line.says(maya, 'queue hv01/gpu2')
    line.policyBecomes(linePolicy({ roles: { ...LINE.roles, vision: [] } }))

    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('dropped')
    expect(await line.told(maya)).toEqual([
      expect.stringMatching(/^You wait no longer \(Q-1\): the rule all of the policy lets only/),
    ])
  })

  it('while a group cannot be read nobody is put out, and nothing is offered', async () => {
    await line.says(maya, 'queue hv01/gpu0')
    line.policyBecomes({ ...linePolicy({ roles: { ...LINE.roles, vision: [] } }), unread: ['ml'] })

    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('waiting')
  })

  const without =
    (slot: string) =>
    (facts: HostFacts): HostFacts => ({
      ...facts,
      gpus: facts.gpus.filter((gpu) => gpu.slot !== slot),
    })

  it('who waited for a GPU that is gone is told so', async () => {
    await line.says(maya, 'queue hv01/gpu2')
    await line.says(priya, 'queue any A40')
    line.hostSays(without('gpu2'))

    await line.goesOn()

    expect(await line.told(maya)).toEqual(['You wait no longer (Q-1): hv01/gpu2 is not there any more.'])
    expect(await line.stateOf('Q-2')).toBe('waiting')
  })

  it('that was taken back stays so, and another one after it is a message of its own', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    await line.says(priya, 'pause hv01')
    await line.goesOn()
    await line.says(priya, 'resume hv01')
    await line.goesOn()

    const told = await line.told(maya)
    expect(told.filter((text) => text.includes('was taken back'))).toHaveLength(1)
    expect(await offersTo(maya)).toHaveLength(1)

    await line.presses(maya, 'Take it')
    expect((await line.told(maya)).filter((text) => text.includes('was taken back'))).toHaveLength(1)
  })

  it('what was on offer and is gone is taken back, and the place is kept', async () => {
    await line.says(maya, 'queue any A100 to train-01')
    await line.goesOn()
    line.hostSays(without('gpu0'))

    await line.goesOn()

    expect((await line.told(maya)).join('\n')).toMatch(
      /This offer was taken back[^]*You keep your place \(Q-1\)/,
    )
    await line.goesOn()
    expect((await offersTo(maya))[0]).toContain('hv01/gpu1 is on offer')
  })

  it('what was on offer and was given away by hand is taken back, and says so', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    line.hostSays((facts) => ({
      ...facts,
      vms: facts.vms.map((vm) =>
        vm.name === 'train-02'
          ? { ...vm, assigned: facts.gpus.slice(0, 1).map((gpu) => gpu.locationPath) }
          : vm,
      ),
    }))

    await line.goesOn()

    expect((await line.told(maya)).at(-1)).toContain('is taken back: train-02 (Running)')
  })

  it('a host that is paused takes its offers back, and makes them again afterwards', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    await line.says(priya, 'pause hv01')
    await line.goesOn()
    expect((await line.told(maya)).at(-1)).toBe(
      'What was on offer to you is taken back: hv01 is paused. You keep your place (Q-1).',
    )

    await line.says(priya, 'resume hv01')
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('offered')
  })

  it('a host that does not answer keeps its offers to their end, and nobody loses their place by it', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    line.world.setReachable('hv01', false)
    await line.goesOn()
    expect(await line.stateOf('Q-1')).toBe('offered')

    await line.passes(30 * MINUTE)
    await line.goesOn()

    expect(await line.stateOf('Q-1')).toBe('waiting')
  })
})

describe('when nothing can be posted', () => {
  const posts = (what: 'fail' | 'work') =>
    sql
      .raw(
        what === 'work'
          ? 'drop trigger broken'
          : "create trigger broken before insert on outbox begin select raise(abort, 'the disk is full'); end",
      )
      .execute(line.db)

  it('nothing is offered either, since nobody would know', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await posts('fail')
    await expect(line.goesOn()).rejects.toThrow('the disk is full')
    await posts('work')
    expect(await line.stateOf('Q-1')).toBe('waiting')

    await line.goesOn()

    expect(await offersTo(maya)).toHaveLength(1)
  })

  it('what is on offer is not taken, and can be taken afterwards', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    await posts('fail')
    await expect(line.says(maya, 'take Q-1')).rejects.toThrow('the disk is full')
    await posts('work')
    expect([await line.stateOf('Q-1'), await line.requests()]).toEqual(['offered', []])

    await line.says(maya, 'take Q-1')

    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
  })
})

describe('after a restart', () => {
  it('the line and the offers are as they were', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.goesOn()
    await line.says(priya, 'queue hv01/gpu0')

    await line.restarts()
    await line.goesOn()

    expect(await line.says(priya, 'queue')).toMatch(
      /Q-1 .*\nhv01\/gpu0 is on offer[^]*Q-2 .*\nnumber 1 in line/,
    )
    await line.presses(maya, 'Take it')
    expect(await line.requests()).toEqual(['assign hv01/gpu0 pending'])
  })

  it('what was on offer while the bot was down is offered to the same person again', async () => {
    await line.says(maya, 'queue hv01/gpu0 to train-01')
    await line.passes(1)
    await line.says(priya, 'queue hv01/gpu0')
    await line.goesOn()

    await line.passes(HOUR)
    await line.restarts()
    await line.goesOn()
    await line.goesOn()

    expect((await line.told(maya)).join('\n')).toContain('the bot was down when it ended')
    expect(await line.stateOf('Q-1')).toBe('offered')
    expect(await line.stateOf('Q-2')).toBe('waiting')
  })
})
