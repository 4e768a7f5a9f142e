/**
 * The runner over the real PowerShell engine, whatever befalls engine, session and host: each run ends done, as before,
 * or with what repairs it. No time passes: calls run out of it when the test says so.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf, type HostFacts } from '../../src/core/inventory/inventory'
import type { PlanCommand } from '../../src/core/command/command'
import type { Clock } from '../../src/core/ports/clock'
import type { Host } from '../../src/core/ports/host'
import type { Request } from '../../src/core/request/request'
import { startEngine, type Engine } from '../../src/host/powershell/engine/engine'
import { superviseEngine } from '../../src/host/powershell/engine/supervised'
import { powerShellHost } from '../../src/host/powershell/host'
import { openDeviceMemory } from '../../src/host/powershell/memory'
import type { World } from '../../src/host/simulated/fleet'
import { openStore } from '../../src/store/database'
import { runRequest } from '../../src/work/operation/run'
import { fakeClock } from '../fakes/clock'
import { sorted } from '../fakes/facts'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { withEngine, type Engine as Found } from '../host/powershell/pwsh'
import { StubFailure } from '../host/powershell/stubs/refusal'
import { MUTATING, type StubCall, type StubServerOptions } from '../host/powershell/stubs/server'
import { startWindows } from '../host/powershell/stubs/windows'
import { asked, assign, botOver, decided, fleetOf, share, stored } from './operations/bot'
import { repairAndResolve } from './operations/repair'

const counts = { runs: 0, done: 0, restored: 0, attention: 0, lost: 0, twice: 0 }
afterAll(() => {
  const { runs, done, restored, attention, lost, twice } = counts
  process.stdout.write(
    `executor faults: ${runs} runs, ${done} done, ${restored} restored, ${attention} needs attention, ${lost} lost, ${twice} twice\n`,
  )
})

/** What a misfortune may do at the moment when a command has reached the host. */
interface Powers {
  /** The engine dies, and its death is known. */
  readonly kill: () => Promise<void>
  /** Every call under way has had its time. */
  readonly expire: () => void
  /** From now on there is no engine, until the operation has ended. */
  readonly cutOff: () => Promise<void>
  /** Somebody with a higher claim. */
  readonly raiseFence: () => void
}
interface Misfortune {
  readonly name: string
  /** Before the command takes effect. What it throws, the command answers. */
  readonly before?: (powers: Powers) => Promise<void> | void
  readonly after?: (powers: Powers) => Promise<void> | void
  /** `succeeded`, if it is not said. */
  readonly ends?: 'needs attention' | 'restored'
  /** The last command is not hurt by it. */
  readonly passesLast?: boolean
}

const neverHappened = (): never => {
  throw new StubFailure('NeverHappened', 'SIMULATED: the command ended with its caller')
}

const MISFORTUNES: readonly Misfortune[] = [
  {
    name: 'the engine is killed, and the command with it',
    before: async ({ kill }) => {
      await kill()
      neverHappened()
    },
  },
  { name: 'the engine is killed, and the command outlives it', before: ({ kill }) => kill() },
  { name: 'the engine is killed when the command is done', after: ({ kill }) => kill() },
  {
    name: 'the command hangs until its time is up, and never happens',
    before: ({ expire }) => {
      expire()
      neverHappened()
    },
  },
  { name: 'the command hangs until its time is up, and happens after all', before: ({ expire }) => expire() },
  { name: 'the answer comes when its time is up', after: ({ expire }) => expire() },
  { name: 'the host refuses', ends: 'restored', before: () => neverHappened() },
  {
    name: 'the host is gone for an hour, before',
    ends: 'needs attention',
    before: async ({ cutOff }) => {
      await cutOff()
      neverHappened()
    },
  },
  {
    name: 'the host is gone for an hour, after',
    ends: 'needs attention',
    after: ({ cutOff }) => cutOff(),
  },
  {
    name: 'somebody with a higher claim was faster',
    ends: 'needs attention',
    passesLast: true,
    before: ({ raiseFence }) => raiseFence(),
  },
]

