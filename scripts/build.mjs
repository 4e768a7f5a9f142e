/**
 * Compiles `src` into `dist`, and copies what stands beside the code there: the playground's page, the fleet files, the
 * names of GPUs, what PowerShell reads. `node scripts/build.mjs` does nothing when nothing changed; with `--whole` it starts from nothing.
 * Types are checked by `npm run check` and `npm run build`, not here: whoever only starts the bot need not wait for that.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ASSET =
  /^(playground\/page\/|host\/pci-ids\.txt$|host\/simulated\/fleets\/|host\/powershell\/.*\.(ps([md]?1|[rs]c)|sshd_config)$)/
/** Written last: without it, or with another text in it, what lies in `dist` is not a build of what lies in `src`. */
const STAMP = '.built'

/** Paths from the folder, with `/` on every system, in a fixed order. */
const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
        .sort()
    : []

const readIf = (path) => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0))

/** What a build is made from, this script and the lock with the compiler's version included. */
const inputsOf = (root) => {
  const sources = filesIn(join(root, 'src')).map((path) => ({
    path,
    content: readFileSync(join(root, 'src', path)),
  }))
  const hash = createHash('sha256')
  for (const content of [readIf(fileURLToPath(import.meta.url)), readIf(join(root, 'package-lock.json'))])
    hash.update(`${content.length}\n`).update(content)
  for (const { path, content } of sources) hash.update(`${path}\n${content.length}\n`).update(content)
  return { sources, stamp: hash.digest('hex') }
}

const isCode = (path) => path.endsWith('.ts')

const outputsOf = ({ path }) => {
  const js = path.replace(/\.ts$/, '.js')
  return isCode(path) ? [js, `${js}.map`] : ASSET.test(path) ? [path] : []
}

/** The settings of the tests' compiler, in jest.config.cjs, and those of files that are run. */
const compile = (swc, { path, content }) => {
  const { code, map } = swc.transformSync(content.toString(), {
    swcrc: false,
    filename: path,
    sourceFileName: relative(dirname(join('dist', path)), join('src', path)).replaceAll('\\', '/'),
    sourceMaps: true,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' }, rewriteRelativeImportExtensions: true },
    // So that ES modules, such as those of the bench, can import by name.
    module: { type: 'commonjs', exportInteropAnnotation: true },
  })
  const name = path.replace(/^.*\//, '').replace(/\.ts$/, '.js')
  return [`${code}//# sourceMappingURL=${name}.map\n`, map]
}

/** What is right already stays untouched: another process may be reading it. */
const put = (path, content) => {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** How many files were compiled: none when `dist` is a build of what is there. `say` hears what is done before it is done. */
export const build = async (root, { whole = false, say }) => {
  const dist = join(root, 'dist')
  const { sources, stamp } = inputsOf(root)
  const outputs = new Set([STAMP, ...sources.flatMap(outputsOf)])
  const complete = [...outputs].every((path) => existsSync(join(dist, path)))
  if (!whole && complete && readFileSync(join(dist, STAMP), 'utf8') === stamp) return 0
  const code = sources.filter(({ path }) => isCode(path))
  say(`compiling ${code.length} files ...`)
  if (whole) rmSync(dist, { recursive: true, force: true })
  rmSync(join(dist, STAMP), { force: true })
  const { default: swc } = await import('@swc/core')
  for (const source of sources) {
    const contents = isCode(source.path) ? compile(swc, source) : [source.content]
    outputsOf(source).forEach((path, index) => put(join(dist, path), contents[index]))
  }
  // Of sources that are gone. The app package for Teams is put here too.
  for (const path of filesIn(dist)) if (!outputs.has(path) && !path.endsWith('.zip')) rmSync(join(dist, path))
  writeFileSync(join(dist, STAMP), stamp)
  return code.length
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await build(process.cwd(), {
    whole: process.argv.includes('--whole'),
    say: (text) => process.stderr.write(`${text}\n`),
  })
