/** The steps that change a host, one union member per host operation, and what a host checks before each. */
import { z } from 'zod'
import { instanceId, locationPath, partitionVram, vmId, vmSettings, vmState } from '../../inventory/inventory'

const vmRef = z.object({ id: vmId, name: z.string() })
const gpuRef = z.object({ alias: z.string(), instanceId, locationPath })
/** A partitionable GPU as the host names it, and which of its commands (HostFacts.partitioning) take that name. */
const partitionRef = z.object({ name: z.string(), commands: z.enum(['older', 'current']) })
export type VmRef = z.infer<typeof vmRef>
export type GpuRef = z.infer<typeof gpuRef>
export type PartitionRef = z.infer<typeof partitionRef>

/** Only the settings that the step changes. */
const someSettings = vmSettings.partial()
export type SomeSettings = z.infer<typeof someSettings>

const shared = { gpu: gpuRef, partition: partitionRef }
const ofVm = { ...shared, vm: vmRef }

/** A partition is known by its VM and its GPU, never by its adapter's id, which is another one after an undo. */
export const step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stopVm'), vm: vmRef, how: z.enum(['shutdown', 'turn-off']) }),
  z.object({ kind: z.literal('startVm'), vm: vmRef }),
  z.object({ kind: z.literal('setVm'), vm: vmRef, from: someSettings, to: someSettings }),
  z.object({ kind: z.literal('setOfflineAction'), vm: vmRef, from: z.number(), to: z.number() }),
  z.object({ kind: z.literal('disableDevice'), gpu: gpuRef }),
  z.object({ kind: z.literal('enableDevice'), gpu: gpuRef }),
  z.object({ kind: z.literal('dismountDevice'), gpu: gpuRef, force: z.boolean() }),
  z.object({ kind: z.literal('mountDevice'), gpu: gpuRef, force: z.boolean() }),
  z.object({ kind: z.literal('attachDevice'), gpu: gpuRef, vm: vmRef }),
  z.object({ kind: z.literal('detachDevice'), gpu: gpuRef, vm: vmRef }),
  z.object({ kind: z.literal('setPartitionCount'), ...shared, from: z.number(), to: z.number() }),
  /** `vram` null: the host's own figures. */
  z.object({ kind: z.literal('addPartition'), ...ofVm, vram: partitionVram.nullable() }),
  z.object({ kind: z.literal('removePartition'), ...ofVm, vram: partitionVram.nullable() }),
  z.object({ kind: z.literal('setPartition'), ...ofVm, from: partitionVram, to: partitionVram }),
])
export type Step = z.infer<typeof step>
export type StepKind = Step['kind']
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

/** What the host re-reads inside the same call, before it changes anything (`PreconditionChanged` otherwise). */
export const expectation = z.object({
  vm: z.object({ id: vmId, states: z.array(vmState) }).optional(),
  gpu: z
    .object({
      instanceId,
      locationPath,
      place: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('host-enabled') }),
        z.object({ kind: z.literal('host-disabled') }),
        z.object({ kind: z.literal('dismounted') }),
        z.object({ kind: z.literal('assigned'), vm: vmId }),
      ]),
    })
    .optional(),
  /** Partitions of that GPU: of no VM, with this count; or of this VM none, or exactly one. */
  partition: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('unused'), count: z.number() }),
      z.object({ kind: z.literal('absent'), vm: vmId }),
      z.object({ kind: z.literal('held'), vm: vmId }),
    ])
    .optional(),
})
export type Expectation = z.infer<typeof expectation>
