/**
 * What an inventory costs the host: calls of Hyper-V do not grow with the number of its VMs, and what is sent, which the
 * transcript of the session keeps, is little while nothing changes.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isPartitionable } from '../../../src/core/inventory/partitions'
import { gpuRefOf, partitionRefOf } from '../../../src/core/planner/checks/input'
import { expectationOf, type Step } from '../../../src/core/plan/step'
import { callOf } from '../../../src/host/powershell/calls'
import { openFleet } from '../../contract/over-powershell'
import { openShell, quoted, type Shell } from './probe'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

withEngine('an inventory', ({ program, stubs }) => {
  const { world, simulated } = openFleet('hv02')
  let windows: Windows
  let shell: Shell
  beforeAll(async () => {
    windows = await startWindows({ world, host: simulated, stubs, flavour: '2025' })
    shell = openShell({ program, dir: windows.dir, env: { ...process.env, ...windows.env } })
    await shell.run(`Import-Module ${quoted(windows.module)}`)
  })
  afterAll(async () => {
    await shell.close()
    await windows.close()
  })

  const read = async (parameters = ''): Promise<string> =>
    (await shell.run(`Get-GpuInventory ${parameters}`)).join('\n')
  const digestIn = (json: string): string => z.object({ digest: z.string() }).parse(JSON.parse(json)).digest

  const counted = async (asked: Promise<unknown>): Promise<Record<string, number>> => {
    windows.calls.length = 0
    await asked
    const names = windows.calls.map(({ command }) => command).filter((name) => /-VM/.test(name))
    return Object.fromEntries(
      [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]),
    )
  }
  const cost = (parameters = ''): Promise<Record<string, number>> => counted(read(parameters))

  /** What the host asks before it does a step, or refuses it. */
  const costOfOrder = (step: Step): Promise<Record<string, number>> => {
    const fence = { number: 8, bot: null, claim: null }
    const { command, parameters } = callOf({ step, expects: expectationOf(step), fence }, null)
    const words = Object.entries(parameters).map(
      ([name, value]) => `-${name} ${quoted(String(value as string | number))}`,
    )
    return counted(shell.run(`try { ${[command, ...words].join(' ')} } catch { 'refused' }`))
  }

  it('asks Hyper-V once about all VMs, whatever is asked', async () => {
    expect(world.facts('hv02').vms.length).toBeGreaterThan(3)

    expect(await cost()).toEqual({
      'Get-VM': 1,
      'Get-VMHost': 1,
      'Get-VMHostAssignableDevice': 1,
      'Get-VMResourcePool': 1,
      'Get-VMSnapshot': 1,
      'Get-VMAssignableDevice': 1,
      'Get-VMGpuPartitionAdapter': 1,
      'Get-VMIntegrationService': 1,
      'Get-VMHostPartitionableGpu': 1,
    })
  })

  it('looks for a command that the host lacks once in a session', async () => {
    const [first, again] = await shell.run(`
$module = Get-Module GpuChatOps
& $module { $script:Looked.Clear(); $null = Get-GpuInventory; $script:Looked.Count }
& $module { $before = @($script:Looked.Keys).Count; $null = Get-GpuInventory; $script:Looked.Count - $before }`)

    expect(Number(first)).toBeGreaterThan(6)
    expect(again).toBe('0')
  })

  it('names a digest of everything else that it says', async () => {
    const json = await read()
    const digest = digestIn(json)

    const rest = json.replace(`"digest":"${digest}",`, '')
    expect(createHash('sha256').update(rest).digest('hex').toUpperCase()).toBe(digest)
    expect(Object.keys(JSON.parse(rest) as object)).toEqual(
      expect.arrayContaining(['protocol', 'fence', 'vms']),
    )
  })

  it('is not sent to whoever has it: the answer is short, and no question more is asked for it', async () => {
    const json = await read()
    const whole = await cost()
    const known = `-Known ${digestIn(json)}`

    expect(await read(known)).toBe(`{"unchanged":"${digestIn(json)}"}`)
    expect(await read(`-Settled ${known}`)).toBe(`{"unchanged":"${digestIn(json)}"}`)
    expect(await cost(known)).toEqual(whole)
    expect(json.length).toBeGreaterThan(20 * (await read(known)).length)
  })

  it.each([
    ['a VM that is paused', () => world.setVmState('hv02', world.facts('hv02').vms[0]!.name, 'Paused')],
    ['a claim of the host', () => writeFileSync(join(windows.dir, 'GpuChatOps', 'fence'), '7')],
    ['a device that is gone', () => windows.differ({ emptyEntries: [world.facts('hv02').vms[0]!.id] })],
  ])('is sent whole after %s', async (_, happens) => {
    const before = await read()
    happens()

    const after = await read(`-Known ${digestIn(before)}`)

    expect(after).toBe(await read())
    expect(digestIn(after)).not.toBe(digestIn(before))
  })

  it('is sent whole to whoever has another, and to whoever has none', async () => {
    expect(await read(`-Known ${'0'.repeat(64)}`)).toBe(await read())
  })

  it('asks as little for an order, once about all VMs', async () => {
    const facts = world.facts('hv02')
    const shared = facts.gpus.find(isPartitionable)!
    const { count, validCounts } = shared.partition
    const gpu = gpuRefOf(facts, shared)
    const ofPlace = {
      ...{ 'Get-VM': 1, 'Get-VMAssignableDevice': 1 },
      ...{ 'Get-VMHostAssignableDevice': 1, 'Get-VMResourcePool': 1 },
    }

    expect(
      await costOfOrder({
        ...{ kind: 'setPartitionCount', gpu, partition: partitionRefOf(facts, shared) },
        ...{ from: count, to: validCounts.find((each) => each !== count)! },
      }),
    ).toEqual({
      ...{ ...ofPlace, 'Get-VM': 2 },
      ...{ 'Get-VMGpuPartitionAdapter': 1, 'Get-VMHostPartitionableGpu': 3 },
    })
    expect(await costOfOrder({ kind: 'disableDevice', gpu })).toEqual(ofPlace)
  })

  it('leaves no error, which the transcript would keep, on a host in no cluster', async () => {
    const alone = openFleet('hv01')
    expect(alone.world.facts('hv01').cluster).toBeNull()
    windows.become(alone.world, alone.simulated)

    expect(
      await shell.run('$Error.Clear(); $null = Get-GpuInventory; $Error | ForEach-Object { [string] $_ }'),
    ).toEqual([])
  })
})
