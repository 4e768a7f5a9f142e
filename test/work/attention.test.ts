/** What administrators do about a request that needs attention: have it read, undone, or settled; over a real journal and host. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import type { HostFacts } from '../../src/core/inventory/inventory'
import type { Notice } from '../../src/core/notice/notice'
import { gpuRefOf } from '../../src/core/planner/checks/input'
import type { Step } from '../../src/core/plan/step'
import type { Request } from '../../src/core/request/request'
import { entriesOf } from '../../src/store/journal'
import { findLease } from '../../src/store/leases'
import { history } from '../../src/store/history'
import { VersionMoved } from '../../src/store/requests'
import { cardOf } from '../../src/work/telling/card'
import { readAgain } from '../../src/work/commands/read-again'
import { resolveRequest } from '../../src/work/commands/resolve'
import { retry } from '../../src/work/commands/retry'
import { runRequest } from '../../src/work/operation/run'
import { saysOf, textOf } from '../core/answers/reading'
import { aFence } from '../fakes/fence'
import { jonas, maya, priya, startLine, type Line } from './line'
import { CHANNEL, stored } from './operations/bot'

const HOST = 'hv01'
const DISMOUNTED = 'hv01/gpu0 is dismounted and attached to nothing'

let line: Line
let before: HostFacts
beforeEach(async () => {
  line = await startLine()
  before = facts()
})
afterEach(() => line.end())

const facts = (): HostFacts => line.world.facts(HOST)
const vmOf = (name: string) => facts().vms.find((vm) => vm.name === name)!
const gpu0 = () =>
  gpuRefOf(
    before,
    before.gpus.find(({ slot }) => slot === 'gpu0')!,
  )
const byHand = (...kinds: readonly ('mountDevice' | 'enableDevice' | 'dismountDevice')[]): void => {
  for (const kind of kinds)
    line.world.act(
      HOST,
      kind === 'enableDevice' ? { kind, gpu: gpu0() } : { kind, gpu: gpu0(), force: false },
    )
}
const attach = (name: string): void => {
  const { id } = vmOf(name)
  line.world.setVmState(HOST, name, 'Off')
  line.world.setVmSettings(HOST, name, { automaticStopAction: 'TurnOff' })
  line.world.act(HOST, { kind: 'attachDevice', gpu: gpu0(), vm: { id, name } })
}
const refuses = (kind: Step['kind'], times = 1): void =>
  line.world.inject({ host: HOST, step: kind, kind: 'refuse', code: 'InjectedByTest', times })
const request = (id = 'R-1'): Promise<Request> => stored(line.db, id)
const stateOf = async (id = 'R-1') => (await request(id)).state
const card = async (id = 'R-1') => cardOf(line.db, await request(id), line.clock.now())
const locks = async () => (await sql`select host from locks`.execute(line.db)).rows
/** Also what waits for the card above it to be posted. */
const posted = async () =>
  (await line.db.selectFrom('outbox').select('notice').execute()).map(({ notice }) =>
    textOf(JSON.parse(notice) as Notice),
  )
const tells = async (words: string) => (await posted()).filter((text) => text.includes(words)).length

const begins = async (command: string): Promise<void> => {
  await line.says(maya, command)
  await line.says(jonas, 'approve R-1')
  await line.goesOn()
}
/** The GPU lies dismounted: it was not attached, and could not be mounted again. */
const halfWay = async (command = 'assign hv01/gpu0 to train-01 for 8h'): Promise<void> => {
  refuses('attachDevice')
  refuses('mountDevice')
  await begins(command)
  expect(await request()).toMatchObject({
    state: 'needs-attention',
    now: expect.arrayContaining([DISMOUNTED]),
  })
}
/** The host goes away for good around this step. */
const lostAt = async (kind: Step['kind'], when: 'before' | 'after', command: string): Promise<void> => {
  const end = line.world.onStep((step) => {
    if (step.when === when && step.step.kind === kind) line.world.setReachable(HOST, false)
  })
  await begins(command)
  end()
  expect(await stateOf()).toBe('needs-attention')
}
const ASSIGN = 'assign hv01/gpu0 to train-02 --shutdown'

