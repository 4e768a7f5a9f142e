/** A plan as one PowerShell script, for reading and for doing it by hand. The bot never runs this text. */
import { backwards, forwards, hostPlansOf, stepsOf, type HostPlan, type Plan, type Stretch } from './plan'
import { guardOf, saysOf, scriptOf } from './step'

/**
 * One comment line. Names are whatever people chose: a line break would end the comment and become code, and
 * Windows PowerShell 5.1 reads a file without a byte order mark as ANSI.
 */
const comment = (text: string): string => `# ${text.replace(/[^\x20-\x7e]/gu, '?')}`

const titleOf = ({ action, host, gpu, from, to }: HostPlan): string => {
  const way = `from ${from?.name ?? 'the host'} to ${to?.name ?? 'the host'}`
  return `${action} ${gpu.alias} (${gpu.model}, ${gpu.locationPath}) on ${host}, ${way}`
}

const headerOf = (plan: HostPlan): string[] => [
  titleOf(plan),
  `Run on ${plan.host} as an administrator. Plan ${plan.digest}`,
  ...plan.costs.map((cost) => `Cost: ${cost}`),
  ...plan.warnings.map((warning) => `Warning: ${warning}`),
]

/** Plain ASCII, ends with a newline; the undo is at the end as comments. Over two hosts each part says where it is run. */
export const planScript = (plan: Plan): string => {
  const hosts = hostPlansOf(plan)
  const where = ({ host }: Stretch, part: number, parts: number): string[] =>
    hosts.length > 1 ? ['', comment(`Part ${part + 1} of ${parts}, on ${host}:`)] : []
  let n = 0
  const way = forwards(plan)
  const body = way.flatMap((stretch, part) => [
    ...where(stretch, part, way.length),
    ...stretch.steps.flatMap((step) => ['', comment(`${(n += 1)}. ${saysOf(step)}`), scriptOf(step)]),
  ])
  const undo = backwards(plan, ({ vm }) => [{ kind: 'stopVm', vm, how: 'shutdown' }]).flatMap(
    ({ host, steps }) => [
      ...(hosts.length > 1 ? [comment(`On ${host}:`)] : []),
      ...steps.map((step) => comment(scriptOf(step))),
    ],
  )
  return [
    ...hosts.flatMap(headerOf).map(comment),
    "$ErrorActionPreference = 'Stop'",
    ...guardOf(stepsOf(plan)),
    ...body,
    ...(undo.length > 0
      ? ['', comment('To undo, from the last step that was done back to the first:'), ...undo]
      : []),
    '',
  ].join('\n')
}
