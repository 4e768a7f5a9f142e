/** How a command is written, as help and refusals show it. */
import { specOf, type CommandKind } from '../command/command'
import type { Argument, Flag, Spec } from '../command/values/spec'

const written = ({ after, label }: Argument): string => (after === null ? label : `${after} ${label}`)

const argumentsIn = (spec: Spec): string[] => {
  const ways: Argument[][] = []
  for (const argument of spec.arguments) {
    const before = ways.at(-1)
    if (before && argument.or === true) before.push(argument)
    else ways.push([argument])
  }
  return ways.map((each) => {
    const text = each.map(written).join(' | ')
    return each.every(({ required }) => required) ? text : `[${text}]`
  })
}

const flagIn = ({ name, takes }: Flag): string => `[${takes === null ? name : `${name} ${takes.label}`}]`

const REASONS = { allowed: ['[because REASON]'], none: [], prose: ['TEXT'] } as const

/** `extend [GPU | ID] by DURATION` */
export const usageIn = (spec: Spec): string =>
  [spec.name, ...argumentsIn(spec), ...spec.flags.map(flagIn), ...REASONS[spec.reason]].join(' ')

/** Without its options: enough to recognise a command by. */
export const brieflyIn = (spec: Spec): string => usageIn(spec).replace(/( \[[^\]]*\])+$/, '')

/** For refusals: the usage line and the first example. */
export const usageOf = (kind: CommandKind): string => {
  const spec = specOf(kind)
  return `Usage: \`${usageIn(spec)}\`, for example \`${spec.examples[0]}\`.`
}
