/** The PowerShell that goes to hosts, read by the engine's own parser: what each Windows lacks is refused here. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { systemClock } from '../../../src/clock'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { withEngine } from './pwsh'
import { complaints, flavoursOf, scriptFacts, type ScriptFacts } from './static/complaints'
import { MODULE } from './stubs/windows'

const WORKER = join(__dirname, '..', '..', '..', 'src', 'host', 'powershell', 'engine', 'Worker.ps1')
const files = [...readdirSync(MODULE).map((name) => join(MODULE, name)), WORKER].filter((path) =>
  /\.ps[dm]?1$/.test(path),
)

withEngine('the PowerShell of the module and the worker', ({ program }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine({
      executable: program,
      clock: systemClock,
      env: process.env,
      noise: () => undefined,
    })
  })
  afterAll(() => engine.stop())

  const facts = async (text: string): Promise<ScriptFacts> => {
    const answer = await engine.call({
      session: {
        name: 'reading',
        target: { kind: 'local', module: join(__dirname, 'static', 'Ast.psm1') },
      },
      command: 'Read-Script',
      parameters: { Script: text },
      timeoutMs: 60_000,
    })
    if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer))
    return scriptFacts.parse(JSON.parse(answer.json))
  }
  const all = new Map<string, { readonly text: string; readonly script: ScriptFacts }>()
  const own = new Set<string>()
  beforeAll(async () => {
    for (const path of files) {
      const text = readFileSync(path, 'utf8')
      all.set(path, { text, script: await facts(text) })
    }
    for (const { script } of all.values()) for (const { name } of script.functions) own.add(name)
  })

  it.each(files.map((path) => [basename(path), path]))('%s uses nothing that a host may lack', (_, path) => {
    const { script, text } = all.get(path)!

    expect(complaints(script, text, own)).toEqual([])
  })

  it('exports functions only, each with a synopsis', () => {
    const manifest = readFileSync(join(MODULE, 'GpuChatOps.psd1'), 'utf8')
    const exported = [
      ...(/FunctionsToExport = @\(([^)]*)\)/.exec(manifest)?.[1] ?? '').matchAll(/'([^']+)'/g),
    ]
    const functions = [...all.values()].flatMap(({ script }) => script.functions)

    expect(exported.length).toBeGreaterThan(15)
    for (const [, name] of exported)
      expect([name, functions.find((each) => each.name === name)?.synopsis]).toEqual([
        name,
        expect.stringMatching(/\w{3}/),
      ])
  })

  it('looks in its health check for every command of Windows that it calls, and for no other', () => {
    const texts = ['Health.ps1', 'Inventory.ps1'].map((name) => readFileSync(join(MODULE, name), 'utf8'))
    const lists = [...texts.join('').matchAll(/^\$script:\w+Commands = @\(([^)]*)\)/gm)].map(
      ([, list]) => list!,
    )
    const asked = lists.flatMap((list) => list.match(/[A-Z]\w+-\w+/g) ?? [])
    const module = [...all].filter(([path]) => path !== WORKER && !path.endsWith('Health.ps1'))
    const called = module
      .flatMap(([, { script }]) => script.calls.map(({ name }) => name))
      .filter((name) => /-(VM|Pnp|Cim|Cluster)/.test(name) && flavoursOf(name).length > 0)

    expect(lists).toHaveLength(4)
    expect(called.filter((name) => !asked.includes(name))).toEqual([])
    expect(asked.filter((name) => !module.some(([, { text: other }]) => other.includes(name)))).toEqual([])
  })

  it('defines no function twice, of which the later would take the place of the earlier', () => {
    const names = [...all.values()].flatMap(({ script }) => script.functions.map(({ name }) => name))

    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
  })

  describe('would be told of', () => {
    it.each([
      ['a script that does not parse', 'function {', /does not parse/],
      ['the ternary operator', '$a = $true ? 1 : 2', /a \? b : c/],
      ['null coalescing', '$a = $b ?? 1', /a \?\? b/],
      ['null-coalescing assignment', '$a ??= 1', /a \?\?= b/],
      ['null-conditional members', '${a}?.b', /a\?\.b/],
      ['null-conditional indexes', '${a}?[0]', /a\?\[b\]/],
      ['pipeline chains', 'Start-Sleep -Seconds 1 && Start-Sleep -Seconds 1', /a && b/],
      ['background pipelines', 'Start-Sleep -Seconds 1 &', /a &/],
      ['a clean block', 'function Get-It { clean { } }', /clean block/],
      ['variables of PowerShell 7', 'if ($IsWindows) { }', /\$IsWindows/],
      ['number suffixes of PowerShell 7', '$a = 1ul', /number suffix/],
      ['escapes of PowerShell 7', '$a = "`u{41}"', /escape/],
      ['letters beyond ASCII', '$a = "é"', /not ASCII/],
      [
        'a type that is not listed',
        '[System.Text.Json.JsonDocument] $a = $null',
        /type not known.*JsonDocument/,
      ],
      ['a member that is not listed', '[System.IO.File]::WriteAllBytesAsync("a", $b)', /member not known/],
      ['a command that is not listed', 'Get-Uptime', /Get-Uptime .* not known/],
      ['a parameter that 5.1 lacks', '1 | ForEach-Object -Parallel { }', /5\.1 has no -Parallel/],
      ['a parameter that is documented nowhere', 'Get-VM -Magic 1 -ErrorAction Stop', /has no -Magic/],
      ['a splatted one', '$a = @{ Magic = 1 }; Get-VM @a -ErrorAction Stop', /has no -Magic/],
      [
        'one that is set on a splatted variable',
        '$a = @{}; $a.Magic = 1; Get-VM @a -ErrorAction Stop',
        /has no -Magic/,
      ],
      [
        'a filter that older modules lack',
        "Get-VMHostAssignableDevice -LocationPath 'x' -ErrorAction Stop",
        /Windows Server 2019 has no -LocationPath/,
      ],
      [
        'a command of newer modules',
        'function Get-It { Get-VMHostPartitionableGpu -ErrorAction Stop }',
        /only in Windows Server 2022, 2025, and nothing asks/,
      ],
      ['an error that would go unnoticed', 'Get-VM', /no -ErrorAction/],
      ['a device without its path', 'Add-VMAssignableDevice -VM $vm -ErrorAction Stop', /no -LocationPath/],
      ['all devices of a VM', 'Remove-VMAssignableDevice -VMName x -ErrorAction Stop', /may remove all/],
      ['a command that is another one in a restricted session', 'Get-Command -Name x', /name its module/],
      ['a change without a fence', 'function Set-It { Invoke-Change 1 @{} { } }', /without a fence/],
    ])('%s', async (_, text, complaint) => {
      const script = await facts(text)

      const found = complaints(script, text, new Set(['Invoke-Change', 'Get-It', 'Set-It']))

      expect(found).toContainEqual(expect.stringMatching(complaint))
    })
  })
})
