export const readingsApart: readonly string[] = [
  // What is read again and again is kept apart from the facts, which are many times as long and mostly the same.
  `create table readings (host text primary key, revision integer not null, read_at integer, error text)`,
  `insert into readings select host, iif(facts is null, 0, 1), read_at, error from inventory`,
  `delete from inventory where facts is null`,
  `alter table inventory drop column read_at`,
  `alter table inventory drop column error`,
  `create table standings (host text primary key, version integer not null, body text not null)`,
  `create table drift (seq integer primary key autoincrement, host text not null, key text not null, body text not null,
     at integer not null)`,
  `create index drift_key on drift (host, key, at)`,
  `create table acceptances (gpu text primary key, by text not null, at integer not null)`,
]
