import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { hostName } from '../../../src/core/inventory/inventory'
import { expectationOf, type Step } from '../../../src/core/plan/step'
import type { Host } from '../../../src/core/ports/host'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { powerShellHost } from '../../../src/host/powershell/host'
import { openDeviceMemory } from '../../../src/host/powershell/memory'
import { aGpu, aVmId } from '../../fakes/facts'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { withEngine } from './pwsh'
import { A_BOT, aFence, ANOTHER_BOT } from '../../fakes/fence'
import { BARE_INVENTORY } from './bare-inventory'

/** Functions named like those of the module, which answer as a host could; files say which way, and that they were called. */
const MODULE = (dir: string): string => `
function Get-GpuInventory { param([switch] $Settled) [System.IO.File]::ReadAllText('${join(dir, 'inventory.json')}') }
function Start-GpuVm {
    param([string] $VmId, [long] $Fence, [string] $Claim, [string[]] $ExpectState)
    [System.IO.File]::WriteAllText('${join(dir, 'started')}', "$VmId $Fence $Claim $ExpectState")
    '{"done":true}'
}
function Disable-GpuDevice {
    throw [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new('it moved'), 'PreconditionChanged', 'InvalidOperation', $null)
}
function Stop-GpuVm { while (-not [System.IO.File]::Exists('${join(dir, 'go')}')) { [System.Threading.Thread]::Sleep(20) }; '{"done":true}' }
function Remove-GpuFromVm { [CmdletBinding()] param([string] $VmId, [string] $InstanceId, [string] $LocationPath, [long] $Fence, [string[]] $ExpectState, [string] $ExpectPlace) '{"done":true}' }
function Mount-GpuDevice { [System.Environment]::Exit(1) }
function Get-HostSmi { '{"exitCode":9,"problem":"-1","stdout":"no driver"}' }
Export-ModuleMember -Function *
`

const vm = { id: aVmId(1), name: 'train-01' }
const { instanceId, locationPath } = aGpu()
const gpu = { alias: 'hv01/gpu0', instanceId, locationPath }

withEngine('a host over the engine', ({ program: executable }) => {
  let dir: string
  let engine: Engine
  let host: Host
  const says = (inventory: unknown) => writeFileSync(join(dir, 'inventory.json'), JSON.stringify(inventory))

  beforeAll(async () => {
    dir = makeTempDir()
    mkdirSync(join(dir, 'Answers'))
    writeFileSync(join(dir, 'Answers', 'Answers.psm1'), MODULE(dir))
    engine = await startEngine({
      executable,
      clock: systemClock,
      env: process.env,
      noise: () => undefined,
    })
    host = powerShellHost({
      name: hostName.parse('hv01'),
      target: { kind: 'local', module: join(dir, 'Answers') },
      notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
      guests: new Map(),
      engine: () => Promise.resolve(engine),
      memory: openDeviceMemory(join(dir, 'devices.json')),
    })
  })
  afterAll(async () => {
    await engine.stop()
    removeTempDir(dir)
  })
  const run = (step: Step) => host.run({ step, expects: expectationOf(step), fence: aFence(7) })

  it('has the facts that its inventory tells', async () => {
    says(BARE_INVENTORY)

    expect(await host.inventory()).toMatchObject({ name: 'hv01', os: { release: '2022' }, gpus: [], vms: [] })
  })

  it.each([
    ['of another form', { ...BARE_INVENTORY, module: 2 }],
    ['that is no object', 'hello'],
  ])('is unreachable when it answers with an inventory %s', async (_, inventory) => {
    says(inventory)

    await expect(host.inventory()).rejects.toMatchObject({ code: 'host-unreachable' })
  })

  it('whose module is older than this bot refuses as OldModule: it knows neither claims nor adoptions', async () => {
    const adoption = { from: A_BOT, fence: aFence(7, ANOTHER_BOT) }

    for (const result of [await run({ kind: 'detachDevice', gpu, vm }), await host.adopt(adoption)])
      expect(result).toMatchObject({
        code: 'OldModule',
        message: expect.stringMatching(/Register-GpuChatOps\.ps1/),
      })
  })

  it('does a step by calling its function with fence and expectation', async () => {
    expect(await run({ kind: 'startVm', vm })).toEqual({ kind: 'done' })
    expect(existsSync(join(dir, 'started'))).toBe(true)
  })

  it('refuses with the code that the function failed with', async () => {
    expect(await run({ kind: 'disableDevice', gpu })).toEqual({
      kind: 'refused',
      code: 'PreconditionChanged',
      message: 'it moved',
    })
  })

  it('is read while a step takes its time', async () => {
    says(BARE_INVENTORY)
    const stopping = run({ kind: 'stopVm', vm, how: 'shutdown' })

    const facts = await host.inventory()
    writeFileSync(join(dir, 'go'), '')

    expect(facts.name).toBe('hv01')
    expect(await stopping).toEqual({ kind: 'done' })
  })

  it('brings back what nvidia-smi printed on it, and how it ended', async () => {
    expect(await host.smi({ kind: 'host' })).toEqual({
      kind: 'ran',
      exitCode: 9,
      stdout: 'no driver',
      problemCode: null,
    })
  })

  it('leaves the outcome of a step unknown when the process dies with it', async () => {
    expect((await run({ kind: 'mountDevice', gpu, force: false })).kind).toBe('unknown')
    expect((await run({ kind: 'startVm', vm })).kind).toBe('unknown')
    await expect(host.inventory()).rejects.toMatchObject({ code: 'host-unreachable' })
  })
})

describe('without an engine', () => {
  it('nothing was done, and the outcome is unknown rather than claimed', async () => {
    const dir = makeTempDir()
    const host = powerShellHost({
      name: hostName.parse('hv01'),
      target: { kind: 'local', module: 'nowhere' },
      notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
      guests: new Map(),
      engine: () => Promise.reject(new Error('pwsh is not installed')),
      memory: openDeviceMemory(join(dir, 'devices.json')),
    })

    const step: Step = { kind: 'startVm', vm }
    const result = await host.run({ step, expects: expectationOf(step), fence: aFence(1) })
    removeTempDir(dir)

    expect(result).toEqual({ kind: 'unknown', why: 'pwsh is not installed' })
  })
})
