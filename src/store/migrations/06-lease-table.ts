export const leaseTable: readonly string[] = [
  `create table leases (id text primary key, version integer not null, state text not null, host text not null,
     gpu text not null, part text not null, due_at integer, ended_at integer, body text not null)`,
  `create unique index leases_one_holder on leases (host, gpu, part) where ended_at is null`,
  `create index leases_due on leases (due_at) where due_at is not null`,
]
