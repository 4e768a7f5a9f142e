/** What a key to a host can do there, and what it cannot: sessions of the very configurations that ship. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostName } from '../../../src/core/inventory/inventory'
import { fleetFile, openSimulatedFleet } from '../../../src/host/simulated/fleet'
import {
  ALWAYS_VISIBLE,
  exportedFunctions,
  jeaConfiguration,
  PSRC,
  SSH_PSSC,
  visibleFunctions,
} from './configurations'
import { onPath, openProbe, openShell, quoted, writeSsh, type Asked, type Probe, type Shell } from './probe'
import { withEngine } from './pwsh'
import { serversEnded, writeServer } from './session-server'
import { GUEST_ACCOUNT } from './stubs/answers/guest'
import { commandsOf } from './stubs/modules'
import { MODULE, startWindows, type Windows } from './stubs/windows'

const clock = { now: () => 0, sleep: () => Promise.resolve() }

describe('the functions of the role', () => {
  it.each([
    ['the role for WinRM', PSRC],
    ['the session for SSH', SSH_PSSC],
  ])('are in %s those that the module exports', (_, file) => {
    expect(visibleFunctions(file)).toEqual(exportedFunctions())
  })
})

/** From the text of the module: its functions, and of each parameter the rules. */
const MODULE_FACTS = `
foreach ($file in [System.IO.Directory]::GetFiles(${quoted(MODULE)}, '*.ps1')) {
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
    foreach ($function in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true)) {
        "function $($function.Name)"
        if (-not $function.Body.ParamBlock) { continue }
        foreach ($parameter in $function.Body.ParamBlock.Parameters) {
            $types = @($parameter.Attributes | ForEach-Object { $_.TypeName.Name })
            "parameter $($function.Name) $($parameter.Name.VariablePath.UserPath) $($types -join ' ')"
        }
    }
    foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) { "call $($call.GetCommandName())" }
}
foreach ($command in Get-Command -CommandType Cmdlet, Function) { "command $($command.Name)" }
`

interface Parameter {
  readonly of: string
  readonly name: string
  readonly types: readonly string[]
}

const parametersIn = (lines: readonly string[]): Parameter[] =>
  lines
    .filter((line) => line.startsWith('parameter '))
    .map((line) => line.trim().split(' '))
    .map(([, of, name, ...types]) => ({ of: of!, name: name!, types }))
const wordsAfter = (word: string, lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.trim().slice(word.length + 1))

const RULES = ['ValidatePattern', 'ValidateSet', 'ValidateRange']
const WRONG = ['*', '', '$(Get-Date)', "'; Stop-Computer; '", '-1', '..\\..']

const HYPER_V = commandsOf('2022').map(({ name }) => name)
/** Where their names come from, and some that have to be among them. */
const OTHERS: [string, (lines: readonly string[]) => readonly string[], string[]][] = [
  [
    'of PowerShell',
    (lines) => wordsAfter('command', lines).filter((each) => !HYPER_V.includes(each)),
    ['Import-Module', 'Remove-Module', 'Invoke-Expression', 'Set-Content', 'Start-Process', 'New-PSDrive'],
  ],
  ['of Hyper-V', () => HYPER_V, ['Get-VM']],
  ['of the inside of the module', (lines) => wordsAfter('function', lines), ['Invoke-Change']],
  ['by another name', () => ['cd', 'iex', 'icm', 'Invoke-CimMethod'], []],
]

