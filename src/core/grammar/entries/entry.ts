import type { CommandKind } from '../../command/command'

export interface HelpEntry {
  readonly usage: string
  readonly says: string
  /** Each of them is a command that is understood. */
  readonly examples: readonly [string, ...string[]]
  readonly notes?: readonly string[]
  readonly needs: 'anyone' | 'requester' | 'approver' | 'admin'
}

export type Entries<K extends CommandKind> = { readonly [Kind in K]: HelpEntry }
