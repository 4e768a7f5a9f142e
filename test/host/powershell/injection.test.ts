/** No text becomes code: the corpus through every string parameter of every function of the module, over the real wire. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '../../../src/clock'
import { quoted } from '../../../src/core/plan/steps/row'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import type { Answer, Parameters } from '../../../src/host/powershell/engine/wire'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import { corpus, HALVES } from './injection/corpus'
import { withEngine } from './pwsh'
import { MODULE, startWindows, type Windows } from './stubs/windows'

/** Tells of the module what it takes, gives text back as it came, and reads a literal as the engine's parser does. */
const LOOKING = `
function Get-Parameters {
    Import-Module '${MODULE}'
    $common = [System.Management.Automation.Cmdlet]::CommonParameters
    $all = foreach ($command in Get-Command -Module GpuChatOps) {
        foreach ($parameter in $command.Parameters.Values) {
            if ($common -contains $parameter.Name) { continue }
            $mandatory = @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.Mandatory }).Count -gt 0
            [ordered]@{ command = $command.Name; name = $parameter.Name; type = $parameter.ParameterType.Name; mandatory = $mandatory }
        }
    }
    ConvertTo-Json -Compress @($all)
}
function Get-Echo { param([string] $Text) [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Text)) }
function Get-Literal {
    param([string] $Script)
    $tokens = $null; $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Script, [ref] $tokens, [ref] $errors)
    $found = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.ExpressionAst] }, $true))
    if ($errors.Count -gt 0 -or $found.Count -ne 1 -or $found[0] -isnot [System.Management.Automation.Language.StringConstantExpressionAst]) { return 'not one literal' }
    [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($found[0].Value))
}
function Test-Each {
    param([string] $Command, [string] $Parameter, [string[]] $Names, [string[]] $Values, [string[]] $Texts, [switch] $Several)
    $given = @{}
    for ($index = 0; $index -lt @($Names).Count; $index++) { $given[$Names[$index]] = $Values[$index] }
    if ($Command -eq 'Get-GuestSmi') { $given.Credential = [pscredential]::new('x', [securestring]::new()) }
    $answers = foreach ($text in $Texts) {
        $given[$Parameter] = if ($Several) { @('Off', $text) } else { $text }
        try { $null = & $Command @given; 'done' }
        catch { ([string] $_.FullyQualifiedErrorId -split ',')[0] }
    }
    ConvertTo-Json -Compress @($answers)
}
Export-ModuleMember -Function *
`
const parametersOf = z.array(
  z.object({ command: z.string(), name: z.string(), type: z.string(), mandatory: z.boolean() }),
)
type Parameter = z.infer<typeof parametersOf>[number]

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
const counts = { strings: 0, parameters: 0, executed: 0, altered: 0 }

