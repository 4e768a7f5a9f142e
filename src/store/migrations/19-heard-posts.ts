export const heardPosts: readonly string[] = [
  `alter table outbox add column asks text`,
  `alter table outbox add column heard_at integer`,
  `create index outbox_asks on outbox (asks) where asks is not null`,
]
