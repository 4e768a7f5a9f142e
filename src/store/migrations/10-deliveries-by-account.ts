export const deliveriesByAccount: readonly string[] = [
  `alter table deliveries add column account text not null default ''`,
  `update deliveries set account = json_extract(body, '$.from') where json_valid(body) and json_extract(body, '$.from') is not null`,
  `drop index deliveries_open`,
  `create index deliveries_open on deliveries (account, seq) where done_at is null`,
]
