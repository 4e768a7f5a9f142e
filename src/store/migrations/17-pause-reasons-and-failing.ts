export const pauseReasonsAndFailing: readonly string[] = [
  `alter table pauses add column reason text`,
  `create table failing (gpu text primary key, host text not null, vm text not null, why text not null, at integer not null)`,
]
