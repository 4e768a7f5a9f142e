/** What was read of devices while they belonged to their host, kept in a file over restarts. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Fault } from '../../core/errors'
import { gpuFacts, type InstanceId } from '../../core/inventory/inventory'

const card = gpuFacts.omit({ partition: true, pool: true }).extend({
  /** Somebody said that it is gone for good. It is told no more, and nothing else gets its name. */
  forgotten: z.literal(true).exactOptional(),
})
/** By instance id; kept over restarts. What a driver offers is told anew each time. */
export const remembered = z.record(z.string(), card)
export type Remembered = z.infer<typeof remembered>

/** With this card as one that is gone for good. */
export const forgetting = (known: Remembered, id: InstanceId): Remembered => {
  const found = known[id]
  return found ? { ...known, [id]: { ...found, forgotten: true } } : known
}

export interface DeviceMemory {
  readonly recall: () => Remembered
  readonly remember: (now: Remembered) => void
}

/** Throws Fault('store') when the file is there and not readable: forgetting would lose what no host can tell again. */
export const openDeviceMemory = (file: string): DeviceMemory => {
  let known = existsSync(file) ? read(file) : {}
  return {
    recall: () => known,
    remember: (now) => {
      if (JSON.stringify(now) === JSON.stringify(known)) return
      known = now
      writeFileSync(`${file}.new`, JSON.stringify(now), { flush: true })
      renameSync(`${file}.new`, file)
    },
  }
}

const read = (file: string): Remembered => {
  try {
    return remembered.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Fault('store', `${file} cannot be read; it holds what is known of devices that VMs have`, error)
  }
}
