/**
 * Plans as PowerShell, for reading and for doing them by hand. The bot never runs this text. Each block is for one host,
 * and is one statement: pasted into a console or run as a file, it stops at the first failure and leaves nothing set.
 */
import { backwards, forwards, hostPlansOf, type HostPlan, type Plan } from './plan'
import { checksOf, isPlaceCheck, isPower, PLACE_FUNCTION, type ScriptCheck } from './script-checks'
import { guardOf, saysOf, scriptOf, type Step } from './step'
import { quoted } from './steps/row'

/** A line break would end a comment, and Windows PowerShell 5.1 reads a file without a byte order mark as ANSI. */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/gu, '?')
const comment = (text: string): string => `# ${ascii(text)}`

const need = (holds: string, words: string): string => `Need (${holds}) ${quoted(ascii(words))}`
const needOf = ({ holds, words }: ScriptCheck): string => need(holds, words)

/** Of what is checked about each thing, the first. */
const firstChecks = (steps: readonly Step[]): ScriptCheck[] =>
  [
    ...new Map(
      steps
        .flatMap(checksOf)
        .toReversed()
        .map((check) => [check.about, check]),
    ).values(),
  ].toReversed()

interface Block {
  readonly host: string
  /** The name of the computer, as it says itself. Absent where it is not known. */
  readonly computer?: string | undefined
  readonly steps: readonly Step[]
  /** How many steps come before these, and how many there are. */
  readonly before: number
  readonly of: number
}

const rightComputer = ({ host, computer }: Block): string =>
  computer === undefined
    ? comment(`Make sure that this is ${host}: the bot does not know the name of its computer.`)
    : need(`[Environment]::MachineName -eq ${quoted(computer)}`, `this computer is ${computer}`)

/** A console that goes on after a shutdown that came to nothing would add a device to a VM that runs. */
const powerChecks = (step: Step): ScriptCheck[] =>
  step.kind === 'stopVm' ? [] : checksOf(step).filter(isPower)

/**
 * `first` must hold before anything is done. No line of it is empty: that would end it where a console reads it line by
 * line; an empty one has to follow it.
 */
const blockOf = (block: Block, first: readonly ScriptCheck[]): string[] => {
  const { host, steps, before, of } = block
  const doing = (step: Step, n: number): string[] => [
    `Write-Host ${quoted(ascii(`${before + n + 1} of ${of}: ${saysOf(step)}`))}`,
    ...powerChecks(step).map(needOf),
    scriptOf(step),
  ]
  const body = [
    "$ErrorActionPreference = 'Stop'",
    NEED_FUNCTION,
    ...(first.some(isPlaceCheck) ? PLACE_FUNCTION : []),
    ...guardOf(steps),
    rightComputer(block),
    ...first.map(needOf),
    ...steps.flatMap(doing),
    `Write-Host ${quoted(ascii(`Done on ${host}.`))}`,
  ]
  return ['& {', ...body.map((line) => `  ${line}`), '}']
}

const NEED_FUNCTION =
  'function Need($holds, $what) { if (-not $holds) { throw "Stopped, and no more is done: it must be so that $what." } }'

/** What repairs a host, as lines. Of what was done there may be no certain knowledge, so nothing is asked first. */
export const repairScript = (on: Pick<Block, 'host' | 'computer'>, steps: readonly Step[]): string[] =>
  blockOf({ ...on, steps, before: 0, of: steps.length }, [])

const titleOf = ({ action, host, gpu, from, to }: HostPlan): string => {
  const way = `from ${from?.name ?? 'the host'} to ${to?.name ?? 'the host'}`
  return `${action} ${gpu.alias} (${gpu.model}, ${gpu.locationPath}) on ${host}, ${way}`
}

const headerOf = (plan: HostPlan): string[] => [
  titleOf(plan),
  `Run on ${plan.host} as an administrator, all of it at once. Plan ${plan.digest}`,
  ...plan.costs.map((cost) => `Cost: ${cost}`),
  ...plan.warnings.map((warning) => `Warning: ${warning}`),
]

const undoOn = (plan: Plan): string[] => {
  const hosts = hostPlansOf(plan).length
  const undo = backwards(plan, ({ vm }) => [{ kind: 'stopVm', vm, how: 'shutdown' }]).flatMap(
    ({ host, steps }) => [...(hosts > 1 ? [`On ${host}:`] : []), ...steps.map(scriptOf)],
  )
  return undo.length > 0 ? ['To undo, from the last step that was done back to the first:', ...undo] : []
}

/**
 * One text for each stretch on one host, to be run in this order. Plain ASCII, with an empty line after each block; the
 * undo is at the end of the last one, as comments.
 */
export const planScripts = (plan: Plan): readonly string[] => {
  const stretches = forwards(plan)
  const of = stretches.reduce((sum, { steps }) => sum + steps.length, 0)
  let n = 0
  return stretches.map(({ host, steps }, part) => {
    const on = hostPlansOf(plan).find((each) => each.host === host)
    const head = part === 0 ? hostPlansOf(plan).flatMap(headerOf) : []
    const where = stretches.length > 1 ? [`Part ${part + 1} of ${stretches.length}, on ${host}:`] : []
    const block = blockOf({ host, computer: on?.computer, steps, before: n, of }, firstChecks(steps))
    n += steps.length
    const undo = part === stretches.length - 1 ? undoOn(plan) : []
    return [...[...head, ...where].map(comment), ...block, '', ...undo.map(comment), ''].join('\n')
  })
}
