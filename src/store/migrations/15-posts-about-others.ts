export const postsAboutOthers: readonly string[] = [`alter table outbox add column about integer`]
