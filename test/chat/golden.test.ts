/**
 * Golden files, for people to review: what is posted of every notice as text, and of each kind of part as the JSON
 * itself. With UPDATE_GOLDEN=1 they are written anew, never in CI; a file that belongs to nothing is an error either way.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { under } from './outline'
import { PARTS } from './parts'
import { everyPost, postOf } from './posts'
import { readSlack } from './slack/reader'
import { readTeams } from './teams/reader'

const updating = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true'

/** By the name of its file. */
const goldenTests = (folder: string, goldens: ReadonlyMap<string, string>): void => {
  mkdirSync(folder, { recursive: true })

  test.each([...goldens])('%s is what is posted', (file, text) => {
    const path = join(folder, file)
    if (updating) writeFileSync(path, text)

    expect(text).toBe(readFileSync(path, 'utf8'))
  })

  test('no other file is in its folder', () => {
    expect(readdirSync(folder).sort()).toEqual([...goldens.keys()].sort())
  })
}

goldenTests(
  join(__dirname, 'golden'),
  new Map(
    everyPost().map(({ name, slack, teams }) => {
      const lines = [...under(['Slack'], readSlack(slack)), '', ...under(['Teams'], readTeams(teams)), '']
      // Blanks that do not break are told from others.
      return [`${name}.txt`, lines.join('\n').replaceAll('\u00A0', '⍽')]
    }),
  ),
)

goldenTests(
  join(__dirname, 'golden-parts'),
  new Map(
    Object.entries(PARTS).map(([kind, notice]) => [
      `${kind}.json`,
      `${JSON.stringify(postOf(notice), null, 2)}\n`,
    ]),
  ),
)

test.each(everyPost())(
  'what is code in $name is shown as code, and no back quote around it',
  ({ slack, teams }) => {
    expect([...readSlack(slack), ...readTeams(teams)].filter((line) => line.includes('\\`'))).toEqual([])
  },
)

/** `button.style=primary` and the like: each element with its properties, and with those values that are a choice. */
const shapesOf = (value: unknown, of = 'post'): string[] => {
  if (Array.isArray(value)) return value.flatMap((each) => shapesOf(each, of))
  if (typeof value !== 'object' || value === null) return []
  const type = 'type' in value ? String(value.type) : of
  return Object.entries(value).flatMap(([key, each]) => [
    `${type}.${key}`,
    ...(/^(style|size|spacing|weight|kind)$/.test(key) && typeof each === 'string'
      ? [`${type}.${key}=${each}`]
      : []),
    ...shapesOf(each, type),
  ])
}

test('the JSON of the parts has every element, property, style and kind of press that any notice has', () => {
  const known = new Set(shapesOf(Object.values(PARTS).map(postOf)))

  expect(
    [...new Set(shapesOf(everyPost()))].filter((shape) => !known.has(shape) && shape !== 'post.name'),
  ).toEqual([])
})
