export const leaseIndexes: readonly string[] = [
  `create index leases_gpu on leases (host, gpu, ended_at)`,
  `create index request_events_at on request_events (at)`,
  `create index leases_open on leases (id) where ended_at is null`,
  `create index leases_ended on leases (ended_at)`,
]
