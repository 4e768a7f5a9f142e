// PowerShell for the tests: the `pwsh` on the path where it is 7.4 or newer, else the .NET tool of Microsoft, fetched into
// .tools/. And the assembly behind the stand-ins for Hyper-V's commands, compiled by that PowerShell once for all
// processes, and again only when its sources have changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compileAhead } from './ahead.mjs'
import { here, onPath, TOOLS } from './tools.mjs'

const VERSION = '7.6.9'
const SOURCES = here('test/host/powershell/stubs/assembly')
const ENV = {
  ...process.env,
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  NO_COLOR: '1',
  TERM: 'dumb',
}

const run = (program, args) => spawnSync(program, args, { encoding: 'utf8', env: ENV })

const isNewEnough = (program) => {
  const { status, stdout } = run(program, ['-NoProfile', '-Command', '[string] $PSVersionTable.PSVersion'])
  const [major, minor] = (stdout ?? '').trim().split('.').map(Number)
  return status === 0 && (major > 7 || (major === 7 && minor >= 4))
}

/**
 * The program inside the tool. What the tool puts beside its store only starts this one as a second process; the suites
 * want one process that they can end.
 */
const inTool = () => {
  const tools = join(TOOLS, 'pwsh', '.store', 'powershell', VERSION, 'powershell', VERSION, 'tools')
  const folder = existsSync(tools) ? readdirSync(tools)[0] : undefined
  const [system, name] = process.platform === 'win32' ? ['win', 'pwsh.exe'] : ['unix', 'pwsh']
  const program = folder && join(tools, folder, 'any', system, name)
  return program && existsSync(program) ? program : undefined
}

const fetchTool = (say) => {
  const { status, stdout, stderr } = run('dotnet', [
    ...['tool', 'install', 'PowerShell', '--version', VERSION],
    ...['--tool-path', join(TOOLS, 'pwsh')],
  ])
  if (status !== 0) throw new Error(`fetching PowerShell ${VERSION} failed:\n${stdout}${stderr}`)
  const program = inTool()
  compileAhead(dirname(program), say)
  return program
}

const stubsOf = (program) => {
  const sources = readdirSync(SOURCES).sort()
  const hash = createHash('sha256').update(program)
  for (const name of sources) hash.update(name).update(readFileSync(join(SOURCES, name)))
  const assembly = join(TOOLS, 'stubs', hash.digest('hex').slice(0, 16), 'GpuChatOps.Stubs.dll')
  if (!existsSync(assembly)) compile(program, { sources, assembly })
  return assembly
}

const compile = (program, { sources, assembly }) => {
  mkdirSync(join(assembly, '..'), { recursive: true })
  const paths = sources.map((name) => `'${join(SOURCES, name)}'`).join(', ')
  const { status, stdout, stderr } = run(program, [
    ...['-NoProfile', '-NonInteractive', '-Command'],
    `$ErrorActionPreference = 'Stop'; Add-Type -Path ${paths} -CompilerOptions '/nullable:enable' -OutputType Library -OutputAssembly '${assembly}.new'`,
  ])
  if (status !== 0) throw new Error(`compiling the stand-ins failed:\n${stdout}${stderr}`)
  renameSync(`${assembly}.new`, assembly)
}

/** The program and the assembly; or null, and why there is none. Throws when they can be had and that fails. */
export const preparePwsh = (say) => {
  const installed = onPath('pwsh')
  const program = installed && isNewEnough(installed) ? installed : inTool()
  if (!program && !onPath('dotnet'))
    return { pwsh: null, why: 'there is no pwsh 7.4 or newer, and no .NET SDK to fetch it with' }
  const pwsh = program ?? fetchTool(say)
  return { pwsh, stubs: stubsOf(pwsh) }
}
