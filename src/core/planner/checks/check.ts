/** One question about a host, a GPU or a VM. The survey shows all answers; the planner refuses the failed ones. */
export type CheckId =
  | 'quarantine'
  | 'edition'
  | 'device-commands'
  | 'iov'
  | 'policies'
  | 'location'
  | 'reserved-memory'
  | 'acs'
  | 'device-type'
  | 'interrupts'
  | 'place'
  | 'pool'
  | 'mode'
  | 'bars'
  | 'force'
  | 'driver'
  | 'host-display'
  | 'audio'
  | 'power'
  | 'cluster'
  | 'replication'
  | 'devices'
  | 'checkpoints'
  | 'automatic-checkpoints'
  | 'memory'
  | 'generation'
  | 'mmio'
  | 'mmio-cap'
  | 'address-width'
  | 'partitions'
  | 'partition-support'
  | 'partition-commands'
  | 'partition-driver'
  | 'partition-model'
  | 'partition-free'
  | 'partition-alike'
  | 'partition-vram'
  | 'guest-driver'
  | 'guest-system'

export interface Check {
  readonly id: CheckId
  readonly title: string
  readonly verdict: 'pass' | 'warn' | 'fail'
  readonly reason: string
  readonly fix?: string
}

/** The three answers to one question. */
export const about = (id: CheckId, title: string) => ({
  pass: (reason: string): Check => ({ id, title, verdict: 'pass', reason }),
  warn: (reason: string, fix?: string): Check =>
    fix === undefined ? { id, title, verdict: 'warn', reason } : { id, title, verdict: 'warn', reason, fix },
  fail: (reason: string, fix: string): Check => ({ id, title, verdict: 'fail', reason, fix }),
})