const ELSEWHERE = [
  ...['GpuChatOps\\Invoke-Change', 'Hyper-V\\Get-VM', 'Microsoft.PowerShell.Core\\Invoke-Command'],
  ...['/bin/id', process.execPath, join(MODULE, 'Guard.ps1'), './script.ps1'],
  ...['Env:PATH', 'Function:Invoke-Change', 'Variable:x', 'C:'],
  ...['id', 'sh', 'ssh', 'nvidia-smi', 'cmd.exe', 'powershell', 'pwsh'],
]
const SCRIPTS = [
  '1 + 1',
  '$x = 1',
  '$env:PATH',
  '$script:LockPatienceSeconds = 0',
  '& { 1 }',
  '& "Get-VM"',
  '. Get-VM',
  'Get-VM',
  'Get-HostSmi',
  '[System.Environment]::Exit(1)',
  '"a".Length',
  '"$(Get-VM)"',
  'if ($true) { 1 }',
  'function Get-Mine { 1 }',
  '{ Get-VM }.Invoke()',
  'Get-Command | ForEach-Object { $_.Name }',
  'Get-GpuInventory; Get-VM',
  'Get-GpuInventory > everything.json',
  'using module Hyper-V',
]

const command = (name: string, parameters: Readonly<Record<string, string>> = {}): Asked => ({
  pipeline: [{ command: name, with: parameters }],
})

