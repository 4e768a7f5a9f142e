/** Where a GPU is, as people say it. */
import type { GpuPlace } from './inventory'

export const PLACE_WORDS: { readonly [K in GpuPlace['kind']]: string } = {
  'host-enabled': 'with the host',
  'host-disabled': 'disabled on the host',
  'restart-pending': 'waiting for a restart of its host',
  dismounted: 'dismounted and attached to nothing',
  pooled: 'in a resource pool of its cluster',
  assigned: 'assigned',
  missing: 'missing',
}
