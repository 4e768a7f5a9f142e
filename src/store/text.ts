/** Looking for names in JSON columns, before the rows that have them are parsed. */
import { sql, type Expression, type SqlBool } from 'kysely'

/** SQLite folds the case of ASCII alone: rows are not sifted by a name with other letters. */
const ASCII = /^[\x20-\x7e]+$/

/** Does the JSON text hold this name, in whatever case? True, too, where that cannot be told. */
export const within = (json: Expression<string | null>, name: string): Expression<SqlBool> => {
  const written = JSON.stringify(name.toLowerCase()).slice(1, -1)
  return ASCII.test(name) ? sql<SqlBool>`instr(lower(${json}), ${written}) > 0` : sql<SqlBool>`1`
}
