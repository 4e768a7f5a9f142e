/** A YAML file read by a schema: its value, or every error at once, each with its line. */
import { readFileSync } from 'node:fs'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { messageOf } from '../core/errors'

export type Read<T> = { readonly value: T } | { readonly problems: readonly string[] }

/** Never throws. `whole` is what the file must be, for errors that are about no field of it. */
export const readYaml = <T>(path: string, schema: z.ZodType<T>): Read<T> => {
  try {
    const lines = new LineCounter()
    const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines })
    if (document.errors.length > 0)
      return { problems: document.errors.map((error) => `${path}: ${error.message}`) }
    const read = schema.safeParse(document.toJS())
    if (read.success) return { value: read.data }
    return {
      problems: read.error.issues.map(
        (issue) => `${path}: ${issueText(issue, 'the file')} (line ${lineOf(document, lines, issue.path)})`,
      ),
    }
  } catch (error) {
    return { problems: [`${path}: ${messageOf(error)}`] }
  }
}

/** `whole` names what is wrong where no single field is. */
export const issueText = (issue: z.core.$ZodIssue, whole: string): string => {
  const place = issue.path.map(String).join('.') || whole
  return issue.code === 'unrecognized_keys'
    ? `${place}: nothing is called ${issue.keys.join(' or ')} here`
    : `${place}: ${issue.message}`
}

/** Of what the path leads to, or of the nearest that is there around it. */
const lineOf = (document: Document, lines: LineCounter, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}
