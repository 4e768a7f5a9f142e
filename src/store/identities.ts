/** Who the bot is by a token of Slack, as Slack said last. The token itself is not kept: its digest names the row. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { BotIdentity } from '../core/ports/chat'
import type { Db } from './database'

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Null when Slack never said it of this token, or what it said cannot be read: then it is asked anew. */
export const rememberedIdentity = async (db: Db, token: string): Promise<BotIdentity | null> => {
  const row = await db
    .selectFrom('identities')
    .selectAll()
    .where('token', '=', digestOf(token))
    .executeTakeFirst()
  const read = identity.safeParse(row)
  return read.success ? read.data : null
}

const id = z.string().regex(/^[A-Z0-9]+$/)
const identity = z
  .object({ team_id: id, bot_id: id, bot_user_id: id, team_name: z.string() })
  .transform((row): BotIdentity => ({
    teamId: row.team_id,
    botId: row.bot_id,
    botUserId: row.bot_user_id,
    teamName: row.team_name,
  }))

export const rememberIdentity = async (db: Db, token: string, each: BotIdentity): Promise<void> => {
  const said = {
    team_id: each.teamId,
    bot_id: each.botId,
    bot_user_id: each.botUserId,
    team_name: each.teamName,
  }
  await db
    .insertInto('identities')
    .values({ token: digestOf(token), ...said })
    .onConflict((conflict) => conflict.column('token').doUpdateSet(said))
    .execute()
}
