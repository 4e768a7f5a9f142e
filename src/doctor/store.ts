/** What the store of the bot holds that cannot be read, or that no chat takes. */
import { blockedPlaces } from '../core/inventory/aside'
import { counted } from '../core/text/figures'
import { CHAT_NAMES, NAME_OF_CHAT } from '../core/ports/chat-name'
import { messageOf } from '../core/errors'
import { glanceAtStore, type Glance } from '../store/glance'
import { fail, pass, warn, type Finding } from './finding'

/** Nothing where there is no store yet. */
export const storeFindings = async (dir: string): Promise<Finding[]> => {
  try {
    const glance = await glanceAtStore(dir)
    return glance === null ? [] : [...recordFindings(glance), ...postFindings(glance)]
  } catch (error) {
    return [
      warn(
        'records',
        `the store was not read: ${messageOf(error)}`,
        'Run the doctor as the user that the bot runs as.',
      ),
    ]
  }
}

const recordFindings = ({ asides }: Glance): Finding[] => {
  if (asides.length === 0)
    return [pass('records', 'all can be read, as far as the last start of the bot tells')]
  return asides.map(({ id, what, why, blocks }) => {
    const said = `${what} cannot be read and blocks ${blockedPlaces(blocks)}. ${why}`
    const cure = `Start a newer version of the bot; or look at the host, and say \`resolve ${id}\` to the bot.`
    return blocks.length > 0 ? fail(id, said, cure) : warn(id, said, cure)
  })
}

const postFindings = ({ waiting }: Glance): Finding[] => {
  const stuck = CHAT_NAMES.filter((chat) => waiting[chat] > 0)
  if (stuck.length === 0) return [pass('posts', 'none waits for a chat that does not take it')]
  return stuck.map((chat) =>
    warn(
      'posts',
      `${counted(waiting[chat], 'post')} that ${NAME_OF_CHAT[chat]} has not taken in several tries`,
      `They are tried again by the bot while it runs. What is wrong with ${NAME_OF_CHAT[chat]}, as far as it can be told, is below.`,
    ),
  )
}
