/** What administrators do to a host itself: cards pulled and moved, drivers installed, VMs renamed, deleted and imported. */
import { z } from 'zod'
import { gpuFacts, locationPath, type LocationPath } from '../../core/inventory/inventory'
import { changeable, type GpuFile, type HostFile, type VmFile } from './schema'

const changes = {
  gpu: z.strictObject(changeable.gpu).partial(),
  vm: z.strictObject(changeable.vm).partial(),
}
type GpuChange = Partial<Pick<GpuFile, keyof typeof changeable.gpu>>
type VmChange = Partial<Pick<VmFile, keyof typeof changeable.vm>>

/** With what was changed of it. */
const changed = <T extends object>(
  file: T,
  change: { readonly [K in keyof T]?: T[K] | undefined } | undefined,
): T => ({
  ...file,
  ...(Object.fromEntries(
    Object.entries(change ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>),
})

/** What is another way than the fleet file has it: by slot, and by the id of a VM. */
export const rebuilt = z.object({
  drivers: z.record(z.string(), gpuFacts.shape.driverVersion),
  paths: z.record(z.string(), locationPath),
  names: z.record(z.string(), z.string()),
  deleted: z.array(z.string()),
  /** Slots of cards that the bot shall not tell of. */
  forgotten: z.array(z.string()).default([]),
  gpus: z.record(z.string(), changes.gpu).default({}),
  vms: z.record(z.string(), changes.vm).default({}),
})
export type Rebuilt = z.infer<typeof rebuilt>
export const asInFile = (): Rebuilt => ({
  drivers: {},
  paths: {},
  names: {},
  deleted: [],
  forgotten: [],
  gpus: {},
  vms: {},
})

/** The host as the file would have it now. */
export const hostNow = (
  file: HostFile,
  { drivers, paths, names, deleted, gpus, vms }: Rebuilt,
): HostFile => ({
  ...file,
  gpus: file.gpus.map((gpu) => ({
    ...changed(gpu, gpus[gpu.slot]),
    driver: drivers[gpu.slot] ?? gpu.driver,
    locationPath: paths[gpu.slot] ?? gpu.locationPath,
  })),
  vms: file.vms
    .filter(({ id }) => !deleted.includes(id))
    .map((vm) => ({ ...changed(vm, vms[vm.id]), name: names[vm.id] ?? vm.name })),
})

/** One thing that an administrator does to a host. */
export type Rebuilding =
  | { readonly kind: 'pull card' | 'put card'; readonly slot: string }
  | { readonly kind: 'move card'; readonly slot: string; readonly to: LocationPath }
  | { readonly kind: 'install driver'; readonly slot: string; readonly version: string }
  | { readonly kind: 'change GPU'; readonly slot: string; readonly to: GpuChange }
  | { readonly kind: 'change VM'; readonly id: string; readonly to: VmChange }
  | { readonly kind: 'rename VM'; readonly id: string; readonly name: string }
  /** Only a VM that is off is deleted; what it had is attached to nothing then. */
  | { readonly kind: 'delete VM' | 'import VM'; readonly id: string }