withEngine('text', (found) => {
  let windows: Windows
  let engine: Engine
  let strings: string[]
  let trace: string
  let parameters: Parameter[]
  const fleet = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  const { world } = fleet
  const facts = world.facts('hv02')
  const gpu = facts.gpus[0]!

  /** For each parameter that a function must have, a value that it takes. */
  const VALID: Readonly<Record<string, string>> = {
    VmId: facts.vms[0]!.id,
    InstanceId: gpu.instanceId,
    LocationPath: gpu.locationPath,
    GpuName: gpu.partition!.name,
    How: 'shutdown',
    Fence: '1',
    Count: '8',
    OfflineAction: '3',
  }

  const ask = (command: string, given: Parameters, session = 'module'): Promise<Answer> =>
    engine.call({
      session: {
        name: session,
        target: {
          kind: 'local',
          module: session === 'module' ? windows.module : join(windows.dir, 'Looking'),
        },
      },
      command,
      parameters: given,
      timeoutMs: 60_000,
    })
  const look = async (command: string, given: Parameters = {}): Promise<string> => {
    const answer = await ask(command, given, 'looking')
    return answer.kind === 'ok' ? answer.json : answer.kind
  }

  beforeAll(async () => {
    const host = fleet.hosts.find(({ name }) => name === 'hv02')!
    windows = await startWindows({ world, host, stubs: found.stubs, flavour: '2025' })
    mkdirSync(join(windows.dir, 'Looking'))
    writeFileSync(join(windows.dir, 'Looking', 'Looking.psm1'), LOOKING)
    trace = join(windows.dir, 'executed')
    strings = corpus(trace)
    counts.strings = strings.length
    engine = await startEngine({
      executable: found.program,
      clock: systemClock,
      env: { ...process.env, ...windows.env, GUEST_USER: 'x', GUEST_PASSWORD: 'x' },
      noise: () => undefined,
    })
    parameters = parametersOf
      .parse(JSON.parse(await look('Get-Parameters')))
      .sort((a, b) => (a.command < b.command ? -1 : 1))
  })
  afterAll(async () => {
    process.stdout.write(
      `injection: ${counts.strings} strings, ${counts.parameters} parameters, ${counts.executed} executed, ${counts.altered} altered\n`,
    )
    await engine.stop()
    await windows.close()
  })

  describe('over the wire', () => {
    it('comes back byte for byte', async () => {
      for (const text of strings) {
        const same = (await look('Get-Echo', { Text: text })) === base64(text)
        if (!same) counts.altered += 1
        expect([text.slice(0, 100), same]).toEqual([text.slice(0, 100), true])
      }
      expect(strings.length).toBeGreaterThanOrEqual(300)
    })

    it.each(HALVES)('that is half a character is refused before it is sent: %j', async (text) => {
      expect(await ask('Get-Echo', { Text: text })).toMatchObject({
        kind: 'error',
        code: 'NotText',
      })
    })
  })

  it('in the script that people copy is one literal, and says the same', async () => {
    for (const text of strings) {
      const read = await look('Get-Literal', { Script: quoted(text) })
      expect([text.slice(0, 100), read === base64(text)]).toEqual([text.slice(0, 100), true])
    }
  })

  it('through every string parameter of every function runs nothing and changes nothing', async () => {
    const before = world.facts('hv02')
    const texts = parameters.filter(({ type }) => type === 'String' || type === 'String[]')
    for (const { command, name, type } of texts) {
      const others = parameters.filter(
        (each) =>
          each.command === command && each.mandatory && each.name !== name && each.name !== 'Credential',
      )
      const tried = attacks(name)
      counts.parameters += 1
      const answers: unknown = JSON.parse(
        await look('Test-Each', {
          Command: command,
          Parameter: name,
          Names: others.map((each) => each.name),
          Values: others.map((each) => VALID[each.name] ?? missing(each)),
          Texts: tried,
          Several: type === 'String[]',
        }),
      )
      expect(answers).toEqual(tried.map(() => expect.not.stringMatching(/^done$/)))
    }
    if (existsSync(trace)) counts.executed += 1
    expect(existsSync(trace)).toBe(false)
    expect(windows.calls.map(({ command }) => command).filter((command) => !/^Get-/.test(command))).toEqual(
      [],
    )
    expect(world.facts('hv02')).toEqual(before)
    expect(counts.parameters).toBeGreaterThan(50)
  })

  const missing = (parameter: Parameter): never => {
    throw new Error(`name a valid ${parameter.name} for ${parameter.command}`)
  }

  /** The corpus, and where a pattern leaves room, what the pattern would let through. */
  const attacks = (name: string): string[] => {
    const printable = strings.filter((text) => /^[!-~]{1,150}$/.test(text))
    if (name === 'InstanceId') return [...strings, ...printable.map((text) => `PCI\\VEN_10DE&${text}`)]
    if (name === 'GpuName') return [...strings, ...printable.map((text) => `\\\\?\\PCI#VEN_10DE&${text}`)]
    return strings
  }
})
