/** A plan as one PowerShell script, for reading and for doing it by hand. The bot never runs this text. */
import { hostPlansOf, type HostPlan, type Plan } from './plan'
import { saysOf, scriptOf, undoOf } from './step'

/**
 * One comment line. Names are whatever people chose: a line break would end the comment and become code, and
 * Windows PowerShell 5.1 reads a file without a byte order mark as ANSI.
 */
const comment = (text: string): string => `# ${text.replace(/[^\x20-\x7e]/gu, '?')}`

const titleOf = ({ action, host, gpu, from, to }: HostPlan): string => {
  const way = `from ${from?.name ?? 'the host'} to ${to?.name ?? 'the host'}`
  return `${action} ${gpu.alias} (${gpu.model}, ${gpu.locationPath}) on ${host}, ${way}`
}

/** Plain ASCII, ends with a newline; the undo is at the end as comments. A script for each host, in their order. */
export const planScript = (plan: Plan): string => hostPlansOf(plan).map(hostScript).join('\n')

const hostScript = (plan: HostPlan): string => {
  const { steps, costs, warnings, host, digest } = plan
  const header = [
    titleOf(plan),
    `Run on ${host} as an administrator. Plan ${digest}`,
    ...costs.map((cost) => `Cost: ${cost}`),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ]
  const body = steps.flatMap((step, index) => ['', comment(`${index + 1}. ${saysOf(step)}`), scriptOf(step)])
  const undo = steps.toReversed().map((step) => comment(scriptOf(undoOf(step))))
  return [
    ...header.map(comment),
    "$ErrorActionPreference = 'Stop'",
    ...body,
    '',
    comment('To undo, from the last step that was done back to the first:'),
    ...undo,
    '',
  ].join('\n')
}
