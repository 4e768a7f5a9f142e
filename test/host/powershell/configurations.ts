/** The session configurations as they ship, changed only in what WinRM alone gives. */
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

/** The WinRM endpoint without its virtual account, and with its one role written into it, since WinRM alone gives both. */
export const jeaConfiguration = (): string => {
  const role = /^ *ModulesToImport [^}]*(?=^ *VisibleProviders )/m.exec(readFileSync(PSRC, 'utf8'))
  if (role === null) throw new Error(`${PSRC} imports no modules`)
  return readFileSync(PSSC, 'utf8')
    .replace(/^ *RunAsVirtualAccount .*\n/m, '')
    .replace(/^ *RoleDefinitions .*\n/m, () => role[0])
}
