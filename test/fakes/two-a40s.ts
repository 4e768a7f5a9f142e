/** The simulated fleet, with an A40 that can be assigned on the second host as well, and a VM for it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleetFile } from '../../src/host/simulated/fleet'

/** Written into the folder; gives the path of the file. */
export const fleetOfTwoA40s = (folder: string): string => {
  const file = join(folder, 'fleet.yaml')
  const yaml = readFileSync(fleetFile('default'), 'utf8')
    .replace('NVIDIA Tesla T4\n        memory: 16GiB', 'NVIDIA A40\n        memory: 48GiB')
    .replace('        acs: 0\n', '')
    .replace(/(name: vdi-06\n[^]*?) {8}clustered: true\n/, '$1')
  writeFileSync(file, yaml)
  return file
}
