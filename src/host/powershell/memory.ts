/** What was read of devices while they belonged to their host, kept in a file over restarts. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Fault } from '../../core/errors'
import { remembered, type Remembered } from './devices'

export interface Memory {
  readonly recall: () => Remembered
  readonly remember: (now: Remembered) => void
}

/** Throws Fault('store') when the file is there and not readable: forgetting would lose what no host can tell again. */
export const openMemory = (file: string): Memory => {
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
