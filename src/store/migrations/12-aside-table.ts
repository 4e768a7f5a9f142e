export const asideTable: readonly string[] = [
  `create table aside (seq integer primary key autoincrement, source text not null, whole text not null, what text not null,
     why text not null, blocks text not null, told_at integer, settled_by text, settled_at integer)`,
  `create index aside_open on aside (seq) where settled_at is null`,
]