interface Ran {
  readonly request: Request
  readonly before: HostFacts
  /** As the operation left it, and after a person had repaired it. */
  readonly facts: HostFacts
  readonly repaired: HostFacts
  readonly resolved: Request | null
  readonly effects: readonly string[]
}

/** A host and an engine that many runs share; for a run that kills it there is another, so that none waits for a start. */
const openGround = async (found: Found, noise?: string) => {
  const { world, hosts } = fleetOf(fakeClock())
  const pending = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          pending.delete(wake)
          resolve()
        }
        pending.add(wake)
        signal?.addEventListener('abort', wake)
      }),
  }
  let hooks: Pick<StubServerOptions, 'before' | 'after'> = {}
  const windows = await startWindows({
    world,
    host: hosts[0]!,
    stubs: found.stubs,
    flavour: '2025',
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
  })
  let current: Engine | null = null
  let spare: Engine | null = null
  const start = async (): Promise<Engine> => {
    const started = await startEngine({
      executable: found.program,
      clock,
      env: {
        ...process.env,
        ...windows.env,
        ...(noise === undefined ? {} : { GPU_STUB_NOISE: noise }),
      },
      noise: () => undefined,
    })
    void started.ended.then(() => {
      if (current === started) current = null
      if (spare === started) spare = null
    })
    return started
  }
  const engine = async (): Promise<Engine> => {
    current ??= spare ?? (await start())
    if (current === spare) spare = null
    return current
  }
  return {
    windows,
    clock,
    engine,
    ready: async () => {
      await engine()
      spare ??= await start()
    },
    hook: (next: typeof hooks) => (hooks = next),
    expire: () => [...pending].forEach((wake) => wake()),
    kill: async () => {
      const dying = await engine()
      current = null
      await dying.stop()
    },
    close: async () => {
      await Promise.all([current?.stop(), spare?.stop()])
      await windows.close()
    },
  }
}
type Ground = Awaited<ReturnType<typeof openGround>>

/** `at`: at which of the commands that change the host, counted from 0. */
const run = async (
  ground: Ground,
  { host: name, command }: { readonly host: string; readonly command: PlanCommand },
  misfortune: Misfortune,
  at: number,
): Promise<Ran> => {
  const dir = makeTempDir()
  const clock = fakeClock()
  const fleet = fleetOf(clock)
  const { world } = fleet
  const simulated = fleet.hosts.find((host) => host.name === name)!
  const effects: string[] = []
  let n = -1
  let armed = false
  let away = false
  let facts = ''
  const { windows } = ground
  const powers: Powers = {
    kill: ground.kill,
    expire: ground.expire,
    cutOff: async () => {
      away = true
      await ground.kill()
    },
    raiseFence: () => writeFileSync(join(windows.dir, 'GpuChatOps', 'fence'), '1000000'),
  }
  const isIts = ({ command: called }: StubCall): boolean => armed && MUTATING.test(called) && n === at
  windows.become(world, simulated)
  ground.hook({
    before: async (call) => {
      if (!MUTATING.test(call.command)) return
      if (armed) n += 1
      facts = JSON.stringify(world.facts(name))
      if (isIts(call)) await misfortune.before?.(powers)
    },
    after: async (call) => {
      if (!MUTATING.test(call.command)) return
      if (JSON.stringify(world.facts(name)) !== facts) effects.push(call.command)
      if (isIts(call)) await misfortune.after?.(powers)
    },
  })
  const engine = superviseEngine(
    () => (away ? Promise.reject(new Error('the host is gone')) : ground.engine()),
    { clock, ended: () => undefined },
  )
  const host: Host = powerShellHost({
    name: simulated.name,
    target: { kind: 'local', module: windows.module },
    notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
    guests: new Map(),
    engine: engine.get,
    memory: openDeviceMemory(join(dir, 'devices.json')),
  })
  const store = await openStore(dir)
  try {
    const context = botOver(store.db, { ...fleet, hosts: [host] }, clock)
    const { id } = await asked(context, command)
    await decided(context, id)
    const before = world.facts(name)
    armed = true
    await runRequest(context, await stored(store.db, id), new AbortController().signal)
    armed = false
    away = false
    await clock.sleep(10 * 60_000)
    const request = await stored(store.db, id)
    const facts = sorted(world.facts(name))
    const resolved = request.state === 'needs-attention' ? await repaired(context, world, request) : null
    return { request, before: sorted(before), facts, repaired: sorted(world.facts(name)), resolved, effects }
  } finally {
    ground.hook({})
    await store.close()
    removeTempDir(dir)
  }
}

