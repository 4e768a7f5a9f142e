/** `gpu-chatops policy check FILE`, `policy test FILE` and `policy schema`: for whoever writes the policy. */
import { z } from 'zod'
import { span } from './core/time/span'
import { tryExamples, type Tried } from './core/policy/examples'
import { policyFrom } from './core/policy/policy'
import { policyFile, policyJsonSchema } from './core/policy/schema'
import type { PolicyFile } from './core/policy/written'
import { readYaml } from './config/yaml'

export interface PolicyAnswer {
  readonly text: string
  readonly exitCode: 0 | 1 | 2
}

const USAGE = `Usage: gpu-chatops policy check FILE   every error of FILE, each with its line
       gpu-chatops policy test FILE    what the policy says to the examples in FILE
       gpu-chatops policy schema       the JSON schema, for editors`

/** 1: the file is wrong, or an example has another answer than it expects. 2: this is no such command. */
export const policyCommand = ([verb, path, ...more]: readonly string[]): PolicyAnswer => {
  if (verb === 'schema' && path === undefined)
    return { text: JSON.stringify(policyJsonSchema(), null, 2), exitCode: 0 }
  if ((verb !== 'check' && verb !== 'test') || path === undefined || more.length > 0)
    return { text: USAGE, exitCode: 2 }
  const read = readYaml(path, z.looseObject({ policy: policyFile }))
  if ('problems' in read)
    return {
      text: [`${path} is wrong:`, ...read.problems.map((each) => `  - ${each}`)].join('\n'),
      exitCode: 1,
    }
  return verb === 'check' ? checked(path, read.value.policy) : tested(path, read.value.policy)
}

const checked = (path: string, policy: PolicyFile): PolicyAnswer => ({
  text:
    'rules' in policy
      ? `${path} is right: ${Object.keys(policy.people).length} people, ${Object.keys(policy.roles).length} roles, ${policy.rules.length} rules.`
      : `${path} is right: the short form, for one chat alone.`,
  exitCode: 0,
})

/** Examples name people, not accounts: which workspace and tenant they are of makes no difference. */
const SOMEWHERE = { slackTeam: 'T0', teamsTenant: '00000000-0000-0000-0000-000000000000' }

const tested = (path: string, file: PolicyFile): PolicyAnswer => {
  const policy = policyFrom(file, SOMEWHERE)
  if (!('examples' in file) || !policy.ok || file.examples.length === 0)
    return { text: `${path} has no examples: write them under policy.examples.`, exitCode: 1 }
  const tried = tryExamples(policy.value, file.examples)
  const wrong = tried.filter(isWrong).length
  const sum =
    wrong === 0 ? `All ${tried.length} are as expected.` : `${wrong} of ${tried.length} are not as expected.`
  return { text: `${table([HEAD, ...tried.map(row)])}\n\n${sum}`, exitCode: wrong === 0 ? 0 : 1 }
}

const isWrong = ({ example, answer }: Tried): boolean => example.expect !== answer

const HEAD = ['', 'who', 'asks', 'expected', 'answer', 'why']
const row = (tried: Tried): string[] => {
  const { who, command, mode, gpu, vms, own, expect, for: forMs } = tried.example
  const lent = forMs === undefined ? [] : ['for', span(forMs)]
  const asks = [
    command,
    gpu,
    ...vms,
    ...lent,
    ...(mode === 'dda' ? [] : [`(${mode})`]),
    ...(own ? ['(own)'] : []),
  ].join(' ')
  return [isWrong(tried) ? 'NOT SO' : 'ok', who, asks, expect, tried.answer, tried.why.join('; ')]
}

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((each) => each[column]?.length ?? 0)))
  return rows
    .map((each) =>
      each
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
