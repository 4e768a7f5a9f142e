/**
 * Cases from public reports: what came in, and what has to come of it. The data stand as they were collected; what a
 * case expects is read from them, never written again in a test.
 */
import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const wanted = z.union([
  z.string(),
  z.boolean(),
  z.number(),
  z.strictObject({ re: z.string() }),
  z.strictObject({ not: z.string() }),
  z.strictObject({ oneOf: z.array(z.string()) }),
])
type Wanted = z.infer<typeof wanted>

const fieldCase = z.strictObject({
  id: z.string().regex(/^[A-D]\d\d$/),
  source: z.string().min(1),
  title: z.string().min(1),
  kind: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** By the path of a value in what the reader saw. */
  expected: z.record(z.string(), wanted).refine((all) => Object.keys(all).length > 0),
})
type FieldCase = z.infer<typeof fieldCase>

/** Puts the input through the product and gives what came of it. Throws where more was promised than `expected` says. */
export type Try = (input: FieldCase['input']) => unknown

const valueAt = (seen: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined,
      seen,
    )

/** The path is in the message of a failure. */
const meets = (seen: unknown, path: string, want: Wanted): void => {
  const value = valueAt(seen, path)
  if (typeof want !== 'object') expect([path, value]).toEqual([path, want])
  else if ('re' in want) expect([path, value]).toEqual([path, expect.stringMatching(new RegExp(want.re))])
  else if ('oneOf' in want) expect([path, want.oneOf]).toEqual([path, expect.arrayContaining([value])])
  else {
    // A value that is missing would hold nothing of what it must not.
    expect([path, value]).toEqual([path, expect.any(String)])
    expect([path, value]).toEqual([path, expect.not.stringMatching(new RegExp(want.not))])
  }
}

interface Group {
  readonly file: string
  /** By the id of the case. */
  readonly tries: Readonly<Record<string, Try>>
  /** Those that the product does not hold yet. */
  readonly open?: readonly string[]
}

/** One test for each case, whose name begins with its id, and one that none was dropped. */
export const tryCases = ({ file, tries, open = [] }: Group): void => {
  const cases = z
    .array(fieldCase)
    .parse(JSON.parse(readFileSync(join(__dirname, 'data', `${file}.json`), 'utf8')))
  const test = async ({ id, input, expected }: FieldCase): Promise<void> => {
    const seen = await tries[id]!(input)
    for (const [path, want] of Object.entries(expected)) meets(seen, path, want)
  }

  describe(`cases from public reports: ${file}`, () => {
    for (const each of cases.filter(({ id }) => id in tries))
      if (open.includes(each.id)) it.failing(`[open: ${each.id}] ${each.title}`, () => test(each))
      else it(`${each.id} ${each.title}`, () => test(each))

    it('every case of the data is tried, and each once', () => {
      const ids = cases.map(({ id }) => id)

      expect(Object.keys(tries).toSorted()).toEqual(ids.toSorted())
      expect(ids).toEqual(expect.arrayContaining([...open]))
    })
  })
}
