import { refusal, type Refusal } from '../../../core/errors'
import type { Lease } from '../../../core/lease/lease'

export const noLease = (id: string): Refusal =>
  refusal('unknown-name', `there is no lease ${id.toUpperCase()}`, '`list --mine` shows what you hold.')

/** Null when the lease is still as the button showed it, or when it was typed. */
export const refuseVersion = (lease: Lease, version: number | undefined): Refusal | null =>
  version === undefined || version === lease.version
    ? null
    : refusal(
        'stale',
        `lease ${lease.id} has changed since that button was shown`,
        '`list --mine` shows how it stands.',
      )
