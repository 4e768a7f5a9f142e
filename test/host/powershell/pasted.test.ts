/** The script that the bot shows, as people use it: saved as a file, or pasted into a console. It stops where a step fails. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf, vmById, type HostFacts } from '../../../src/core/inventory/inventory'
import type { Plan } from '../../../src/core/plan/plan'
import { planAssign, planScripts } from '../../../src/core/planner/planner'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { planned } from '../../core/planner/scene'
import { COMPUTER, withEngine } from './pwsh'
import { StubFailure } from './stubs/refusal'
import { startWindows, type Windows } from './stubs/windows'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const fleetOf = () => {
  const { world, hosts } = openSimulatedFleet({
    file: fleetFile('default'),
    stateFile: null,
    clock,
    latency: 'none',
  })
  const host = hosts.find((each) => each.name === 'hv01')!
  return { world, host, facts: (): HostFacts => world.facts('hv01') }
}
type Fleet = ReturnType<typeof fleetOf>

/** hv01/gpu0 to train-02, which runs. */
const planOn = (host: HostFacts, computer: string | null): Plan =>
  planned(
    planAssign({
      host: { ...host, computer },
      gpu: host.gpus.find((gpu) => gpu.slot === 'gpu0')!,
      vm: host.vms.find((vm) => vm.name === 'train-02')!,
      consents: { shutdown: true, powerOff: false, noStart: false },
      baselines: new Map(),
      quarantine: null,
      peers: [],
    }),
  )

withEngine('a script that people are given', (found) => {
  let windows: Windows
  /** What comes of a guest that is to shut down. */
  let shutdown: { readonly asked: () => void; readonly answered: () => void }
  const usual = { asked: () => undefined, answered: () => undefined }
  beforeAll(async () => {
    const { world, host } = fleetOf()
    windows = await startWindows({
      ...{ world, host, stubs: found.stubs, flavour: '2022' },
      before: ({ command }) => (command === 'Stop-VM' ? shutdown.asked() : undefined),
      after: ({ command }) => (command === 'Stop-VM' ? shutdown.answered() : undefined),
    })
  })
  afterAll(() => windows.close())

  const pwsh = async (args: readonly string[], typed: string): Promise<{ said: string }> => {
    const console = spawn(found.program, ['-NoProfile', '-NonInteractive', ...args], {
      env: { ...process.env, ...windows.env, NO_COLOR: '1', TERM: 'dumb' },
    })
    let said = ''
    for (const stream of [console.stdout, console.stderr])
      stream.on('data', (text: Buffer) => (said += String(text)))
    console.stdin.end(typed)
    await once(console, 'close')
    return { said: said.replace(/[\s|]+/g, ' ') }
  }
  const ways = {
    'saved as a file': (script: string) => {
      const file = join(windows.dir, 'plan.ps1')
      writeFileSync(file, `${script}\n"afterwards $ErrorActionPreference"\n`)
      return pwsh(['-File', file], '')
    },
    'pasted line by line': (script: string) =>
      pwsh(['-Command', '-'], `${script}\n"afterwards $ErrorActionPreference"\n`),
  } as const

  describe.each(Object.entries(ways))('%s', (way, run) => {
    const scene = (): Fleet => {
      const fleet = fleetOf()
      shutdown = usual
      windows.become(fleet.world, fleet.host)
      return fleet
    }
    const runs = (fleet: Fleet, computer: string | null = COMPUTER) =>
      run(planScripts(planOn(fleet.facts(), computer)).join(''))
    const gpuOn = (host: HostFacts): string =>
      placeOf(
        host,
        host.gpus.find((gpu) => gpu.slot === 'gpu0')!,
      ).kind
    const vmOn = (host: HostFacts) => vmById(host, host.vms.find((vm) => vm.name === 'train-02')!.id)

    it('does all steps, says each, and leaves the console as it was', async () => {
      const fleet = scene()

      const { said } = await runs(fleet)

      expect(said).toMatch(
        /1 of 6: Disable hv01\/gpu0.*6 of 6: Start train-02.*Done on hv01\. afterwards Continue/,
      )
      expect(gpuOn(fleet.facts())).toBe('assigned')
      expect(vmOn(fleet.facts())?.state).toBe('Running')
    })

    const REFUSALS: readonly (readonly [how: string, of: (fleet: Fleet) => typeof shutdown])[] = [
      [
        'the host says so',
        () => ({
          ...usual,
          asked: () => {
            throw new StubFailure('OperationTimeout', 'SIMULATED: the guest did not shut down')
          },
        }),
      ],
      [
        'nobody says so',
        ({ world }) => ({ ...usual, answered: () => world.setVmState('hv01', 'train-02', 'Running') }),
      ],
    ]
    it.each(REFUSALS)('never adds a device to a VM that did not shut down: %s', async (_, refusal) => {
      const fleet = scene()
      shutdown = refusal(fleet)

      const { said } = await runs(fleet)

      expect(said).toContain('3 of 6: Shut down train-02')
      expect(said).not.toContain('Done on')
      expect(vmOn(fleet.facts())).toMatchObject({ state: 'Running', assigned: [] })
      expect(gpuOn(fleet.facts())).toBe('dismounted')
      if (way === 'pasted line by line') expect(said).toContain('afterwards Continue')
    })

    it('does nothing on another computer', async () => {
      const fleet = scene()
      const before = fleet.facts()

      const { said } = await runs(fleet, 'ANOTHER')

      expect(said).toContain('it must be so that this computer is ANOTHER')
      expect(said).not.toContain('1 of 6')
      expect(fleet.facts()).toEqual(before)
    })

    it('does nothing where the ground is another than it was planned on', async () => {
      const fleet = scene()
      const script = planScripts(planOn(fleet.facts(), COMPUTER)).join('')
      fleet.world.setVmState('hv01', 'train-02', 'Off')
      const before = fleet.facts()

      const { said } = await run(script)

      expect(said).toContain('it must be so that train-02 is running')
      expect(fleet.facts()).toEqual(before)
    })
  })
})
