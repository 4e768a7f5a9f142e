import { describe, expect, test } from '@jest/globals'
import { planScript, planShare } from '../../../src/core/plan/planner'
import { scriptOf, undoOf } from '../../../src/core/plan/step'
import { aGpu, aHost, aPartition, aVm } from '../../fakes/facts'
import { ask, inputOf, planned } from './scene'

const hostile = 'tr\u00e4in "01"\r\nRemove-Item C:\\ -Recurse\u2028\u202e'
const plan = planned(
  ask('assign', {
    host: aHost({
      gpus: [aGpu({ model: 'A100\nStop-Computer' })],
      vms: [aVm({ name: hostile, state: 'Running' })],
    }),
    consents: { shutdown: true },
  }),
)
const script = planScript(plan)
const lines = script.split('\n')
const code = lines.filter((line) => line !== '' && !line.startsWith('#'))

describe('a plan as a script', () => {
  test('is plain ASCII without control characters', () => {
    expect(script).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('stops at the first error, and then does each step in order and nothing else', () => {
    expect(code).toEqual(["$ErrorActionPreference = 'Stop'", ...plan.steps.map(scriptOf)])
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
    const head = script.slice(0, script.indexOf('$ErrorActionPreference'))

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
    const [first, second, third] = planScript(share)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))

    expect(first).toBe("$ErrorActionPreference = 'Stop'")
    expect(second).toMatch(
      /^if \(\$PSVersionTable\.PSEdition -eq 'Core'\) \{ throw 'Run this in Windows PowerShell/,
    )
    expect(third).toBe(scriptOf(share.steps[0]!))
    expect(script).not.toContain('PSEdition')
  })
})
