export const otherPlaces: readonly string[] = [
  `alter table outbox add column otherwise text`,
  `create index outbox_place on outbox (address, seq) where wanted > shown and failure is null`,
]
