// The PowerShell engine for tests, into .engine/: pwsh where it is installed, else the program under test/engine, built
// with the .NET SDK; and in either case the assembly behind the stand-ins for Hyper-V's commands. Built again only when
// its sources have changed. What was found is left in .engine/engine.json for the suites.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const SOURCES = here('test/engine')
const FOLDER = here('.engine')
const FOUND = join(FOLDER, 'engine.json')

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => [join(folder, name), join(folder, `${name}.exe`)])
    .find((path) => existsSync(path))

const fingerprint = (program) => {
  const hash = createHash('sha256').update(program ?? '')
  for (const entry of readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .sort())
    hash.update(entry.slice(SOURCES.length)).update(readFileSync(entry))
  return hash.digest('hex')
}

const build = (project) => {
  const { status, stdout, stderr } = spawnSync(
    'dotnet',
    ['build', join(SOURCES, project), '--configuration', 'Release', '--nologo', '--verbosity', 'quiet'],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        DOTNET_CLI_TELEMETRY_OPTOUT: '1',
        DOTNET_NOLOGO: '1',
        MSBUILDDISABLENODEREUSE: '1',
      },
    },
  )
  if (status !== 0) throw new Error(`building ${project} failed:\n${stdout}${stderr}`)
}

/** The program, or null and why there is none. Throws when the SDK is there and the build fails. */
export const prepareEngine = () => {
  const installed = onPath('pwsh')
  if (!onPath('dotnet')) {
    rmSync(FOUND, { force: true })
    return { program: null, why: 'the .NET SDK is not installed' }
  }
  const wanted = fingerprint(installed)
  const before = existsSync(FOUND) ? JSON.parse(readFileSync(FOUND, 'utf8')) : null
  if (before?.sources === wanted && existsSync(before.program)) return before
  build('stubs/GpuChatOps.Stubs.csproj')
  if (!installed) build('pwsh/pwsh.csproj')
  const bin = (path) => join(FOLDER, 'build', 'bin', path)
  const found = {
    program: installed ?? bin(`pwsh/release/pwsh${process.platform === 'win32' ? '.exe' : ''}`),
    stubs: bin('GpuChatOps.Stubs/release/GpuChatOps.Stubs.dll'),
    sources: wanted,
  }
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(FOUND, JSON.stringify(found, null, 2))
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { program, why } = prepareEngine()
  console.log(program ?? `no PowerShell engine: ${why}`)
  process.exitCode = program === null ? 3 : 0
}
