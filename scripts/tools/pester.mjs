// Pester, in which the tests of the PowerShell module are written: the package of NuGet, fetched once into .tools/.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onPath, TOOLS } from './tools.mjs'

const VERSION = '5.7.1'
const FOLDER = join(TOOLS, 'pester')
const PACKAGE = join(FOLDER, 'pester', VERSION)
/** NuGet writes it last, when everything else is there. */
const COMPLETE = join(PACKAGE, '.nupkg.metadata')

const fetchPackage = () => {
  const { status, stdout, stderr } = spawnSync(
    'dotnet',
    ['package', 'download', `Pester@${VERSION}`, '--output', FOLDER],
    { encoding: 'utf8', env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' } },
  )
  if (status !== 0) throw new Error(`fetching Pester ${VERSION} failed:\n${stdout}${stderr}`)
}

/** Its manifest; or null, and why there is none. Throws when it can be had and that fails. */
export const preparePester = () => {
  if (!existsSync(COMPLETE)) {
    if (!onPath('dotnet')) return { pester: null, why: 'there is no .NET SDK to fetch Pester with' }
    fetchPackage()
  }
  return { pester: join(PACKAGE, 'tools', 'Pester.psd1') }
}
