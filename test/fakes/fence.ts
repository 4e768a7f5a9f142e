/** Claims of bots, as orders name them and hosts keep them. */
import { botId, claimId, type Fence } from '../../src/core/fence'

export const A_BOT = botId.parse('bot-00000000000a')
export const ANOTHER_BOT = botId.parse('bot-00000000000b')

/** The claim of this number, of one bot; each number has an id of its own. */
export const aFence = (number: number, bot = A_BOT): Fence => ({
  number,
  bot,
  claim: claimId.parse(number.toString(16).padStart(16, '0')),
})

/** As bots before protocol 2 said it. */
export const ofNobody = (number: number): Fence => ({ number, bot: null, claim: null })
