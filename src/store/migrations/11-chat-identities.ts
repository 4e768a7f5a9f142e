export const chatIdentities: readonly string[] = [
  `create table identities (token text primary key, team_id text not null, bot_id text not null, bot_user_id text not null,
     team_name text not null)`,
]
