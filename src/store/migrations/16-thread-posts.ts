export const threadPosts: readonly string[] = [
  `alter table outbox add column thread_said text`,
  `alter table outbox add column closes integer not null default 0`,
]
