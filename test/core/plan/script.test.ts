import { describe, expect, test } from '@jest/globals'
import { planScripts, planShare } from '../../../src/core/planner/planner'
import type { Plan } from '../../../src/core/plan/plan'
import { scriptOf, undoOf } from '../../../src/core/plan/step'
import { aGpu, aHost, aPartition, aVm } from '../../fakes/facts'
import { ask, inputOf, planned } from '../planner/scene'

const hostile = 'tr\u00e4in "01"\r\nRemove-Item C:\\ -Recurse\u2028\u202e'
const plan = planned(
  ask('assign', {
    host: aHost({
      computer: 'HV01',
      gpus: [aGpu({ model: 'A100\nStop-Computer' })],
      vms: [aVm({ name: hostile, state: 'Running' })],
    }),
    consents: { shutdown: true },
  }),
)
const codeOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
const scriptOfOne = (of: Plan): string => {
  const [script, ...others] = planScripts(of)
  expect(others).toEqual([])
  return script!
}
const script = scriptOfOne(plan)
const lines = script.split('\n')
const commands = plan.steps.map(scriptOf)

describe('a plan as a script', () => {
  test('is plain ASCII without control characters', () => {
    expect(script).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('does each step in order and nothing else, in one statement that stops at the first error', () => {
    const code = codeOf(script)

    expect(code[0]).toBe('& {')
    expect(code[1]).toBe("$ErrorActionPreference = 'Stop'")
    expect(code.at(-1)).toBe('}')
    expect(code.filter((line) => commands.includes(line))).toEqual(commands)
    const changing = code.filter((line) => /^(?!Write-Host)[A-Z][a-z]+-[A-Z]/.test(line))
    expect(changing).toEqual(commands)
  })

  test('says each step before it does it, without what could end the text', () => {
    const said = codeOf(script).filter((line) => line.startsWith('Write-Host '))

    expect(said).toHaveLength(plan.steps.length + 1)
    for (const [n, line] of said.slice(0, -1).entries())
      expect(line).toMatch(new RegExp(`^Write-Host '${n + 1} of ${plan.steps.length}: (?:[^']|'')+'$`))
  })

  test('is for one computer, and asks all that must hold before it does anything', () => {
    const code = codeOf(script)
    const first = code.findIndex((line) => line.startsWith('Write-Host '))
    const needs = code.slice(0, first).filter((line) => line.startsWith('Need '))

    expect(needs[0]).toBe("Need ([Environment]::MachineName -eq 'HV01') 'this computer is HV01'")
    expect(needs.slice(1)).toEqual([
      expect.stringMatching(/-eq 'host-enabled'\) 'hv01\/gpu0 is enabled on the host'$/),
      expect.stringMatching(/State -in 'Running'\) 'tr\?in "01"\?+Remove-Item C:\\ -Recurse\?+ is running'$/),
    ])
  })

  test('says whose it is where the host does not tell the name of its computer', () => {
    const { computer, ...untold } = plan

    expect(scriptOfOne(untold)).toContain('# Make sure that this is hv01')
    expect(scriptOfOne(untold)).not.toContain('MachineName')
  })

  test('ends with the undo in reverse order, as comments, and shuts guests down for it', () => {
    const undo = plan.steps
      .toReversed()
      .map((step) =>
        step.kind === 'startVm' ? ({ ...step, kind: 'stopVm', how: 'shutdown' } as const) : undoOf(step),
      )
      .map((step) => `# ${scriptOf(step)}`)

    expect(lines.slice(-undo.length - 1)).toEqual([...undo, ''])
  })

  test('tells in its head what it does, costs and risks', () => {
    const head = script.slice(0, script.indexOf('& {'))

    expect(head).toContain('# assign hv01/gpu0')
    expect(head).toContain(plan.digest)
    expect(head.match(/^# Cost: /gm)).toHaveLength(plan.costs.length)
    expect(head.match(/^# Warning: /gm)).toHaveLength(plan.warnings.length)
  })

  test('stops in PowerShell 7 before it does anything, where a step of it would not work there', () => {
    const clustered = aHost({
      os: { caption: 'Microsoft Windows Server 2025 Datacenter', edition: 'server', release: '2025' },
      gpus: [aGpu({ model: 'NVIDIA A40', partition: aPartition() })],
      vms: [aVm({ clustered: true, offlineAction: 1 })],
    })
    const share = planned(planShare(inputOf({ host: clustered }), null))
    const code = codeOf(scriptOfOne(share))
    const guard = code.findIndex((line) => line.includes('PSEdition'))

    expect(code[guard]).toMatch(
      /^if \(\$PSVersionTable\.PSEdition -eq 'Core'\) \{ throw 'Run this in Windows PowerShell/,
    )
    expect(code.findIndex((line) => line.startsWith('Need '))).toBe(guard + 1)
    expect(script).not.toContain('PSEdition')
  })
})
