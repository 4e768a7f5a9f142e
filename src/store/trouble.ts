/** What is wrong with a store, as SQLite says it, and what to do about it. */
import type Database from 'libsql'
import { Fault, messageOf } from '../core/errors'

/** `next` tells an operator what to do. Neither names a place. */
export interface Trouble {
  readonly reason: string
  readonly next: string
}

const DAMAGED: Trouble = {
  reason: 'it is damaged',
  next:
    'Put a copy of the whole directory back, or move this file and those beside it that begin with its name away, to begin ' +
    'with none: open requests and who holds what are then forgotten, and no host is touched.',
}

/** By the code of SQLite; a longer code says more of the same. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  SQLITE_FULL: { reason: 'the disk is full', next: 'Free space on the disk of DATA_DIR.' },
  SQLITE_READONLY: {
    reason: 'it cannot be written',
    next: 'Let the account that the bot runs as write there, or set DATA_DIR to another directory.',
  },
  SQLITE_IOERR: {
    reason: 'the disk cannot be read or written',
    next: "Look at the disk of DATA_DIR, and at the system's log.",
  },
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Null for what is no trouble of the store itself. */
export const troubleOf = (error: unknown): Trouble | null =>
  Object.entries(TROUBLES).find(([code]) => codeOf(error).startsWith(code))?.[1] ?? null

/** For a store that does not open. */
export const storeFault = (path: string, error: unknown): Fault => {
  if (error instanceof Fault) return error
  const trouble = troubleOf(error)
  return trouble
    ? new Fault('store', `${path}: ${trouble.reason} (${messageOf(error)}). ${trouble.next}`)
    : new Fault('store', `opening ${path}`, error)
}

/** For a lock that was not taken: another process has it, or the directory cannot be written. */
export const lockFault = (dir: string, error: unknown): Fault =>
  codeOf(error) === 'SQLITE_BUSY'
    ? new Fault(
        'store',
        `${dir} is in use by another process of this bot; stop it, or set DATA_DIR to another directory`,
        error,
      )
    : new Fault(
        'store',
        `${dir} cannot be written. Let the account that the bot runs as write there, or set DATA_DIR to another directory`,
        error,
      )

/** Throws Fault('store') for a file whose pages do not fit together. Takes as long as reading the file does. */
export const refuseDamage = (file: Database.Database, path: string): void => {
  const [row] = file.pragma('quick_check(1)') as { readonly quick_check: string }[]
  if (row?.quick_check === 'ok') return
  const found = row?.quick_check.replaceAll('\n', ' ') ?? 'no answer'
  throw new Fault('store', `${path}: ${DAMAGED.reason} (${found}). ${DAMAGED.next}`)
}
