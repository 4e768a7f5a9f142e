/** The session configurations as they ship, changed only in what a machine for tests cannot have. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODULE } from './stubs/windows'

const FOLDER = join(MODULE, '..')
export const PSSC = join(FOLDER, 'GpuChatOps.pssc')
export const SSH_PSSC = join(FOLDER, 'GpuChatOps.Ssh.pssc')
export const PSRC = join(MODULE, 'RoleCapabilities', 'GpuChatOps.psrc')
const MANIFEST = join(MODULE, 'GpuChatOps.psd1')

/** The names in `Key = @('A' 'B')` of a data file. */
const namesIn = (file: string, key: string): string[] => {
  const list = new RegExp(`^ *${key} *= @\\(([^)]*)\\)`, 'm').exec(readFileSync(file, 'utf8'))
  if (list === null) throw new Error(`${file} has no ${key}`)
  return [...list[1]!.matchAll(/'([^']+)'/g)].map(([, name]) => name!)
}
export const exportedFunctions = (): string[] => namesIn(MANIFEST, 'FunctionsToExport')
export const visibleFunctions = (file: string): string[] => namesIn(file, 'VisibleFunctions')

/** What Microsoft's RestrictedRemoteServer shows in any case (Microsoft, "JEA session configurations"). */
export const ALWAYS_VISIBLE = [
  'Clear-Host',
  'Exit-PSSession',
  'Get-Command',
  'Get-FormatData',
  'Get-Help',
  'Measure-Object',
  'Out-Default',
  'Select-Object',
]

/** Start-Transcript is not in the engine for tests; stand-ins for PowerShell's own commands are loaded before the module. */
const forTests = (text: string): string =>
  text
    .replace(/^ *TranscriptDirectory .*\n/m, '')
    .replace(
      "        'GpuChatOps'\n    )",
      "        'Registry'\n        'Guests'\n        'GpuChatOps'\n    )",
    )

export const sshConfiguration = (): string => forTests(readFileSync(SSH_PSSC, 'utf8'))

/** The WinRM endpoint with its one role written into it: roles and virtual accounts are given by WinRM. */
export const jeaConfiguration = (): string => {
  const role = /^ *ModulesToImport [^}]*/m.exec(readFileSync(PSRC, 'utf8'))
  if (role === null) throw new Error(`${PSRC} imports no modules`)
  const endpoint = readFileSync(PSSC, 'utf8')
    .replace(/^ *RunAsVirtualAccount .*\n/m, '')
    .replace(/^ *VisibleProviders .*\n/m, '')
    .replace(/^ *RoleDefinitions .*\n/m, () => role[0])
  return forTests(endpoint)
}

/** The WinRM endpoint with its role left to be found in the module. */
export const endpointConfiguration = (): string => forTests(readFileSync(PSSC, 'utf8'))
