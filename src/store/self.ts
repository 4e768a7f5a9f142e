/** Who this bot is to the hosts: a name that its store draws at random, once; see docs/decisions/whose-host.md. */
import { randomBytes } from 'node:crypto'
import { botId, type BotId } from '../core/fence'
import type { Db, Tx } from './database'
import { readRow, type Row } from './rows'

/** A name that cannot be read is set aside, and another one drawn: hosts that know the old one take no orders then. */
export const selfOf = async (db: Db | Tx): Promise<BotId> => (await known(db)) ?? (await drawn(db))

const known = async (db: Db | Tx): Promise<BotId | null> =>
  readRow(db, 'self', await db.selectFrom('self').selectAll().executeTakeFirst(), readSelf)

export const readSelf = ({ bot }: Row<'self'>): BotId => botId.parse(bot)

const drawn = async (db: Db | Tx): Promise<BotId> => {
  const bot = botId.parse(`bot-${randomBytes(6).toString('hex')}`)
  await db
    .insertInto('self')
    .values({ one: 1, bot })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await known(db)) ?? bot
}
