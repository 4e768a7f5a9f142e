/**
 * Whose orders a host takes. A bot is a store, and has a name of its own; each claim of a host has an id and a number that
 * is higher than all before it. The host keeps the highest that it has seen, and refuses what is of another bot or older;
 * see docs/decisions/whose-host.md.
 */
import { z } from 'zod'

export type BotId = string & z.$brand<'BotId'>
/** Drawn at random by each store, once. */
export const botId = z
  .string()
  .regex(/^bot-[0-9a-f]{12}$/)
  .brand<'BotId'>()
/** Drawn at random by each claim. */
export type ClaimId = string & z.$brand<'ClaimId'>
export const claimId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'ClaimId'>()

/** The highest number that the module takes: beyond it JavaScript could not tell one from the next. */
export const HIGHEST_FENCE = Number.MAX_SAFE_INTEGER - 1

/**
 * Of a host: the highest claim that it has seen, 0 when it saw none. `bot` is null where no order has told, and `claim` too
 * where an older module has raised the number since. Of an order: the claim that it belongs to.
 */
export const fence = z.object({
  number: z.number().int().nonnegative().max(HIGHEST_FENCE),
  bot: botId.nullable(),
  claim: claimId.nullable(),
})
export type Fence = z.infer<typeof fence>

/** What this bot and a host's module have agreed on. 1: an order carries a number. 2: whose claim it is, too. */
export const PROTOCOL = 2

/** What a host's module says of itself; `fence` is null where its files cannot be read, or an older module does not tell. */
export const moduleFacts = z.object({ protocol: z.number().int().positive(), fence: fence.nullable() })
export type ModuleFacts = z.infer<typeof moduleFacts>

/** The highest number that any of these hosts has seen, as far as they tell. */
export const highestOf = (
  readings: ReadonlyMap<string, { readonly module?: ModuleFacts | undefined }>,
): number => Math.max(0, ...[...readings.values()].map(({ module }) => module?.fence?.number ?? 0))
