// The PowerShell of NuGet comes without machine code, and each process spends a second on compiling the same methods anew.
// Compiled once here, ahead of time, it starts in half the time: it is the same PowerShell, so where this cannot be done
// the suites are slower and nothing else.
import { spawnSync } from 'node:child_process'
import { chmodSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { downloadPackage } from './nuget.mjs'
import { TOOLS } from './tools.mjs'

const PACKAGE = 'Microsoft.NETCore.App.Crossgen2.linux-x64'
const VERSION = '10.0.12'
const FOLDER = join(TOOLS, 'crossgen2')
const COMPILER = join(FOLDER, PACKAGE.toLowerCase(), VERSION, 'tools', 'crossgen2')
/** What every process of PowerShell loads. */
const ASSEMBLIES = [
  'System.Management.Automation',
  'Microsoft.PowerShell.ConsoleHost',
  'Microsoft.PowerShell.Commands.Utility',
  'Microsoft.PowerShell.Commands.Management',
  'Microsoft.PowerShell.Security',
  'Newtonsoft.Json',
  'pwsh',
]

const run = (program, args) => spawnSync(program, args, { encoding: 'utf8' })

/** The folder of the .NET runtime whose code PowerShell calls. */
const runtime = () => {
  const [, version, folder] =
    (run('dotnet', ['--list-runtimes']).stdout ?? '').match(/^Microsoft\.NETCore\.App (10\S+) \[(.+)\]$/m) ??
    []
  return folder && join(folder, version)
}

const fetchCompiler = () => {
  if (downloadPackage(PACKAGE, { version: VERSION, folder: FOLDER }) !== null) return false
  chmodSync(COMPILER, 0o755)
  return true
}

const compile = (folder, libraries, name) => {
  const path = join(folder, `${name}.dll`)
  const args = [path, '-o', `${path}.new`, '-r', join(folder, '*.dll'), '-r', join(libraries, '*.dll')]
  const { status } = run(COMPILER, [...args, '--targetos', 'linux', '--targetarch', 'x64', '-O'])
  if (status !== 0) return false
  renameSync(`${path}.new`, path)
  return true
}

/** Gives the assemblies in a folder of PowerShell their machine code. */
export const compileAhead = (folder, say) => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return
  const libraries = runtime()
  if (!libraries || !fetchCompiler() || !ASSEMBLIES.every((name) => compile(folder, libraries, name)))
    say('PowerShell could not be compiled ahead of time: the suites that need it are slower.')
}