describe('the card of a request that needs attention', () => {
  it('has a button for each way out', async () => {
    await halfWay()

    expect(saysOf(await card())).toEqual({
      'Read again': 'read R-1',
      'Try the undo again': 'retry R-1',
      'Repaired by hand': 'resolve R-1',
    })
  })

  it('offers no undo that would cut the power of a VM', async () => {
    await lostAt('startVm', 'after', ASSIGN)
    line.world.setReachable(HOST, true)

    expect(saysOf(await card())).toEqual({ 'Read again': 'read R-1', 'Repaired by hand': 'resolve R-1' })
    expect(await line.says(priya, 'retry R-1')).toContain('no start is undone')
    expect(vmOf('train-02').state).toBe('Running')
  })

  it('offers no undo of steps that nobody can read', async () => {
    await halfWay()
    await sql`update journal set body = '{' where seq = 2`.execute(line.db)

    expect(Object.keys(saysOf(await card()))).toEqual(['Read again', 'Repaired by hand'])
    expect(await line.says(priya, 'retry R-1')).toContain('journal of R-1 cannot be read')
    byHand('mountDevice', 'enableDevice')
    expect(await line.says(priya, 'resolve R-1')).toContain('as it was before')
  })
})

describe('`read`', () => {
  it('shows on the card what is where now, and who had it read', async () => {
    await halfWay()
    byHand('mountDevice')

    expect(await line.says(priya, 'read R-1')).toContain('hv01/gpu0 is disabled on the host')

    const text = textOf(await card())
    expect(text).toContain('The host now: hv01/gpu0 is disabled on the host')
    expect(text).toContain(`Read again by @${priya}`)
    expect(text).not.toContain('Mount-VMHostAssignableDevice')
    expect(text).toContain('Enable-PnpDevice')
    expect(await stateOf()).toBe('needs-attention')
  })

  it('is kept: who, when, and what the host showed', async () => {
    await halfWay()
    await line.says(priya, 'read R-1')

    const [newest] = await history(line.db, { limit: 1, mentioning: null })
    expect(newest).toMatchObject({ what: 'read-again', by: priya, at: line.clock.now() })
    expect((await entriesOf(line.db, 'R-1'))?.at(-1)).toEqual({
      ...{ kind: 'read', by: priya, at: line.clock.now() },
      found: [DISMOUNTED, 'train-01 is Off'],
    })
    expect(await line.says(maya, 'history R-1')).toContain('read the hosts again: assign hv01/gpu0')
  })
})

describe('a host that does not answer', () => {
  it.each(['read', 'retry', 'resolve'])('is named by `%s`, and the request stays as it was', async (deed) => {
    await halfWay()
    const as = await request()
    line.world.setReachable(HOST, false)

    expect(await line.says(priya, `${deed} R-1`)).toContain('hv01 does not answer, so R-1 stays as it is')
    expect(await request()).toEqual(as)
  })
})