const repaired = async (
  context: Parameters<typeof repairAndResolve>[0],
  world: World,
  request: Extract<Request, { state: 'needs-attention' }>,
): Promise<Request> => repairAndResolve(context, world, request)

const isSettled = ({ state }: Request): boolean => state === 'succeeded' || state === 'rolled-back'

const tallied = (ran: Ran): Ran => {
  counts.runs += 1
  if (ran.request.state === 'succeeded') counts.done += 1
  if (ran.request.state === 'rolled-back') counts.restored += 1
  if (ran.request.state === 'needs-attention') counts.attention += 1
  counts.lost += ran.repaired.gpus.filter((gpu) => {
    const place = placeOf(ran.repaired, gpu).kind
    return !['host-enabled', 'assigned'].includes(place) && placeOf(ran.before, gpu).kind !== place
  }).length
  // What needs attention must have said how it is mended.
  if (ran.resolved && !isSettled(ran.resolved)) counts.lost += 1
  // Each command of the plan may take effect once, and its undo once.
  const most = ran.request.plan.steps.length * 2
  if (ran.effects.length > most) counts.twice += ran.effects.length - most
  return ran
}

/** How a request ends, and whether it is settled once a person has done what it lists. */
const ENDINGS = {
  succeeded: ['succeeded', null],
  restored: ['rolled-back', null],
  'needs attention': ['needs-attention', true],
} as const

const OPERATIONS = [
  {
    name: 'assign',
    host: 'hv01',
    command: assign('hv01/gpu0', 'train-02', { shutdown: true }),
    steps: 6,
    misfortunes: MISFORTUNES,
  },
  {
    name: 'give a partition',
    host: 'hv02',
    command: share('hv02/gpu0', 'vdi-06', { vram: 2 ** 33 }),
    steps: 4,
    misfortunes: MISFORTUNES.slice(0, 3),
  },
] as const

withEngine('over PowerShell', (found) => {
  let ground: Ground
  beforeAll(async () => {
    ground = await openGround(found)
  })
  beforeEach(() => ground.ready())
  afterAll(() => ground.close())

  describe.each(OPERATIONS.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const cases = each.misfortunes.flatMap((misfortune) =>
      Array.from({ length: each.steps }, (_unused, at) => [misfortune.name, at, misfortune] as const),
    )
    it.each(cases)('%s: command %i', async (_name, at, misfortune) => {
      const ran = tallied(await run(ground, each, misfortune, at))

      const harmless = misfortune.passesLast && at === each.steps - 1
      expect([ran.request.state, ran.resolved && isSettled(ran.resolved)]).toEqual(
        ENDINGS[(!harmless && misfortune.ends) || 'succeeded'],
      )
      if (misfortune.ends === 'restored') expect(ran.facts).toEqual(ran.before)
    })
  })

  describe('commands that print what looks like answers, and one that prints 50 MB,', () => {
    let noisy: Ground
    beforeAll(async () => {
      noisy = await openGround(found, `Dismount-VMHostAssignableDevice=${50 * 2 ** 20}`)
    })
    beforeAll(() => noisy.ready())
    afterAll(() => noisy.close())

    it('change nothing about it', async () => {
      const ran = tallied(await run(noisy, OPERATIONS[0], { name: 'noise' }, -1))

      expect(ran.request.state).toBe('succeeded')
    })
  })

  it('no GPU is lost, and nothing is done twice', () => {
    expect(counts).toMatchObject({ lost: 0, twice: 0 })
    expect(counts.runs).toBeGreaterThan(70)
  })
})
