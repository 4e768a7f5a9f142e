/** What an inventory costs the host: calls of Hyper-V do not grow with the number of its VMs. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
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

  const cost = async (): Promise<Record<string, number>> => {
    windows.calls.length = 0
    await shell.run('$null = Get-GpuInventory')
    const names = windows.calls.map(({ command }) => command).filter((name) => /-VM/.test(name))
    return Object.fromEntries(
      [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]),
    )
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
})
