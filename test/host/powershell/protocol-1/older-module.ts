/** The module as it was before protocol 2: the one that ships, with the fence of that time, and orders that name no claim. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODULE } from '../stubs/windows'

/** Every trace of claims, as they are in the functions that orders call, and of digests, which came after them. */
const TRACES: readonly (readonly [RegExp, string])[] = [
  [/^ *\[ValidatePattern\('\\Abot-.*\n *\[string\] \$Claim,\n/gm, ''],
  [/Invoke-Change \$Fence \$Claim /g, 'Invoke-Change $Fence '],
  [/\[long\] \$Fence, \[string\] \$Claim, \[hashtable\]/g, '[long] $Fence, [hashtable]'],
  [/Assert-Fence \$directory \$Fence \$Claim/g, 'Assert-Fence $directory $Fence'],
  [/^ *finally \{ Set-OrderTime .*\n/gm, '        finally { }\n'],
  [/^ *(protocol|sessions|fence|bot|claim) +=.*\n/gm, ''],
  [/^ *'Set-GpuHostBot'\n/gm, ''],
  [/(\[switch\] \$Settled),\n *\[ValidatePattern.*\n *\[string\] \$Known\n/g, '$1\n'],
  [/Get-InventoryAnswer \$json \$Known/g, '$json'],
]

/** Writes it into a folder; resolves to its path. Throws where a trace of a claim or a digest is left. */
export const writeOlderModule = (folder: string): string => {
  const home = join(folder, 'older', 'GpuChatOps')
  cpSync(MODULE, home, { recursive: true })
  for (const name of readdirSync(home).filter((each) => /\.ps.?1$/.test(each))) {
    const text = TRACES.reduce(
      (left, [trace, then]) => left.replaceAll(trace, then),
      readFileSync(join(home, name), 'utf8'),
    )
    if (
      name !== 'Fence.ps1' &&
      /\$Claim|\$script:Protocol|Set-GpuHostBot|\$Settled,|\$json \$Known/.test(text)
    )
      throw new Error(`${name} still knows of claims, or of digests`)
    writeFileSync(join(home, name), text)
  }
  cpSync(join(__dirname, 'Fence.ps1'), join(home, 'Fence.ps1'))
  return home
}
