/** What administrators do to a host itself: cards pulled and moved, drivers installed, VMs renamed, deleted and imported. */
import { z } from 'zod'
import { gpuFacts, locationPath, type LocationPath } from '../../core/inventory'
import type { HostFile } from './schema'

/** What is another way than the fleet file has it: by slot, and by the id of a VM. */
export const rebuilt = z.object({
  drivers: z.record(z.string(), gpuFacts.shape.driverVersion),
  paths: z.record(z.string(), locationPath),
  names: z.record(z.string(), z.string()),
  deleted: z.array(z.string()),
})
export type Rebuilt = z.infer<typeof rebuilt>
export const asInFile = (): Rebuilt => ({ drivers: {}, paths: {}, names: {}, deleted: [] })

/** The host as the file would have it now. */
export const hostNow = (file: HostFile, { drivers, paths, names, deleted }: Rebuilt): HostFile => ({
  ...file,
  gpus: file.gpus.map((gpu) => ({
    ...gpu,
    driver: drivers[gpu.slot] ?? gpu.driver,
    locationPath: paths[gpu.slot] ?? gpu.locationPath,
  })),
  vms: file.vms
    .filter(({ id }) => !deleted.includes(id))
    .map((vm) => ({ ...vm, name: names[vm.id] ?? vm.name })),
})

/** One thing that an administrator does to a host. */
export type Rebuilding =
  | { readonly kind: 'pull card' | 'put card'; readonly slot: string }
  | { readonly kind: 'move card'; readonly slot: string; readonly to: LocationPath }
  | { readonly kind: 'install driver'; readonly slot: string; readonly version: string }
  | { readonly kind: 'rename VM'; readonly id: string; readonly name: string }
  /** Only a VM that is off is deleted; what it had is attached to nothing then. */
  | { readonly kind: 'delete VM' | 'import VM'; readonly id: string }
