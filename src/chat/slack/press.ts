// A button carries its press as JSON in `value`. Slack signs what comes back, but other messages and older versions of
// the bot exist, so the value is parsed as strictly as any input. It grants nothing: policy decides at the press.
import { press, type Press } from '../../core/notice/notice'
import { limits } from './limits'

const prefix = 'gpu.press.'

/** Ids are unique within a message, as Slack requires; which button it was is told by the value. */
export const actionIdOf = (index: number): string => `${prefix}${index}`
export const isOurAction = (actionId: string): boolean => /^gpu\.press\.\d{1,4}$/.test(actionId)

/** The value of a button, or null when the press does not fit into one. */
export const encodePress = (value: Press): string | null => {
  const text = JSON.stringify(value)
  return text.length <= limits.buttonValue ? text : null
}

/** The press of a button's value, or null when it is not one of ours. */
export const decodePress = (value: string): Press | null => {
  if (value.length > limits.buttonValue) return null
  try {
    return press.safeParse(JSON.parse(value)).data ?? null
  } catch {
    return null
  }
}
