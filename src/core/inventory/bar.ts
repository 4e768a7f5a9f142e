/** Why a host takes no orders of this bot until a person has seen to it, though it can be read. */
import { refusal, type Refusal } from '../errors'
import { PROTOCOL, type BotId, type ModuleFacts } from '../fence'

export type Bar =
  | { readonly kind: 'other-bot'; readonly bot: BotId }
  | { readonly kind: 'old-module'; readonly protocol: number }

/** The codes with which a module refuses for such a reason: no further order is given, and none is repeated. */
const BARRING: readonly string[] = ['OtherBot', 'OldModule']
export const isBarring = (code: string): boolean => BARRING.includes(code)

/** Null where it takes them, and where that is not known. */
export const barOf = (module: ModuleFacts | undefined, self: BotId): Bar | null => {
  if (!module) return null
  if (module.protocol < PROTOCOL) return { kind: 'old-module', protocol: module.protocol }
  const bot = module.fence?.bot ?? null
  return bot === null || bot === self ? null : { kind: 'other-bot', bot }
}

/** A clause. */
export const barWords = (host: string, bar: Bar): string =>
  bar.kind === 'other-bot'
    ? `${host} takes the orders of another bot, ${bar.bot}`
    : `the module on ${host} is older than this bot and cannot check its orders (protocol ${bar.protocol}, not ${PROTOCOL})`

export const barCure = (host: string, bar: Bar): string =>
  bar.kind === 'other-bot'
    ? `Where that bot is gone for good, an administrator says \`adopt ${host} from ${bar.bot}\`.`
    : `${UPGRADE} on ${host}.`

/** Both, for where there is room. */
export const barSentence = (host: string, bar: Bar): string => `${barWords(host, bar)}. ${barCure(host, bar)}`

/** How the module of a host becomes the bot's own. */
export const UPGRADE =
  'Copy the module folder of this bot and run Register-GpuChatOps.ps1 again, with the parameters of the first time,'

export const refuseBarred = (host: string, bar: Bar): Refusal =>
  refusal('blocked', barWords(host, bar), barCure(host, bar))
