export const immediatePauses: readonly string[] = [
  `alter table pauses add column now integer not null default 0`,
]
