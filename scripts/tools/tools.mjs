// Where the test command keeps what it fetches, and what it found: .tools/, which git ignores.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
export const TOOLS = here('.tools')
const FOUND = join(TOOLS, 'found.json')

/** The program of this name, or undefined. */
export const onPath = (name, more = []) =>
  [...(process.env.PATH ?? '').split(delimiter), ...more]
    .flatMap((folder) => [join(folder, name), join(folder, `${name}.exe`)])
    .find((path) => existsSync(path))

/** What the suites read: the paths of programs, by name; null and why where there is none. */
export const leaveFound = (found) => {
  mkdirSync(TOOLS, { recursive: true })
  writeFileSync(FOUND, JSON.stringify({ ...readFound(), ...found }, null, 2))
}
const readFound = () => (existsSync(FOUND) ? JSON.parse(readFileSync(FOUND, 'utf8')) : {})
