export const queueTable: readonly string[] = [
  `create table queue (id text primary key, number integer not null unique, version integer not null, state text not null,
     body text not null)`,
  `create index queue_open on queue (number) where state in ('waiting', 'offered')`,
]
