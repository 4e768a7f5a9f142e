// Pester, in which the tests of the PowerShell module are written: the package of NuGet, fetched once into .tools/.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { downloadPackage } from './nuget.mjs'
import { onPath, TOOLS } from './tools.mjs'

const VERSION = '5.7.1'
const FOLDER = join(TOOLS, 'pester')
const PACKAGE = join(FOLDER, 'pester', VERSION)
/** NuGet writes it last, when everything else is there. */
const COMPLETE = join(PACKAGE, '.nupkg.metadata')

/** Its manifest; or null, and why there is none. Throws when it can be had and that fails. */
export const preparePester = () => {
  if (!existsSync(COMPLETE)) {
    if (!onPath('dotnet')) return { pester: null, why: 'there is no .NET SDK to fetch Pester with' }
    const wrong = downloadPackage('Pester', { version: VERSION, folder: FOLDER })
    if (wrong !== null) throw new Error(wrong)
  }
  return { pester: join(PACKAGE, 'tools', 'Pester.psd1') }
}
