/** `policy:` of the configuration file: read with every error at once, and as a schema for editors. */
import { z } from 'zod'
import { danglingIn } from './dangling'
import { listsForm, rulesForm, type PolicyFile } from './written'

const isRulesForm = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  ['people', 'roles', 'rules'].some((section) => Object.hasOwn(value, section))

/** For the configuration file. Every error at once: a name that means nothing is found beside what is misspelt. */
export const policyFile = z.unknown().transform((value, context): PolicyFile => {
  const read = isRulesForm(value) ? rulesForm.safeParse(value) : listsForm.safeParse(value)
  const issues = [
    ...(read.success ? [] : read.error.issues),
    ...(isRulesForm(value) ? danglingIn(value) : []).map((issue) => ({ code: 'custom' as const, ...issue })),
  ]
  for (const { path, ...issue } of issues) context.addIssue({ ...issue, path: [...path] })
  return read.success ? read.data : z.NEVER
})

/** A schema for editors: of a configuration file, as far as its policy goes. */
export const policyJsonSchema = (): object =>
  z.toJSONSchema(z.looseObject({ policy: z.union([rulesForm, listsForm]) }), { io: 'input' })
