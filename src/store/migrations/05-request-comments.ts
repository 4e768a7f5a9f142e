export const requestComments: readonly string[] = [
  `create table comments (seq integer primary key autoincrement, request_id text not null, by text not null,
     at integer not null, text text not null)`,
  `create index comments_request on comments (request_id, seq)`,
]