withEngine('a restricted session', ({ program, stubs }) => {
  const open = openSimulatedFleet({ file: fleetFile('default'), stateFile: null, clock, latency: 'none' })
  const simulated = open.hosts.find(({ name }) => name === hostName.parse('hv01'))!
  const running = open.world.facts('hv01').vms.find(({ state }) => state === 'Running')!
  let windows: Windows
  let shell: Shell
  let lines: readonly string[]

  beforeAll(async () => {
    windows = await startWindows({ world: open.world, host: simulated, stubs, flavour: '2022' })
    const jea = join(windows.dir, 'GpuChatOps.pssc')
    writeFileSync(jea, jeaConfiguration())
    writeServer(windows.dir, 'for-ssh', { program, pssc: SSH_PSSC, env: windows.env })
    writeServer(windows.dir, 'for-winrm', { program, pssc: jea, env: windows.env })
    const env = onPath(writeSsh(windows.dir), { ...process.env, ...windows.env })
    shell = openShell({ program, dir: windows.dir, env })
    lines = await shell.run(MODULE_FACTS)
  })
  afterAll(async () => {
    await shell.close()
    await serversEnded(windows.dir)
    await windows.close()
  })

  it('is of functions whose every parameter has a rule, or can be nothing but a switch or a credential', () => {
    const without = parametersIn(lines)
      .filter(({ of }) => exportedFunctions().includes(of))
      .filter(({ types }) => !types.some((type) => [...RULES, 'switch', 'pscredential'].includes(type)))

    expect(without).toEqual([])
  })

  it('is of functions that call none of the commands which such a session replaces by narrower ones', () => {
    const calls = wordsAfter('call', lines)

    expect(calls).toContain('Get-VM')
    expect(calls.filter((each) => ALWAYS_VISIBLE.includes(each))).toEqual([])
  })

  describe.each([
    ['for SSH', 'for-ssh'],
    ['for WinRM', 'for-winrm'],
  ])('%s', (_, session) => {
    let probe: Probe
    const errorsOf = async (asked: readonly Asked[]): Promise<string[]> =>
      (await probe(asked)).map(({ output, errors }) => errors.join() || `no error, but ${output.join()}`)

    /** Of a session a month ago. */
    const transcript = (): string =>
      join(
        windows.dir,
        'GpuChatOps',
        'Transcripts',
        `PowerShell_transcript.HV01.${session}.20260102030405.txt`,
      )

    beforeAll(async () => {
      mkdirSync(join(transcript(), '..'), { recursive: true })
      writeFileSync(join(windows.dir, 'GpuChatOps', 'transcript-days'), '30')
      writeFileSync(transcript(), 'x')
      const then = Date.now() / 1_000 - 31 * 24 * 3_600
      utimesSync(transcript(), then, then)
      probe = await openProbe(shell, session)
    })

    it('shows the functions of the role, what every such session shows, and nothing else', async () => {
      const [shown] = await probe([command('Get-Command')])

      expect([...shown!.output].sort()).toEqual([...exportedFunctions(), ...ALWAYS_VISIBLE].sort())
    })

    it('finds each function of the role', async () => {
      const told = await errorsOf(exportedFunctions().map((each) => command(each, { Nope: '1' })))

      expect(new Set(told)).toEqual(new Set(['NamedParameterNotFound']))
    })

    it('carries a function out, as data in and text out', async () => {
      const [told] = await probe([command('Get-GpuInventory')])

      expect(told!.errors).toEqual([])
      expect(JSON.parse(told!.output.join())).toMatchObject({ module: 1 })
    })

    it('clears old transcripts away, though it has no provider for files', async () => {
      await probe([command('Get-GpuInventory')])

      expect(existsSync(transcript())).toBe(false)
    })

    it('takes a credential, though it has no language', async () => {
      const { user, password } = GUEST_ACCOUNT
      const secure = `$(${quoted(password)}.ToCharArray() | ForEach-Object { $s = [securestring]::new() } { $s.AppendChar($_) } { $s })`
      const [told] = await probe([
        command('Get-GuestSmi', {
          VmId: quoted(running.id),
          Credential: `([pscredential]::new(${quoted(user)}, ${secure}))`,
        }),
      ])

      expect(told!.errors).toEqual([])
      expect(windows.calls).toContainEqual(
        expect.objectContaining({
          command: 'Invoke-Command',
          bound: expect.objectContaining({ User: user, Password: password }) as unknown,
        }),
      )
    })

    it.each(WRONG)('refuses %j as the value of each parameter that has a rule', async (wrong) => {
      const ruled = parametersIn(lines).filter(
        ({ of, types }) => exportedFunctions().includes(of) && types.some((type) => RULES.includes(type)),
      )
      const told = await errorsOf(ruled.map(({ of, name }) => command(of, { [name]: quoted(wrong) })))

      expect(ruled.length).toBeGreaterThan(0)
      for (const error of told)
        expect(['ParameterArgumentValidationError', 'ParameterArgumentTransformationError']).toContain(error)
    })

    it.each(OTHERS)('knows no other command: not %s', async (_, namesIn, witness) => {
      const allowed = [...exportedFunctions(), ...ALWAYS_VISIBLE]
      const names = [...new Set(namesIn(lines))].filter((each) => !allowed.includes(each))
      const told = await errorsOf(names.map((each) => command(each)))

      expect(names).toEqual(expect.arrayContaining(witness))
      expect(names.filter((_, at) => told[at] !== 'CommandNotFoundException')).toEqual([])
    })

    it('nor one by its module, by a path, by a drive, or as a program', async () => {
      const told = await errorsOf(ELSEWHERE.map((each) => command(each)))

      expect(
        ELSEWHERE.filter(
          (_, at) => !['CommandNotFoundException', 'CouldNotAutoLoadModule'].includes(told[at]!),
        ),
      ).toEqual([])
    })

    it('runs no script, not even one that only names a function of the role', async () => {
      const told = await errorsOf(SCRIPTS.map((script) => ({ script })))

      expect(SCRIPTS.filter((_, at) => told[at] !== 'ScriptsNotAllowed')).toEqual([])
    })

    it('runs no block that is handed over as a parameter', async () => {
      const witness = join(windows.dir, 'witness')
      const block = `{ [System.IO.File]::WriteAllText(${quoted(witness)}, 'x') }`
      await probe([
        { pipeline: [{ command: 'Get-Command' }, { command: 'Select-Object', with: { Property: block } }] },
        {
          pipeline: [
            { command: 'Get-Command' },
            { command: 'Select-Object', with: { Property: `@{ n = 'x'; e = ${block} }` } },
          ],
        },
        { pipeline: [{ command: 'Get-Command' }, { command: 'Measure-Object', with: { Property: block } }] },
        command('Get-GpuInventory', { OutVariable: quoted('x'), ErrorAction: quoted('Stop') }),
      ])

      expect(existsSync(witness)).toBe(false)
    })
  })
})
