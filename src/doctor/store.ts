/** What the store of the bot holds that cannot be read. */
import { blockedPlaces } from '../core/aside'
import { messageOf } from '../core/errors'
import { glanceAtAsides } from '../store/glance'
import { fail, pass, warn, type Finding } from './finding'

/** Nothing where there is no store yet. */
export const storeFindings = async (dir: string): Promise<Finding[]> => {
  try {
    const all = await glanceAtAsides(dir)
    if (all === null) return []
    if (all.length === 0)
      return [pass('records', 'all can be read, as far as the last start of the bot tells')]
    return all.map(({ id, what, why, blocks }) => {
      const said = `${what} cannot be read and blocks ${blockedPlaces(blocks)}. ${why}`
      const cure = `Start a newer version of the bot; or look at the host, and say \`resolve ${id}\` to the bot.`
      return blocks.length > 0 ? fail(id, said, cure) : warn(id, said, cure)
    })
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
