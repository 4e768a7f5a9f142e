/** The script that the bot shows, copied from chat and run by hand, does exactly what the bot does; and so does its undo. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { hostName, type HostFacts } from '../../../src/core/inventory/inventory'
import type { Plan } from '../../../src/core/plan/plan'
import {
  planAssign,
  planMove,
  planRelease,
  planResize,
  planScripts,
  planShare,
  planSplit,
  planUnshare,
  type PlanInput,
} from '../../../src/core/planner/planner'
import { expectationOf } from '../../../src/core/plan/step'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../../src/host/powershell/host'
import { openDeviceMemory } from '../../../src/host/powershell/memory'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { planned } from '../../core/planner/scene'
import { sorted } from '../../fakes/facts'
import { withEngine } from './pwsh'
import type { Flavour } from './stubs/modules'
import { scriptHere } from './stubs/scripts'
import { startWindows, type Windows } from './stubs/windows'
import { aFence } from '../../fakes/fence'

const RUNNING = `
function Invoke-ByHand {
    param([string] $Script)
    $null = & ([scriptblock]::Create($Script))
    'done'
}
Export-ModuleMember -Function Invoke-ByHand
`
const GIB = 2 ** 30
const clock = { now: () => 0, sleep: () => Promise.resolve() }

const inputOf = (host: HostFacts, slot: string, vm: string | null): PlanInput => ({
  host,
  gpu: host.gpus.find((gpu) => gpu.slot === slot)!,
  vm: host.vms.find((each) => each.name === vm) ?? null,
  consents: { shutdown: true, powerOff: false, noStart: false },
  baselines: new Map(),
  quarantine: null,
  peers: [],
})

const vmNamed = (host: HostFacts, name: string) => host.vms.find((vm) => vm.name === name)!

interface Case {
  readonly name: string
  readonly host: 'hv01' | 'hv02'
  readonly plan: (host: HostFacts) => Plan
  /** What an administrator has done on the host before. */
  readonly before?: (host: HostFacts) => Plan
}
const giveBack = (host: HostFacts): Plan =>
  planned(planUnshare(inputOf(host, 'gpu0', null), vmNamed(host, 'vdi-05')))

const CASES: readonly Case[] = [
  { name: 'assign', host: 'hv01', plan: (host) => planned(planAssign(inputOf(host, 'gpu0', 'train-02'))) },
  { name: 'move', host: 'hv01', plan: (host) => planned(planMove(inputOf(host, 'gpu2', 'train-01'))) },
  { name: 'release', host: 'hv01', plan: (host) => planned(planRelease(inputOf(host, 'gpu2', null))) },
  {
    name: 'a partition',
    host: 'hv02',
    plan: (host) => planned(planShare(inputOf(host, 'gpu0', 'vdi-06'), 8 * GIB)),
  },
  {
    name: 'a partition resized',
    host: 'hv02',
    plan: (host) => planned(planResize(inputOf(host, 'gpu0', null), vmNamed(host, 'vdi-05'), 6 * GIB)),
  },
  { name: 'a partition given back', host: 'hv02', plan: giveBack },
  {
    name: 'a GPU split anew',
    host: 'hv02',
    before: giveBack,
    plan: (host) => planned(planSplit(inputOf(host, 'gpu0', null), 8)),
  },
]

const fleetOf = (name: string) => {
  const { world, hosts } = openSimulatedFleet({
    file: fleetFile('default'),
    stateFile: null,
    clock,
    latency: 'none',
  })
  return { world, host: hosts.find((each) => each.name === name)!, facts: () => world.facts(name) }
}

/** As the bot knows a device that a VM has: from the time when the host had it. */
const remembering = (told: HostFacts, truth: HostFacts): HostFacts => ({
  ...told,
  gpus: told.gpus.map((gpu) => {
    const { bars, acs, reservedMemory, deviceType, baseClass } = truth.gpus.find(
      (each) => each.locationPath === gpu.locationPath,
    )!
    return { ...gpu, bars, acs, reservedMemory, deviceType, baseClass }
  }),
})

withEngine('the script of a plan, run by hand', (found) => {
  describe.each<Flavour>(['2019', '2022'])('on Windows Server %s', (flavour) => {
    let windows: Windows
    let engine: Engine
    beforeAll(async () => {
      const { world, host } = fleetOf('hv01')
      windows = await startWindows({ world, host, stubs: found.stubs, flavour })
      mkdirSync(join(windows.dir, 'ByHand'))
      writeFileSync(join(windows.dir, 'ByHand', 'ByHand.psm1'), RUNNING)
      engine = await startEngine({
        executable: found.program,
        clock: systemClock,
        env: { ...process.env, ...windows.env },
        noise: () => undefined,
      })
    })
    afterAll(async () => {
      await engine.stop()
      await windows.close()
    })

    const run = (script: string): Promise<unknown> =>
      engine.call({
        session: { name: 'hand', target: { kind: 'local', module: join(windows.dir, 'ByHand') } },
        command: 'Invoke-ByHand',
        parameters: { Script: script },
        timeoutMs: 60_000,
      })
    const hostOf = (name: string) =>
      powerShellHost({
        name: hostName.parse(name),
        target: { kind: 'local', module: windows.module },
        notes: { forceDismount: false, unsupportedPartitioning: true, guests: {} },
        guests: new Map(),
        engine: () => Promise.resolve(engine),
        memory: openDeviceMemory(join(windows.dir, `${name}.json`)),
      })

    it('does nothing in PowerShell 7 where a step of it would not work there, and says where to run it', async () => {
      const { world, host, facts } = fleetOf('hv02')
      windows.become(world, host)
      const before = facts()
      const plan = planned(planShare(inputOf(await hostOf('hv02').inventory(), 'gpu0', 'vdi-06'), 8 * GIB))

      expect(await run(planScripts(plan).join(''))).toMatchObject({
        kind: 'error',
        message: expect.stringMatching(/^Run this in Windows PowerShell \(powershell\.exe\)/),
      })
      expect(facts()).toEqual(before)
    })

    it.each(CASES.map((each) => [each.name, each] as const))(
      'does what the bot does: %s',
      async (_, each) => {
        const [byBot, byHand] = [fleetOf(each.host), fleetOf(each.host)]
        for (const { world, facts } of [byBot, byHand])
          for (const step of each.before?.(facts()).steps ?? []) world.act(each.host, step)
        const before = byHand.facts()
        windows.become(byBot.world, byBot.host)
        const host = hostOf(each.host)
        const plan = each.plan(remembering(await host.inventory(), before))
        const [script, undo] = scriptHere(plan).split(/^# To undo.*$/m) as [string, string]

        for (const step of plan.steps)
          expect(await host.run({ step, expects: expectationOf(step), fence: aFence(1) })).toEqual({
            kind: 'done',
          })
        windows.become(byHand.world, byHand.host)
        expect(await run(script)).toEqual({ kind: 'ok', json: 'done' })
        expect(sorted(byHand.facts())).toEqual(sorted(byBot.facts()))

        expect(await run(undo.replace(/^# /gm, ''))).toEqual({ kind: 'ok', json: 'done' })
        expect(sorted(byHand.facts())).toEqual(sorted(before))
      },
    )
  })
})
