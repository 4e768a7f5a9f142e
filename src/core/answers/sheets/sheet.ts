/** What `show` says of one thing. */
import type { Run } from '../../notice/notice'

/** A label and what stands beside it. */
export type SheetRow = readonly [label: string, ...runs: Run[]]

export interface Sheet {
  readonly title: string
  readonly rows: readonly SheetRow[]
}

const LISTED = 20

/** The first twenty, and how many more there are. */
export const listed = (all: readonly string[], separator: string, none = 'none'): string => {
  if (all.length === 0) return none
  const more = all.length - LISTED
  return [...all.slice(0, LISTED), ...(more > 0 ? [`and ${more} more`] : [])].join(separator)
}