describe('the undo, tried again', () => {
  it('takes back what is left, frees the GPU, and is told to whoever asked', async () => {
    await halfWay()

    expect(await line.says(priya, 'retry R-1')).toContain('its undo is tried again')
    expect(await stateOf()).toBe('running')
    await line.goesOn()

    expect(await request()).toMatchObject({
      state: 'rolled-back',
      retried: { by: priya },
      authority: { kind: 'quorum' },
      why: expect.stringContaining('InjectedByTest'),
    })
    expect(facts()).toEqual(before)
    expect(await locks()).toEqual([])
    expect(await tells('R-1 failed and was undone')).toBe(1)
    expect(textOf(await card())).toContain(`Tried again by @${priya}`)
    await line.says(maya, 'assign hv01/gpu0 to train-01')
    expect(await line.requests()).toContain('assign hv01/gpu0 pending')
  })

  it('goes on from what somebody has undone by hand', async () => {
    await halfWay()
    byHand('mountDevice')

    await line.says(priya, 'retry R-1')
    await line.goesOn()

    expect(await stateOf()).toBe('rolled-back')
    expect(facts()).toEqual(before)
  })

  it.each(['before', 'after'] as const)(
    'takes back a step of which nobody knew whether it was done: the host was lost %s it',
    async (when) => {
      await lostAt('attachDevice', when, ASSIGN)
      line.world.setReachable(HOST, true)

      await line.says(priya, 'retry R-1')
      await line.goesOn()

      expect(await stateOf()).toBe('rolled-back')
      expect(facts()).toEqual(before)
    },
  )

  it('asks for a person again where the host refuses it again, and can be tried once more', async () => {
    await halfWay()
    refuses('mountDevice')

    await line.says(priya, 'retry R-1')
    await line.goesOn()
    expect(await stateOf()).toBe('needs-attention')

    await line.says(priya, 'retry R-1')
    await line.goesOn()
    expect(await stateOf()).toBe('rolled-back')
  })

  it('is for administrators alone', async () => {
    await halfWay()

    for (const somebody of [maya, jonas])
      expect(await line.says(somebody, 'retry R-1')).toContain('nly an administrator may have an undo')
    expect(await stateOf()).toBe('needs-attention')
  })

  it.each<{ about: string; changes: () => void; says: string }>([
    {
      about: 'the GPU is in another VM',
      changes: () => attach('train-02'),
      says: 'hv01/gpu0 is assigned to train-02, not dismounted',
    },
    {
      about: 'the GPU waits for a restart',
      changes: () => {
        byHand('mountDevice', 'enableDevice')
        line.world.rebuild(HOST, { kind: 'change GPU', slot: 'gpu0', to: { disable: 'stuck' } })
        line.world.act(HOST, { kind: 'disableDevice', gpu: gpu0() })
      },
      says: 'hv01/gpu0 is waiting for a restart of its host',
    },
  ])('is refused where $about', async ({ changes, says }) => {
    await halfWay()
    changes()
    const as = await request()

    expect(await line.says(priya, 'retry R-1')).toContain(says)
    expect(await request()).toEqual(as)
  })

  it.each<{ about: string; changes: () => void; says: string }>([
    {
      about: 'the VM that has to be off was started',
      changes: () => line.world.setVmState(HOST, 'train-02', 'Running'),
      says: 'train-02 is Running, not Off',
    },
    {
      about: 'the VM is gone',
      changes: () => line.world.rebuild(HOST, { kind: 'delete VM', id: vmOf('train-02').id }),
      says: 'train-02 is gone',
    },
    {
      about: 'the settings are somebody else’s',
      changes: () => line.world.setVmSettings(HOST, 'train-02', { highMmioBytes: 2 ** 39 }),
      says: 'not so any more: Set train-02',
    },
  ])('is refused where $about', async ({ changes, says }) => {
    await lostAt('attachDevice', 'before', ASSIGN)
    line.world.setReachable(HOST, true)
    changes()
    const now = facts()

    expect(await line.says(priya, 'retry R-1')).toContain(says)
    await line.goesOn()
    expect(await stateOf()).toBe('needs-attention')
    expect(facts()).toEqual(now)
  })

  it('is refused where the host takes the orders of another bot', async () => {
    await halfWay()
    line.world.claim(HOST, aFence(900))

    expect(await line.says(priya, 'retry R-1')).toContain('takes the orders of another bot')
    expect(await stateOf()).toBe('needs-attention')
  })

  it('is taken up again by the next process, from where the last one stood', async () => {
    await halfWay()
    await line.says(priya, 'retry R-1')
    const stopping = new AbortController()
    const end = line.world.onStep(({ when }) => {
      if (when === 'after') stopping.abort()
    })
    await runRequest(line.context, await request(), stopping.signal)
    end()
    expect(await stateOf()).toBe('running')

    await line.restarts()
    await line.goesOn()

    expect(await stateOf()).toBe('rolled-back')
    expect(facts()).toEqual(before)
  })
})

describe('two administrators at once', () => {
  const asCaller = { account: priya, name: 'Priya', channel: CHANNEL, back: CHANNEL }
  const deeds = {
    read: () => readAgain(line.context, 'R-1', asCaller),
    retry: () => retry(line.context, 'R-1', asCaller),
    resolve: () => resolveRequest(line.context, { id: 'R-1', asFound: true }, asCaller),
  } as const

  it.each(['read', 'retry', 'resolve'] as const)(
    'have one deed done: `%s` that lost is looked at afresh',
    async (deed) => {
      await halfWay()
      if (deed === 'resolve') byHand('mountDevice', 'enableDevice')
      const slow = await deeds[deed]()
      const quick = await deeds[deed]()
      await line.db.transaction().execute((tx) => quick(tx))

      await expect(line.db.transaction().execute((tx) => slow(tx))).rejects.toThrow(VersionMoved)
    },
  )

  it('read who was faster', async () => {
    await halfWay()
    await line.says(priya, 'retry R-1')

    for (const deed of ['read', 'retry', 'resolve'])
      expect(await line.says(priya, `${deed} R-1`)).toContain(`R-1 was already tried again by @${priya}`)
    expect(await stateOf()).toBe('running')

    await line.goesOn()
    expect(await line.says(priya, 'retry R-1')).toContain(`R-1 was already tried again by @${priya}`)
    expect(await stateOf()).toBe('rolled-back')
  })

  it('read who has settled it', async () => {
    await halfWay()
    byHand('mountDevice', 'enableDevice')
    await line.says(priya, 'resolve R-1')

    for (const deed of ['read', 'retry', 'resolve'])
      expect(await line.says(priya, `${deed} R-1`)).toContain(`R-1 was already resolved by @${priya}`)
  })
})

