// Packages of NuGet, fetched by the .NET SDK.
import { spawnSync } from 'node:child_process'

/** Downloads one into `folder`/name/version; null, or what went wrong. */
export const downloadPackage = (name, { version, folder }) => {
  const { status, stdout, stderr } = spawnSync(
    'dotnet',
    ['package', 'download', `${name}@${version}`, '--output', folder],
    { encoding: 'utf8', env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' } },
  )
  return status === 0 ? null : `fetching ${name} ${version} failed:\n${stdout}${stderr}`
}
