// A button carries its press in `data`. Microsoft signs what comes back, but other cards and older versions of the bot
// exist, so it is parsed as strictly as any input. It grants nothing: policy decides at the press.
import { z } from 'zod'
import { press, type Press } from '../../core/notice/notice'
import { limits } from './limits'

/** The verb of every button of ours, by which Teams and this bot tell it from those of other cards. */
export const pressVerb = 'gpu.press'

export interface PressData {
  readonly press: Press
}

/** What a button carries, or null when the press does not fit into one. */
export const encodePress = (value: Press): PressData | null =>
  JSON.stringify(value).length <= limits.buttonData ? { press: value } : null

// Teams adds the values of inputs and members of its own beside ours.
const data = z.object({ press })

/** The press in `action.data` of an `adaptiveCard/action` invoke, or null when it is not one of ours. */
export const decodePress = (value: unknown): Press | null => {
  const read = data.safeParse(value).data?.press
  return read && encodePress(read) ? read : null
}
