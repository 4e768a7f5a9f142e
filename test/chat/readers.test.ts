/** Nothing of a post is lost on the way to its text: whatever is changed in the JSON changes the text or is thrown on. */
import { describe, expect, test } from '@jest/globals'
import { PARTS } from './parts'
import { everyPost, postOf } from './posts'
import { readSlack } from './slack/reader'
import { readTeams } from './teams/reader'

type Variant = readonly [what: string, json: unknown]
type Vary = (value: unknown, at?: string) => Generator<Variant>

const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The variants of all that it holds, each put in its place. */
function* inside(holder: object, at: string, vary: Vary): Generator<Variant> {
  for (const [key, value] of Object.entries(holder))
    for (const [what, json] of vary(value, `${at}/${key}`))
      yield [what, Array.isArray(holder) ? holder.with(Number(key), json) : { ...holder, [key]: json }]
}

/** With another string, number or boolean in one place. */
const leaves: Vary = function* (value, at = '') {
  if (isHolder(value)) yield* inside(value, at, leaves)
  else if (typeof value === 'string') yield [`${at} is longer`, `${value}x`]
  else if (typeof value === 'number') yield [`${at} is more`, value + 1]
  else yield [`${at} is the opposite`, !value]
}

/** With one thing more or less. */
const shapes: Vary = function* (value, at = '') {
  if (!isHolder(value)) return
  yield* inside(value, at, shapes)
  if (!Array.isArray(value)) yield [`${at}/unheardOf is new`, { ...value, unheardOf: true }]
  for (const [key, each] of Object.entries(value)) {
    const others = Object.entries(value).filter(([other]) => other !== key)
    yield [
      `${at}/${key} is missing`,
      Array.isArray(value) ? value.toSpliced(Number(key), 1) : Object.fromEntries(others),
    ]
    if (Array.isArray(value)) yield [`${at}/${key} is there twice`, value.toSpliced(Number(key), 0, each)]
  }
}

const outcome = (read: typeof readSlack, post: unknown): string => {
  try {
    return read(post).join('\n')
  } catch (error) {
    return `thrown: ${String(error)}`
  }
}

const unseen = (read: typeof readSlack, post: unknown, vary: Vary): string[] => {
  const text = read(post).join('\n')
  return [...vary(post)].filter(([, json]) => outcome(read, json) === text).map(([what]) => what)
}

describe.each([
  ['slack', readSlack],
  ['teams', readTeams],
] as const)('in %s', (chat, read) => {
  test.each(everyPost())('every value of $name is seen', (post) => {
    expect(unseen(read, post[chat], leaves)).toEqual([])
  })

  // These have everything that a notice can have; golden.test.ts sees to it.
  test.each(Object.entries(PARTS))(
    'every value, property and item of a post with %s is seen',
    (_, notice) => {
      const post = postOf(notice)[chat]

      expect(unseen(read, post, leaves)).toEqual([])
      expect(unseen(read, post, shapes)).toEqual([])
    },
  )
})
