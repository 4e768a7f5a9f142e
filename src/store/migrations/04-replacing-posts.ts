export const replacingPosts: readonly string[] = [`alter table outbox add column replaces text`]