describe('what is repaired by hand', () => {
  it('is undone where all is as before: nothing is lent, and it can be asked for again', async () => {
    await halfWay()
    byHand('mountDevice', 'enableDevice')

    expect(await line.says(priya, 'resolve R-1')).toContain('The host was found as it was before')

    expect(await request()).toMatchObject({
      state: 'rolled-back',
      repaired: { by: priya, at: line.clock.now(), found: 'The host was found as it was before.' },
    })
    expect(await findLease(line.db, 'R-1')).toBeNull()
    expect(saysOf(await card())).toEqual({ 'Ask again': 'again R-1' })
    expect(await tells('undone, repaired by hand by')).toBe(1)
  })

  it('lacks, where it is half repaired, every step that is left, in its order', async () => {
    await halfWay('assign hv01/gpu0 to train-01 for 8h --no-start')

    const answer = await line.says(priya, 'resolve R-1')

    expect(answer).toMatch(/To be as before it lacks: .*Mount hv01\/gpu0 .*; Enable hv01\/gpu0 on the host/)
  })

  it('is done where all is as planned: it is lent, told as a change, and contradicts no record', async () => {
    await halfWay('assign hv01/gpu0 to train-01 for 8h --no-start')
    line.world.act(HOST, settingsStep(await request()))
    attach('train-01')

    expect(await line.says(priya, 'resolve R-1')).toContain('The host was found as planned')

    expect(await request()).toMatchObject({ state: 'succeeded', repaired: { by: priya } })
    expect(await findLease(line.db, 'R-1')).toMatchObject({ state: 'held', vm: { name: 'train-01' } })
    expect(await tells('the host → train-01\nR-1 · asked by')).toBe(1)
    expect(await tells('R-1 is done, repaired by hand by')).toBe(1)
    await line.goesOn()
    expect(await line.says(priya, 'reconcile hv01')).toContain('The host has what the records of the bot say')
    expect(await line.says(maya, 'done R-1')).not.toContain('no lease')
  })

  it('is not believed otherwise: what differs is said, and the GPU stays with the request', async () => {
    await lostAt('attachDevice', 'after', ASSIGN)
    line.world.setReachable(HOST, true)
    const as = await request()

    const answer = await line.says(priya, 'resolve R-1')

    expect(answer).toContain(
      'neither as planned nor as before: hv01/gpu0 is assigned to train-02; train-02 is Off',
    )
    expect(answer).toMatch(
      /To be as before it lacks: Remove hv01\/gpu0 from train-02; .*Mount hv01\/gpu0 .*; Enable hv01\/gpu0 on the host/,
    )
    expect(answer).toContain('To be as planned it lacks: Start train-02')
    expect(await request()).toEqual(as)
    expect(await line.says(maya, 'release hv01/gpu0')).toContain('R-1 comes first')
  })

  it('can be left as it is, where somebody can use the GPU', async () => {
    await halfWay()
    expect(await line.says(priya, 'resolve R-1 --as-found')).toContain('nobody can use it')
    attach('train-02')

    expect(await line.says(priya, 'resolve R-1 --as-found')).toContain('in another state, and left so')

    expect(await request()).toMatchObject({ state: 'resolved', resolved: { by: priya } })
    expect(await findLease(line.db, 'R-1')).toBeNull()
  })

  it('may be a VM that its owner has turned off since, which the request never came to', async () => {
    refuses('dismountDevice')
    refuses('enableDevice')
    await begins(ASSIGN)
    expect(await stateOf()).toBe('needs-attention')
    line.world.setVmState(HOST, 'train-02', 'Off')
    byHand('enableDevice')

    expect(await line.says(priya, 'resolve R-1')).toContain('as it was before')
    expect(await stateOf()).toBe('rolled-back')
  })
})

const settingsStep = ({ plan }: Request): Step => {
  const found = plan.steps.find(({ kind }) => kind === 'setVm')
  if (!found) throw new Error('the plan sets nothing')
  return found
}

describe('`reconcile` of a GPU that a request is unfinished on', () => {
  it('offers the ways out of that request, and none that it would refuse', async () => {
    await halfWay()

    const answer = await line.says(priya, 'reconcile hv01')

    expect(answer).toContain(`${DISMOUNTED}. Nobody can use it. R-1 is unfinished on it`)
    expect(answer).toContain('[Read again] [Try the undo again] [Repaired by hand]')
    expect(answer).not.toContain('[Return to its host]')
    expect(await line.says(priya, 'accept hv01/gpu0')).toContain('R-1 is unfinished on hv01/gpu0')
  })

  it('has nothing more to say once that is undone', async () => {
    await halfWay()
    await line.says(priya, 'retry R-1')
    await line.goesOn()

    expect(await line.says(priya, 'reconcile hv01')).toContain('The host has what the records of the bot say')
  })
})
