// tsc copies only TypeScript: the playground's page and the fleet files go beside the compiled code here.
import { cpSync } from 'node:fs'

for (const folder of ['playground/page', 'host/simulated/fleets']) {
  cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true })
}
