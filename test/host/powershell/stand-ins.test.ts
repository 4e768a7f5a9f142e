/** Stand-ins are functions of modules, and must take the preferences of whoever calls them, as cmdlets do. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { openFleet } from '../../contract/over-powershell'
import { runScript } from './probe'
import { withEngine } from './pwsh'
import { startWindows, type Windows } from './stubs/windows'

/** A module with these preferences, whose one function does this and says that it went on, or why it did not. */
const caller = (preferences: string, body: string): string => `
& (New-Module { ${preferences}; function Invoke-It { ${body}; 'went on' } } | ForEach-Object { $_.ExportedFunctions.Values }) 2>$null
`
const asked = (preferences: string, body: string): string =>
  `try { ${caller(preferences, body)} } catch { ([string] $_.FullyQualifiedErrorId -split ',')[0] }\n`

withEngine('the stand-ins', ({ program, stubs }) => {
  let windows: Windows
  const { world, simulated } = openFleet('hv01')
  beforeAll(async () => {
    windows = await startWindows({ world, host: simulated, stubs, flavour: '2022' })
  })
  afterAll(() => windows.close())
  const run = async (...scripts: string[]): Promise<string[]> => {
    const { dir, env } = windows
    const text = await runScript(scripts.join(''), { program, dir, env: { ...process.env, ...env } })
    return text.trim().split('\n')
  }

  it('end at an error, or go on, as their caller prefers or says', async () => {
    expect(
      await run(
        asked("$ErrorActionPreference = 'Stop'", 'Get-VM -Name nobody'),
        asked("$ErrorActionPreference = 'Continue'", 'Get-VM -Name nobody'),
        asked("$ErrorActionPreference = 'Stop'", 'Get-VM -Name nobody -ErrorAction SilentlyContinue'),
        asked("$ErrorActionPreference = 'Continue'", 'Get-VM -Name nobody -ErrorAction Stop'),
      ),
    ).toEqual(['ObjectNotFound', 'went on', 'went on', 'ObjectNotFound'])
  })

  it('only say what they would do, or do it unasked, as their caller prefers or says', async () => {
    const before = world.facts('hv01')
    const off = 'Stop-VM -Name train-02 -TurnOff'

    const would = await run(asked('$WhatIfPreference = $true', off), asked('', `${off} -WhatIf`))
    expect(would.filter((line) => line === 'went on')).toHaveLength(2)
    expect(world.facts('hv01')).toEqual(before)

    // Nobody can be asked here, which is an error.
    const [unasked, ...rest] = await run(
      asked("$ConfirmPreference = 'Low'; $ErrorActionPreference = 'Stop'", off),
      asked("$ConfirmPreference = 'None'", off),
    )
    expect(unasked).not.toBe('went on')
    expect(rest).toEqual(['went on'])
    expect(world.facts('hv01').vms.find(({ name }) => name === 'train-02')!.state).toBe('Off')
  })
})
