import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

const run = promisify(execFile)
const SCRIPT = join(__dirname, '..', 'scripts', 'build.mjs')
const PAGE = 'playground/page/index.html'
const WORKER = 'host/powershell/Worker.ps1'

let root: string
const source = (path: string): string => join(root, 'src', path)
const built = (path: string): string => readFileSync(join(root, 'dist', path), 'utf8')
const isBuilt = (path: string): boolean => existsSync(join(root, 'dist', path))
const write = (path: string, text: string): void => {
  mkdirSync(dirname(source(path)), { recursive: true })
  writeFileSync(source(path), text)
}

/** What it says it does; nothing when nothing is to be done. */
const build = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [SCRIPT, ...args], { cwd: root })).stderr

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'gpu-chatops-build-'))
  write('main.ts', "export const greet = async (): Promise<string> => (await import('./part.ts')).hello\n")
  write('part.ts', "export const hello: string = 'hello'\n")
  write(PAGE, '<p>a page</p>')
  write(WORKER, '"a script"')
  write('host/powershell/notes.txt', 'of no use to the program')
  expect(await build()).toBe('compiling 2 files ...\n')
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

test('the program runs from what was built, and what it reads lies beside it', async () => {
  const program = "require('./dist/main.js').greet().then(console.log)"

  expect((await run(process.execPath, ['-e', program], { cwd: root })).stdout).toBe('hello\n')
  expect([built(PAGE), built(WORKER)]).toEqual(['<p>a page</p>', '"a script"'])
  expect(isBuilt('host/powershell/notes.txt')).toBe(false)
  expect(JSON.parse(built('part.js.map'))).toMatchObject({ sources: ['../src/part.ts'] })
})

test('nothing is compiled when nothing changed, even in a copy of the folder', async () => {
  const copy = `${root}-copy`
  cpSync(root, copy, { recursive: true })
  rmSync(root, { recursive: true })
  root = copy

  expect(await build()).toBe('')
})

test('a changed source, page and script are built again', async () => {
  write('part.ts', "export const hello: string = 'good day'\n")
  write(PAGE, '<p>another page</p>')
  write(WORKER, '"another script"')

  expect(await build()).toContain('compiling')
  expect(built('part.js')).toContain('good day')
  expect([built(PAGE), built(WORKER)]).toEqual(['<p>another page</p>', '"another script"'])
})

test('an added source is built, and a page that alone changed too', async () => {
  write('deep/more.ts', 'export const more: number = 1\n')
  await build()
  expect(isBuilt('deep/more.js')).toBe(true)

  write(PAGE, '<p>a third page</p>')
  await build()
  expect(built(PAGE)).toBe('<p>a third page</p>')
})

test('of a deleted source, page or script nothing stays behind; the app package for Teams does', async () => {
  writeFileSync(join(root, 'dist', 'gpu-chatops-teams.zip'), 'a package')
  for (const path of ['part.ts', PAGE, WORKER]) rmSync(source(path))

  await build()

  expect(['part.js', 'part.js.map', PAGE, WORKER].filter(isBuilt)).toEqual([])
  expect(['main.js', 'gpu-chatops-teams.zip'].filter(isBuilt)).toHaveLength(2)
})

test('a build that was broken off is not taken for a whole one', async () => {
  const whole = readFileSync(source('part.ts'), 'utf8')
  write('part.ts', 'export const hello: string = (\n')
  await expect(build()).rejects.toThrow('part.ts')
  write('part.ts', whole)

  expect(await build()).toContain('compiling')
  expect(await build()).toBe('')
})

test('a file that is gone from the build is built again', async () => {
  rmSync(join(root, 'dist', 'part.js'))

  expect(await build()).toContain('compiling')
  expect(isBuilt('part.js')).toBe(true)
})

test('another version of a dependency is a reason to build again', async () => {
  writeFileSync(join(root, 'package-lock.json'), '{}')

  expect(await build()).toContain('compiling')
})

test('a whole build is one from nothing', async () => {
  writeFileSync(join(root, 'dist', 'part.js'), 'tampered with')

  expect(await build('--whole')).toContain('compiling')
  expect(built('part.js')).toContain('hello')
})
