import { describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { policyCommand } from '../src/policy-command'
import { useTempDirs } from './fakes/temp'

const tempDir = useTempDirs()
const fileOf = (text: string): string => {
  const path = join(tempDir(), 'gpu-chatops.yaml')
  writeFileSync(path, text)
  return path
}
/** The example of the documentation. */
const EXAMPLE = /```yaml\n([^]*?)```/.exec(readFileSync('docs/policy.md', 'utf8'))?.[1] ?? ''

describe('the example in docs/policy.md', () => {
  it('is right, and answers as it says itself', () => {
    const path = fileOf(EXAMPLE)

    expect(policyCommand(['check', path])).toEqual({
      text: `${path} is right: 4 people, 3 roles, 5 rules.`,
      exitCode: 0,
    })
    expect(policyCommand(['test', path])).toMatchObject({
      text: expect.stringContaining('All 6 are as expected.') as unknown,
      exitCode: 0,
    })
  })

  it('shows as a table which answer is not the expected one, and why it is given', () => {
    const path = fileOf(EXAMPLE.replace('own: true, expect: automatic', 'own: true, expect: refused'))

    const { text, exitCode } = policyCommand(['test', path])

    expect(exitCode).toBe(1)
    expect(text.split('\n')[0]).toMatch(/^ +who +asks +expected +answer +why$/)
    expect(text).toMatch(/^NOT SO +maya +release hv01\/gpu0 train-01 \(own\) +refused +automatic$/m)
    expect(text).toMatch(/^ok +maya +assign hv02\/gpu0 train-02 for 1h30m +automatic +automatic$/m)
    expect(text).toMatch(
      /^ok +tomas .* refused +refused +no rule of the policy fits partition with hv02\/gpu0$/m,
    )
    expect(text).toContain('1 of 6 are not as expected.')
  })
})

describe('an example that is said to be own', () => {
  const answers = (command: string) => {
    const path = fileOf(`policy:
  people: { maya: { slack: U012MAYA } }
  roles: { research: [maya] }
  rules: [{ name: own, own: true, ask: [research], approve: automatic }]
  examples: [{ who: maya, command: ${command}, gpu: hv01/gpu0, vms: [train-01], own: true, expect: automatic }]
`)
    return policyCommand(['test', path]).exitCode
  }

  it('is so where something is taken from a VM, as in life', () => {
    expect(['release', 'move', 'resize'].map(answers)).toEqual([0, 0, 0])
  })

  it('is not where nothing is, whoever has the VM', () => {
    expect(['assign', 'partition'].map(answers)).toEqual([1, 1])
  })
})

describe('a wrong policy', () => {
  it('has every error listed with its line, and exits with 1', () => {
    const wrong = EXAMPLE.replace('[jonas, priya]', '[jonas, pria]').replace('count: 2', 'count: two')
    const lineWith = (words: string) => wrong.split('\n').findIndex((line) => line.includes(words)) + 1
    const path = fileOf(wrong)

    const { text, exitCode } = policyCommand(['check', path])

    expect(exitCode).toBe(1)
    expect(text.split('\n')).toEqual([
      `${path} is wrong:`,
      expect.stringMatching(`policy.rules.1.approve: .* \\(line ${lineWith('count: two')}\\)$`),
      expect.stringMatching(
        `policy.roles.platform.1: there is no person or group pria \\(line ${lineWith('pria')}\\)$`,
      ),
    ])
  })

  it('is one without examples, when they are to be tried', () => {
    expect(policyCommand(['test', fileOf('policy: { ask: [U012ABC] }\n')]).exitCode).toBe(1)
  })

  it('is a file that is not there', () => {
    expect(policyCommand(['check', join(tempDir(), 'nowhere.yaml')])).toMatchObject({
      text: expect.stringContaining('nowhere.yaml') as unknown,
      exitCode: 1,
    })
  })
})

it.each([{ words: [] }, { words: ['check'] }, { words: ['tset', 'FILE'] }, { words: ['test', 'a', 'b'] }])(
  'what is no command of it is answered with the usage: $words',
  ({ words }) => {
    expect(policyCommand(words)).toMatchObject({
      text: expect.stringMatching(/^Usage: gpu-chatops policy check FILE/) as unknown,
      exitCode: 2,
    })
  },
)

it('it prints the schema that is published', () => {
  const { text } = policyCommand(['schema'])

  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync('manifests/policy.schema.json', 'utf8')))
})
