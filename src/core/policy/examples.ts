/** The team's own examples beside its rules: what they expect, and what the policy answers. */
import { judgementWords, judge, type Wish } from './judge'
import { rolesOf, type Policy } from './policy'
import type { Example } from './written'

export interface Tried {
  readonly example: Example
  readonly answer: string
  readonly why: readonly string[]
}

export const tryExamples = (policy: Policy, examples: readonly Example[]): Tried[] =>
  examples.map((example) => {
    const judgement = judge(policy, rolesOf(policy, example.who), wishOf(example))
    return {
      example,
      answer: judgementWords(judgement),
      why: judgement.ok ? [] : judgement.refusals.map(({ reason }) => reason),
    }
  })

/** What takes nothing from a VM is never a person's own, whoever has that VM. */
const TAKES_NOTHING: readonly Example['command'][] = ['assign', 'partition']

const wishOf = ({ who, expect, vms, gpu, own, for: lentMs, ...rest }: Example): Wish => ({
  ...rest,
  own: own && !TAKES_NOTHING.includes(rest.command),
  lentMs: lentMs ?? null,
  gpu,
  host: gpu.split('/')[0] ?? gpu,
  vms: vms.map((name) => ({ id: name, name })),
})
