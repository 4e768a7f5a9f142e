/**
 * The fleet's state in memory and on disk. A change is made on a copy, written, and only then seen: a process that
 * is killed at any moment leaves either the old file or the new one, never half of one.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Fault } from '../../core/errors'
import type { FleetFile } from './schema'
import { type FleetState, fleetState, stateFrom } from './state'

export interface FleetMemory {
  now(): FleetState
  /** Throws Fault('internal') when the state file cannot be written; then nothing has changed. */
  change(edit: (draft: FleetState) => void): void
  /** Called after every change. Returns how to stop being called. */
  onChange(listener: () => void): () => void
}

const repair = (path: string) => `delete ${path} to start the simulated fleet afresh`

const load = (path: string, fleet: string): FleetState | null => {
  if (!existsSync(path)) return null
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Fault('config', `the state file ${path} cannot be read; ${repair(path)}`, error)
  }
  const parsed = fleetState.safeParse(raw)
  if (!parsed.success) {
    throw new Fault('config', `the state file ${path} is not the state of a simulated fleet; ${repair(path)}`)
  }
  return parsed.data.fleet === fleet ? parsed.data : null
}

const save = (path: string, state: FleetState): void => {
  const draft = `${path}.new`
  try {
    mkdirSync(dirname(path), { recursive: true })
    const descriptor = openSync(draft, 'w')
    try {
      writeFileSync(descriptor, JSON.stringify(state))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(draft, path)
  } catch (error) {
    throw new Fault('internal', `writing the simulated fleet's state to ${path}`, error)
  }
}

/**
 * Opens the state of a fleet: from `stateFile` when that exists and belongs to this fleet, else as the fleet file has
 * it. With `stateFile` null nothing is kept. Throws Fault('config') when the state file is corrupt.
 */
export const openFleetMemory = (file: FleetFile, stateFile: string | null): FleetMemory => {
  let current = stateFrom(file, stateFile === null ? null : load(stateFile, file.fleet))
  const listeners = new Set<() => void>()
  return {
    now: () => current,
    change: (edit) => {
      const draft = structuredClone(current)
      edit(draft)
      if (stateFile !== null) save(stateFile, draft)
      current = draft
      for (const listener of listeners) listener()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
