// tsc copies only TypeScript: the playground's page, the fleet files and what PowerShell reads go beside the compiled code here.
import { cpSync, statSync } from 'node:fs'

for (const folder of ['playground/page', 'host/simulated/fleets']) {
  cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true })
}
const isPowerShell = (path) => statSync(path).isDirectory() || /\.(ps([md]?1|[rs]c)|sshd_config)$/.test(path)
cpSync('src/host/powershell', 'dist/host/powershell', { recursive: true, filter: isPowerShell })
