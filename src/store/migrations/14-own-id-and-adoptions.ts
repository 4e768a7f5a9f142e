export const ownIdAndAdoptions: readonly string[] = [
  `create table self (one integer primary key check (one = 1), bot text not null)`,
  `create table adoptions (seq integer primary key autoincrement, host text not null, from_bot text not null,
     by text not null, at integer not null, done_at integer)`,
]
