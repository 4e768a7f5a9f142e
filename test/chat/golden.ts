/**
 * Golden files: what a renderer makes of every notice, as JSON to be read and reviewed. With UPDATE_GOLDEN=1 they are
 * written anew; a file that belongs to no notice is an error either way.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { NOTICES } from './notices'

const updating = process.env['UPDATE_GOLDEN'] === '1'

export const goldenTests = (folder: string, render: (notice: (typeof NOTICES)[string]) => unknown): void => {
  mkdirSync(folder, { recursive: true })

  test.each(Object.keys(NOTICES))('%s is rendered as its golden file says', (name) => {
    const file = join(folder, `${name}.json`)
    const rendered = `${JSON.stringify(render(NOTICES[name]!), null, 2)}\n`
    if (updating) writeFileSync(file, rendered)

    expect(rendered).toBe(readFileSync(file, 'utf8'))
  })

  test('every golden file is one of a notice', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(NOTICES)
        .map((name) => `${name}.json`)
        .sort(),
    )
  })
}
